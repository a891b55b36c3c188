/**
 * The simulated plant with its instruments, PLCs and whatever befalls it.
 *
 * Each step: instruments measure levels, PLCs act on what they are told, the hydraulics are solved,
 * the other instruments measure, and lies are laid over what leaves. Truth is kept beside.
 *
 * Invariant: chance is drawn from separate streams for plant, demand, instruments and each event,
 * so an event changes what it says it changes and nothing else.
 */
import { type Chance, seededChance } from "@twinward/kernel";
import { commandsOf, type Thresholds } from "./controller.ts";
import { isActive, isBlocked, type PlantEvent, type WirePath } from "./event.ts";
import { Instrument, quantise } from "./instrument.ts";
import type { LabSite } from "./lab-site.ts";
import { lieOf } from "./lie.ts";
import { Waterworks } from "./waterworks.ts";

export const STEP_MS = 300_000;
const WARM_UP_MS = 4 * 24 * 3_600_000;

export interface SimulationOptions {
  readonly site: LabSite;
  readonly seed: number;
  /** 0.1 lets the plant differ from its model by up to ±10 %. Default 0. */
  readonly mismatch?: number;
  /** A multiple of the step. Default: the site's. */
  readonly samplePeriodMs?: number;
  /** Time of the first sample, Unix milliseconds. */
  readonly startMs: number;
  /** Simulation ends before this time; default never. */
  readonly endMs?: number;
  readonly events?: readonly PlantEvent[];
  /** Control and hydraulic step. Default 5 minutes. */
  readonly stepMs?: number;
  /** Simulated before the first sample, so that no run starts from the input file's levels. Default 4 days. */
  readonly warmUpMs?: number;
  /** `model` keeps the demand patterns of the input file. Default `seeded`. */
  readonly demand?: "seeded" | "model";
}

/** One sample. Arrays are indexed like `site.signals` and belong to the receiver. */
export interface Step {
  readonly timeMs: number;
  readonly truth: Float64Array;
  /** What honest instruments show. */
  readonly measured: Float64Array;
  /** What the devices sign: lies included. */
  readonly signed: Float64Array;
  /** What somebody without a key says instead; as `signed` where nobody does. */
  readonly forged: Float64Array;
  /** What arrives in time: as `signed`, NaN for signals of devices whose frames do not get through. */
  readonly reported: Float64Array;
  /** Devices whose way to the server is not open. */
  readonly paths: ReadonlyMap<string, WirePath>;
  /** Speed of each actuator: 0 off, 1 full. */
  readonly speeds: ReadonlyMap<string, number>;
  /** Places in `options.events` of events that are active and have had an effect by now. */
  readonly effective: readonly number[];
}

/** Simulates a plant: an endless generator unless `endMs` is given. */
export async function* simulate(options: SimulationOptions): AsyncGenerator<Step> {
  const plant = await openPlant(options);
  try {
    yield* plant.steps();
  } finally {
    plant.close();
  }
}

/** The same as a synchronous source, for hot loops; `close` frees the engine's memory. */
export async function openPlant(options: SimulationOptions): Promise<SimulatedPlant> {
  const stream = streamsOf(options.seed);
  const warmUpMs = options.warmUpMs ?? WARM_UP_MS;
  const waterworks = await Waterworks.open({
    site: options.site,
    chance: stream(1),
    demandChance: stream(2),
    mismatch: options.mismatch ?? 0,
    stepMs: options.stepMs ?? STEP_MS,
    startMs: options.startMs - warmUpMs,
    demand: options.demand ?? "seeded",
  });
  return new SimulatedPlant(options, waterworks, stream);
}

/** Independent sources of chance drawn from one seed. */
function streamsOf(seed: number): (purpose: number) => Chance {
  return (purpose) => seededChance((Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose, 0x85ebca6b)) >>> 0);
}

const FIRST_EVENT_STREAM = 100;

export class SimulatedPlant {
  readonly #site: LabSite;
  readonly #options: SimulationOptions;
  readonly #waterworks: Waterworks;
  readonly #instruments: readonly Instrument[];
  readonly #events: readonly PlantEvent[];
  readonly #eventChance: readonly Chance[];
  readonly #effective = new Set<number>();
  readonly #open = new Set<number>();
  /** Speeds that attackers hold actuators at, by event. */
  readonly #forced = new Map<number, number>();
  /** Honest measurements of signals that some event lies about, one per step since the warm-up. */
  readonly #memory = new Map<number, number[]>();
  readonly #firstStepMs: number;
  readonly #stepMs: number;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #levels: readonly number[];
  readonly #others: readonly number[];
  #honestCommands: ReadonlyMap<string, number> = new Map();

  constructor(options: SimulationOptions, waterworks: Waterworks, stream: (purpose: number) => Chance) {
    const { site } = options;
    const stepMs = options.stepMs ?? STEP_MS;
    const chance = stream(3);
    this.#options = options;
    this.#site = site;
    this.#waterworks = waterworks;
    this.#stepMs = stepMs;
    this.#firstStepMs = waterworks.timeMs;
    this.#instruments = site.signals.map((signal) => new Instrument(signal, chance, stepMs));
    this.#events = options.events ?? [];
    this.#eventChance = this.#events.map((_, i) => stream(FIRST_EVENT_STREAM + i));
    this.#numbers = new Map(site.signals.map((signal, i) => [signal.id, i]));
    this.#levels = [...site.signals.keys()].filter((i) => site.signals[i]!.kind === "level");
    this.#others = [...site.signals.keys()].filter((i) => site.signals[i]!.kind !== "level");
    for (const event of this.#events) if (event.kind === "lie") this.#memory.set(this.#numberOf(event.signal), []);
  }

  close(): void {
    this.#waterworks.close();
  }

  /** Samples from `startMs` on, every `samplePeriodMs`. */
  *steps(): Generator<Step> {
    const { startMs, endMs = Number.POSITIVE_INFINITY } = this.#options;
    const samplePeriodMs = this.#options.samplePeriodMs ?? this.#site.samplePeriodMs;
    while (this.#waterworks.timeMs < endMs) {
      const { timeMs } = this.#waterworks;
      const truth = new Float64Array(this.#site.signals.length);
      const measured = new Float64Array(this.#site.signals.length);
      this.#work(timeMs, truth, measured);
      if (timeMs >= startMs && (timeMs - startMs) % samplePeriodMs === 0) yield this.#sample(timeMs, truth, measured);
      this.#waterworks.advance();
    }
  }

  /** One turn of the plant: measure levels, control, solve, measure the rest. */
  #work(timeMs: number, truth: Float64Array, measured: Float64Array): void {
    this.#openAndCloseLeaks(timeMs);
    this.#measure(this.#levels, truth, measured);
    this.#act(timeMs, measured);
    this.#waterworks.solve(this.#holidayFactor(timeMs));
    this.#measure(this.#others, truth, measured);
  }

  /** What leaves the plant at a sample. */
  #sample(timeMs: number, truth: Float64Array, measured: Float64Array): Step {
    const signed = this.#lied(timeMs, measured, "scada");
    const forged = this.#lied(timeMs, signed, "thief");
    const paths = this.#paths(timeMs);
    const reported = signed.map((value, i) =>
      isBlocked(paths.get(this.#site.signals[i]!.device) ?? "open") ? Number.NaN : value,
    );
    const effective = [...this.#effective].filter((i) => isActive(this.#events[i]!, timeMs));
    const speeds = new Map(this.#waterworks.speeds);
    return { timeMs, truth, measured, signed, forged, reported, paths, speeds, effective };
  }

  #measure(signals: readonly number[], truth: Float64Array, measured: Float64Array): void {
    for (const i of signals) {
      truth[i] = this.#waterworks.read(i);
      measured[i] = this.#instruments[i]!.measure(truth[i]!);
      this.#memory.get(i)?.push(measured[i]!);
    }
  }

  /** PLCs command their actuators from the levels they are told; an attacker's hand comes after. */
  #act(timeMs: number, measured: Float64Array): void {
    const { controls } = this.#site;
    const told = this.#lied(timeMs, measured, "plc");
    const before = this.#waterworks.speeds;
    const commands = commandsOf(controls, this.#thresholds(timeMs), (tank) => this.#level(tank, told), before);
    for (const [i, event] of this.#events.entries()) {
      if (!isActive(event, timeMs)) continue;
      if (event.kind === "throttle")
        commands.set(event.actuator, Math.min(event.speed, commands.get(event.actuator) ?? 0));
      if (event.kind !== "actuator") continue;
      const wanted = commands.get(event.actuator) ?? before.get(event.actuator) ?? 0;
      const forced = this.#forced.get(i) ?? (event.speed === "against" ? Number(wanted === 0) : event.speed);
      this.#forced.set(i, forced);
      commands.set(event.actuator, forced);
    }
    this.#noteDeviation(timeMs, commands, measured);
    for (const [actuator, speed] of commands) this.#waterworks.setSpeed(actuator, speed);
  }

  /** Marks control-side events as effective once an actuator does what honest control would not. */
  #noteDeviation(timeMs: number, commands: ReadonlyMap<string, number>, measured: Float64Array): void {
    const { controls } = this.#site;
    const meddling = [...this.#events.keys()].filter((i) => {
      const event = this.#events[i]!;
      return isActive(event, timeMs) && (event.kind !== "lie" || event.scope !== "scada");
    });
    const before = meddling.length > 0 ? this.#honestCommands : this.#waterworks.speeds;
    this.#honestCommands = commandsOf(controls, new Map(), (tank) => this.#level(tank, measured), before);
    for (const [actuator, speed] of commands) {
      if ((this.#honestCommands.get(actuator) ?? 0) === speed) continue;
      for (const i of meddling) if (touches(this.#events[i]!, actuator, controls)) this.#effective.add(i);
    }
  }

  #thresholds(timeMs: number): Map<string, Thresholds> {
    const changed = this.#events.filter((event) => event.kind === "thresholds" && isActive(event, timeMs));
    return new Map(changed.flatMap((event) => (event.kind === "thresholds" ? [[event.actuator, event]] : [])));
  }

  #level(tank: string, values: Float64Array): number {
    const number = this.#levels.find((i) => this.#site.signals[i]!.element === tank);
    return number === undefined ? this.#waterworks.levelOf(tank) : values[number]!;
  }

  /** The values as one listener hears them; `thief` makes up forged frames. */
  #lied(timeMs: number, honest: Float64Array, listener: "scada" | "plc" | "thief"): Float64Array {
    const values = honest.slice();
    for (const [i, event] of this.#events.entries()) {
      if (event.kind !== "lie" || !isActive(event, timeMs)) continue;
      if ((event.forged === true) !== (listener === "thief")) continue;
      if (listener !== "thief" && event.scope !== "both" && event.scope !== listener) continue;
      const number = this.#numberOf(event.signal);
      if (listener === "plc" && this.#site.signals[number]!.kind !== "level") continue;
      const { accuracy, resolution, minimum, maximum } = this.#site.signals[number]!;
      const memory = this.#memory.get(number)!;
      const measuredAt = (atMs: number) => memory[Math.max(0, Math.round((atMs - this.#firstStepMs) / this.#stepMs))]!;
      const chance = this.#eventChance[i]!;
      const { startMs, endMs } = event;
      const lie = lieOf(event.shape, { timeMs, startMs, endMs, honest: values[number]!, measuredAt, chance });
      // Whoever lies knows the limits of the instrument.
      values[number] = quantise(Math.min(maximum, Math.max(minimum, lie)), resolution);
      if (listener === "scada" && Math.abs(values[number]! - honest[number]!) > accuracy) this.#effective.add(i);
    }
    return values;
  }

  #holidayFactor(timeMs: number): number | undefined {
    const holiday = this.#events.find((event) => event.kind === "holiday" && isActive(event, timeMs));
    return holiday?.kind === "holiday" ? holiday.factor : undefined;
  }

  #paths(timeMs: number): Map<string, WirePath> {
    const active = this.#events.filter((event) => isActive(event, timeMs));
    return new Map(
      active.flatMap((event): [string, WirePath][] => {
        if (event.kind === "silence") return [[event.device, "silent"]];
        return event.kind === "wire" ? [[event.device, event.attack]] : [];
      }),
    );
  }

  #openAndCloseLeaks(timeMs: number): void {
    for (const [i, event] of this.#events.entries()) {
      if (event.kind !== "leak" || isActive(event, timeMs) === this.#open.has(i)) continue;
      const opening = !this.#open.has(i);
      this.#waterworks.changeLeak(event.node, opening ? event.size : -event.size);
      if (opening) this.#open.add(i);
      else this.#open.delete(i);
    }
  }

  #numberOf(signal: string): number {
    const number = this.#numbers.get(signal);
    if (number === undefined) throw new RangeError(`no signal ${signal}`);
    return number;
  }
}

function touches(event: PlantEvent, actuator: string, controls: LabSite["controls"]): boolean {
  if ("actuator" in event) return event.actuator === actuator;
  if (event.kind !== "lie") return false;
  return controls.some((control) => control.actuator === actuator && `L_${control.tank}` === event.signal);
}
