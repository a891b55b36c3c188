/**
 * Live sessions: which open connections belong to whom, so that a revocation ends them at once.
 */
import type { DeviceRegistry, Principal } from "@twinward/access";

/** Anything that can be cut: a WebSocket or the response of a stream. */
export interface Cuttable {
  terminate(): void;
  once(event: "close", listener: () => void): unknown;
}

export class Sessions {
  readonly #ofDevice = new Map<string, Set<Cuttable>>();

  constructor(registry: Pick<DeviceRegistry, "onStopped">) {
    registry.onStopped((stopped) => this.cutDevice(stopped.device));
  }

  add(principal: Principal, session: Cuttable): void {
    if (principal.kind !== "device") return;
    const open = this.#ofDevice.get(principal.device) ?? new Set();
    this.#ofDevice.set(principal.device, open.add(session));
    session.once("close", () => open.delete(session));
  }

  cutDevice(device: string): void {
    for (const session of this.#ofDevice.get(device) ?? []) session.terminate();
  }
}
