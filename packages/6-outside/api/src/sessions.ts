/**
 * Live sessions: which open connections belong to whom, so that a revocation ends them at once.
 *
 * Invariant: a session is cut by every revocation that follows its `add`; whoever was revoked between the guard and
 * `add` is judged again there.
 */
import { type DeviceRegistry, nameOf, type Principal } from "@twinward/access";

/** Anything that can be cut: a WebSocket or the response of a stream. */
export interface Cuttable {
  /** Ends it without waiting for the other side. */
  cut(): void;
  onClose(listener: () => void): void;
}

export class Sessions {
  readonly #ofPrincipal = new Map<string, Set<Cuttable>>();
  readonly #registry: Pick<DeviceRegistry, "onStopped" | "byDevice">;

  constructor(registry: Pick<DeviceRegistry, "onStopped" | "byDevice">) {
    this.#registry = registry;
    registry.onStopped(({ device }) => this.cut({ kind: "device", device }));
  }

  add(principal: Principal, session: Cuttable): void {
    if (principal.kind === "device" && this.#registry.byDevice(principal.device)?.status !== "active") {
      session.cut();
      return;
    }
    const name = nameOf(principal);
    const open = this.#ofPrincipal.get(name) ?? new Set();
    this.#ofPrincipal.set(name, open.add(session));
    session.onClose(() => {
      open.delete(session);
      if (open.size === 0 && this.#ofPrincipal.get(name) === open) this.#ofPrincipal.delete(name);
    });
  }

  cut(principal: Principal): void {
    for (const session of [...(this.#ofPrincipal.get(nameOf(principal)) ?? [])]) session.cut();
  }

  /** Open sessions of everybody. */
  get size(): number {
    return [...this.#ofPrincipal.values()].reduce((sum, open) => sum + open.size, 0);
  }
}
