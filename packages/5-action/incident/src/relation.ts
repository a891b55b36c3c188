/**
 * Which signals can stand for the same physical cause?
 *
 * Signals of one element (flow and status of a pump) and elements joined by a control rule (a tank and the pumps that
 * act on its level) move together: when the judge's finger wanders between them, it is still one cause.
 */
import type { Signal, Site } from "@twinward/plant";

export class Relation {
  readonly #signals: ReadonlyMap<string, Signal>;
  /** Element to the elements joined with it, itself included. */
  readonly #joined = new Map<string, Set<string>>();
  readonly #actuators = new Map<string, string[]>();

  constructor(site: Site) {
    this.#signals = new Map(site.signals.map((signal) => [signal.id, signal]));
    for (const { element } of site.signals) this.#join(element, element);
    for (const { actuator, tank } of site.behaviour.kind === "epanet" ? site.behaviour.controls : []) {
      this.#join(actuator, tank);
      this.#join(tank, actuator);
      this.#actuators.set(tank, [...new Set([...(this.#actuators.get(tank) ?? []), actuator])]);
    }
  }

  signal(id: string): Signal | undefined {
    return this.#signals.get(id);
  }

  device(id: string): string {
    return this.#signals.get(id)?.device ?? "";
  }

  areRelated(left: string, right: string): boolean {
    if (left === right) return true;
    const [one, other] = [this.#signals.get(left)?.element, this.#signals.get(right)?.element];
    return one !== undefined && other !== undefined && (this.#joined.get(one)?.has(other) ?? false);
  }

  /** Pumps and valves that act on this element's level. */
  actuatorsOf(element: string): readonly string[] {
    return this.#actuators.get(element) ?? [];
  }

  /** True when `what` (a signal, device, element, zone or `*`) concerns the signal, or another actuator of its tank. */
  concerns(what: string, signal: string, zoneOf: (device: string) => string): boolean {
    const known = this.#signals.get(signal);
    if (what === "*" || what === signal) return true;
    if (known === undefined) return false;
    if (what === known.device || what === zoneOf(known.device)) return true;
    const joined = this.#joined.get(known.element);
    return joined !== undefined && (joined.has(what) || [...joined].some((tank) => this.#isActingOn(what, tank)));
  }

  /** The other pumps of the tank do the work of the one that is out of service. */
  #isActingOn(actuator: string, tank: string): boolean {
    return this.#actuators.get(tank)?.includes(actuator) ?? false;
  }

  #join(one: string, other: string): void {
    const joined = this.#joined.get(one) ?? new Set();
    this.#joined.set(one, joined.add(other));
  }
}
