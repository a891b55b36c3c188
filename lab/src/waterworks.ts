/**
 * The physical plant: pipes, tanks, pumps and people, one step of simulated time after another.
 *
 * It knows nothing of sensors, signatures or lies; what it holds is the truth. The hydraulic state
 * is solved at every step, and tanks move between steps by the flows of the last one.
 */
import type { Chance } from "@twinward/kernel";
import { Demand } from "./demand.ts";
import { Hydraulics, LINK, NODE } from "./epanet.ts";
import { idsOf, withoutControls } from "./inp.ts";
import type { LabSignal, LabSite } from "./lab-site.ts";
import { districtFactors, roughen } from "./mismatch.ts";

const LEAK_PRESSURE = 40;

export interface WaterworksOptions {
  readonly site: LabSite;
  readonly chance: Chance;
  readonly demandChance: Chance;
  /** 0.1 lets the plant differ from its model by up to ±10 %. */
  readonly mismatch: number;
  readonly stepMs: number;
  readonly startMs: number;
  /** `model` keeps the demand patterns of the input file. */
  readonly demand: "seeded" | "model";
}

export class Waterworks {
  readonly #network: Hydraulics;
  readonly #stepMs: number;
  readonly #patterns: readonly number[];
  readonly #demand: Demand | undefined;
  readonly #links = new Map<string, number>();
  readonly #speeds = new Map<string, number>();
  readonly #reads: readonly (() => number)[];
  #timeMs: number;

  static async open(options: WaterworksOptions): Promise<Waterworks> {
    return new Waterworks(await Hydraulics.open(withoutControls(options.site.inp)), options);
  }

  private constructor(network: Hydraulics, options: WaterworksOptions) {
    const { site, chance, mismatch, stepMs } = options;
    this.#network = network;
    this.#stepMs = stepMs;
    this.#timeMs = options.startMs;
    network.addPatternFor(network.demands().flatMap(({ node, pattern }) => (pattern === 0 ? [node] : [])));
    this.#patterns = [...new Set(network.demands().map(({ pattern }) => pattern))];
    roughen(network, chance, mismatch);
    const factors = districtFactors(chance, mismatch, this.#patterns.length);
    const means = this.#patterns.map((pattern, i) => network.patternMean(pattern) * factors[i]!);
    this.#demand = options.demand === "seeded" ? new Demand(options.demandChance, means, stepMs) : undefined;
    network.start(stepMs / 1000);
    for (const id of [...idsOf(site.inp, "PUMPS"), ...site.controls.map(({ actuator }) => actuator)]) this.#adopt(id);
    this.#reads = site.signals.map((signal) => this.#readOf(signal));
  }

  close(): void {
    this.#network.close();
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  /** Present speed of an actuator: 0 off, 1 full. */
  speedOf(actuator: string): number {
    return this.#speeds.get(actuator) ?? 0;
  }

  get speeds(): ReadonlyMap<string, number> {
    return this.#speeds;
  }

  setSpeed(actuator: string, speed: number): void {
    if (this.#speeds.get(actuator) === speed) return;
    this.#speeds.set(actuator, speed);
    const link = this.#links.get(actuator)!;
    // Opening a pump also sets it to full speed, so a part speed comes after.
    this.#network.setLink(link, LINK.status, speed > 0 ? 1 : 0);
    if (speed !== 0 && speed !== 1) this.#network.setLink(link, LINK.setting, speed);
  }

  levelOf(tank: string): number {
    return this.#network.water(this.#network.nodeIndex(tank));
  }

  /** Opens (or with a negative size closes) a leak, l/s at 40 m of pressure. */
  changeLeak(node: string, size: number): void {
    const index = this.#network.nodeIndex(node);
    const emitter = this.#network.node(index, NODE.emitter) + size / Math.sqrt(LEAK_PRESSURE);
    this.#network.setNode(index, NODE.emitter, Math.max(0, emitter));
  }

  /** Solves the present instant with the demand of the present time. */
  solve(holidayFactor: number | undefined): void {
    const multipliers = this.#demand?.step(this.#timeMs, holidayFactor);
    multipliers?.forEach((multiplier, i) => {
      this.#network.setPattern(this.#patterns[i]!, multiplier);
    });
    this.#network.solve();
  }

  /** Moves one step on; a tank that fills or empties on the way is solved for in between. */
  advance(): void {
    let left = this.#stepMs / 1000 - this.#network.advance();
    while (left > 0) {
      this.#network.solve();
      left -= this.#network.advance();
    }
    this.#timeMs += this.#stepMs;
  }

  /** The true value of a signal, by its place in the site. Levels hold before `solve`, the rest after. */
  read(signal: number): number {
    return this.#reads[signal]!();
  }

  #adopt(id: string): void {
    const link = this.#network.linkIndex(id);
    this.#links.set(id, link);
    this.#speeds.set(id, this.#network.link(link, LINK.status));
  }

  #readOf({ kind, element }: LabSignal): () => number {
    const network = this.#network;
    if (kind === "status") return () => (this.speedOf(element) > 0 ? 1 : 0);
    if (kind === "flow") return reader(network.linkIndex(element), (link) => network.link(link, LINK.flow));
    return reader(network.nodeIndex(element), (node) => network.water(node));
  }
}

function reader(index: number, read: (index: number) => number): () => number {
  return () => read(index);
}
