import { describe, expect, it } from "vitest";
import { Hydraulics, LINK } from "./epanet.ts";
import type { PlantEvent } from "./event.ts";
import { signalNumber } from "./lab-site.ts";
import { openPlant, type SimulationOptions, type Step } from "./simulate.ts";
import { siteForTests } from "./site-for-tests.ts";

const site = siteForTests("c-town");
const START_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;

async function run(options: Partial<SimulationOptions> & { hours: number }): Promise<Step[]> {
  const endMs = START_MS + options.hours * HOUR_MS;
  const usual = { site, seed: 1, startMs: START_MS, endMs, samplePeriodMs: 900_000, warmUpMs: 12 * HOUR_MS };
  const plant = await openPlant({ ...usual, ...options });
  const steps = [...plant.steps()];
  plant.close();
  return steps;
}

const lie = (signal: string, shape: Extract<PlantEvent, { kind: "lie" }>["shape"], scope = "scada"): PlantEvent =>
  ({
    kind: "lie",
    signal,
    shape,
    scope,
    startMs: START_MS + 6 * HOUR_MS,
    endMs: START_MS + 12 * HOUR_MS,
  }) as PlantEvent;

const column = (steps: readonly Step[], id: string, from: keyof Step = "truth") =>
  steps.map((step) => (step[from] as Float64Array)[signalNumber(site, id)]!);

const during = (steps: readonly Step[]) =>
  steps.filter(({ timeMs }) => (timeMs - START_MS) / HOUR_MS >= 6 && (timeMs - START_MS) / HOUR_MS < 12);

describe("the simulated plant", () => {
  it("repeats itself for a seed and differs for another", async () => {
    const [first, again, other] = [
      await run({ hours: 12, mismatch: 0.1 }),
      await run({ hours: 12, mismatch: 0.1 }),
      await run({ hours: 12, mismatch: 0.1, seed: 2 }),
    ];
    expect(again).toEqual(first);
    expect(column(other, "L_T1")).not.toEqual(column(first, "L_T1"));
  });

  it("follows the input file's own 24 hours when nothing differs from the model", async () => {
    const perfect = { ...site, signals: site.signals.map((signal) => ({ ...signal, accuracy: 0, resolution: 0.01 })) };
    const steps = await run({ site: perfect, hours: 24, samplePeriodMs: 300_000, warmUpMs: 0, demand: "model" });
    const own = await ownRun(24 * HOUR_MS);
    for (const tank of ["T1", "T2", "T3", "T4", "T5", "T6", "T7"]) {
      const apart = column(steps, `L_${tank}`).map((level, i) => Math.abs(level - own.get(`L_${tank}`)![i]!));
      // Our PLC looks every 5 minutes; EPANET's own controls act at the exact second, so switching is late.
      expect(Math.max(...apart), tank).toBeLessThan(0.5);
      expect(apart.reduce((sum, value) => sum + value, 0) / apart.length, tank).toBeLessThan(0.2);
    }
    expect(column(steps, "F_PU1")[0]).toBeCloseTo(own.get("F_PU1")![0]!, 3);
  });

  it("keeps tanks inside their walls and pumps useful at every mismatch", async () => {
    for (const [seed, mismatch] of [
      [1, 0],
      [2, 0.1],
      [3, 0.2],
    ] as const) {
      const steps = await run({ hours: 24 * 7, seed, mismatch });
      for (const signal of site.signals.filter(({ kind }) => kind === "level")) {
        const levels = column(steps, signal.id);
        expect(Math.min(...levels), signal.id).toBeGreaterThan(0);
        expect(Math.max(...levels), signal.id).toBeLessThanOrEqual(signal.maximum + 1e-6);
      }
      expect(new Set(column(steps, "S_PU4")).size).toBe(2);
    }
  });

  it("shows honest values within the stated accuracy at least 98 times in 100", async () => {
    const steps = await run({ hours: 72, mismatch: 0.1 });
    const misses = steps.flatMap((step) =>
      site.signals.map((signal, i) => Math.abs(step.reported[i]! - step.truth[i]!) > signal.accuracy + 1e-9),
    );
    expect(misses.filter(Boolean).length / misses.length).toBeLessThan(0.02);
  });

  it("reads a network in American units in litres per second and metres", async () => {
    const net1 = siteForTests("net1");
    const steps = await run({ site: net1, hours: 72 });
    const levels = steps.map(({ truth }) => truth[signalNumber(net1, "L_2")]!);
    expect(Math.min(...levels)).toBeGreaterThan(33);
    expect(Math.max(...levels)).toBeLessThan(43.5);
    const first = await run({ site: net1, hours: 1, warmUpMs: 0, demand: "model" });
    // EPANET's own report of Net1 at hour 0: pump 9 delivers 1866.18 gpm.
    expect(first[0]!.truth[signalNumber(net1, "F_9")]! / 0.0630902).toBeCloseTo(1866.18, 0);
  });

  it("differs from its model when told to", async () => {
    const exact = await run({ hours: 2, demand: "model" });
    const worn = await run({ hours: 2, demand: "model", mismatch: 0.1 });
    expect(Math.abs(column(exact, "F_PU1")[0]! - column(worn, "F_PU1")[0]!)).toBeGreaterThan(0.1);
  });

  it("lets a lie to the control room change that signal, that time, and nothing else", async () => {
    const clean = await run({ hours: 16, mismatch: 0.1 });
    for (const shape of [
      { kind: "offset", size: 0.5 },
      { kind: "freeze" },
      { kind: "spoof", size: 3 },
      { kind: "replay", agoMs: 5 * HOUR_MS },
      { kind: "delay", byMs: 2 * HOUR_MS },
      { kind: "drift", size: 0.6 },
      { kind: "noise", size: 0.2 },
    ] as const) {
      const lied = await run({ hours: 16, mismatch: 0.1, events: [lie("L_T3", shape)] });
      expect(
        lied.map(({ truth }) => truth),
        shape.kind,
      ).toEqual(clean.map(({ truth }) => truth));
      expect(lied.map(({ measured }) => measured)).toEqual(clean.map(({ measured }) => measured));
      const target = signalNumber(site, "L_T3");
      lied.forEach((step, row) => {
        const honest = clean[row]!.reported.slice();
        if (during(lied).includes(step)) honest[target] = step.reported[target]!;
        expect(step.reported).toEqual(honest);
      });
      expect(column(during(lied), "L_T3", "reported")).not.toEqual(column(during(clean), "L_T3", "reported"));
    }
  });

  it("makes each lie say what it promises", async () => {
    const clean = await run({ hours: 16, samplePeriodMs: 300_000 });
    const honest = column(clean, "L_T3", "measured");
    const at = (hours: number) => Math.round((hours * HOUR_MS) / 300_000);
    const liedAt = async (shape: Parameters<typeof lie>[1], hours: number) =>
      column(await run({ hours: 16, samplePeriodMs: 300_000, events: [lie("L_T3", shape)] }), "L_T3", "reported")[
        at(hours)
      ]!;
    expect(await liedAt({ kind: "offset", size: 0.5 }, 8)).toBeCloseTo(honest[at(8)]! + 0.5, 6);
    expect(await liedAt({ kind: "freeze" }, 11)).toBe(honest[at(6)]);
    expect(await liedAt({ kind: "replay", agoMs: 5 * HOUR_MS }, 8)).toBe(honest[at(3)]);
    expect(await liedAt({ kind: "replay", agoMs: 2 * HOUR_MS }, 9)).toBe(honest[at(5)]);
    expect(await liedAt({ kind: "delay", byMs: HOUR_MS }, 8)).toBe(honest[at(7)]);
    expect(await liedAt({ kind: "drift", size: 0.6 }, 9)).toBeCloseTo(honest[at(9)]! + 0.3, 2);
    expect(await liedAt({ kind: "offset", size: 99 }, 8)).toBe(site.signals[signalNumber(site, "L_T3")]!.maximum);
  });

  it("moves the real plant when the lie reaches the control loop", async () => {
    const clean = await run({ hours: 16 });
    const lied = await run({ hours: 16, events: [lie("L_T3", { kind: "constant", size: 6 }, "plc")] });
    expect(column(during(lied), "S_PU4").every((status) => status === 0)).toBe(true);
    expect(column(lied, "L_T3")).not.toEqual(column(clean, "L_T3"));
    expect(column(lied, "L_T3", "reported")).toEqual(column(lied, "L_T3", "measured"));
  });

  it("forces an actuator against its control and says when that had an effect", async () => {
    const span = { startMs: START_MS + 6 * HOUR_MS, endMs: START_MS + 12 * HOUR_MS };
    const forced = await run({ hours: 16, events: [{ kind: "actuator", actuator: "PU4", speed: "against", ...span }] });
    const clean = await run({ hours: 16 });
    const start = forced.findIndex(({ timeMs }) => timeMs === span.startMs);
    const status = column(forced, "S_PU4");
    expect(status[start]).toBe(1 - column(clean, "S_PU4")[start]!);
    expect(new Set(status.slice(start, start + 24)).size).toBe(1);
    expect(forced[start]!.effective).toEqual([0]);
    expect(forced.at(-1)!.effective).toEqual([]);
  });

  it("slows a pump that its PLC still switches and reports as on", async () => {
    const span = { startMs: START_MS + HOUR_MS, endMs: START_MS + 3 * HOUR_MS };
    const slow = await run({ hours: 4, events: [{ kind: "throttle", actuator: "PU1", speed: 0.9, ...span }] });
    const clean = await run({ hours: 4 });
    expect(column(slow, "S_PU1").every((status) => status === 1)).toBe(true);
    expect(column(slow, "F_PU1")[6]!).toBeLessThan(0.9 * column(clean, "F_PU1")[6]!);
    expect(column(slow, "F_PU1").at(-1)!).toBeGreaterThan(0.95 * column(clean, "F_PU1").at(-1)!);
    expect(slow[6]!.effective).toEqual([0]);
  });

  it("loses water through a leak and stops losing it", async () => {
    const span = { startMs: START_MS + 2 * HOUR_MS, endMs: START_MS + 4 * HOUR_MS };
    const clean = await run({ hours: 6 });
    const leaking = await run({ hours: 6, events: [{ kind: "leak", node: "J256", size: 10, ...span }] });
    expect(column(leaking, "P_J256")[12]!).toBeLessThan(column(clean, "P_J256")[12]! - 0.05);
    expect(column(leaking, "P_J256")[4]).toBe(column(clean, "P_J256")[4]);
  });

  it("keeps what a silent device measured and reports nothing of it", async () => {
    const span = { startMs: START_MS + HOUR_MS, endMs: START_MS + 2 * HOUR_MS };
    const steps = await run({ hours: 3, events: [{ kind: "silence", device: "plc4", ...span }] });
    expect(column(steps, "L_T3", "reported").map(Number.isNaN)).toEqual(
      [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0].map(Boolean),
    );
    expect(column(steps, "L_T3", "signed").every(Number.isFinite)).toBe(true);
    expect(steps[4]!.paths).toEqual(new Map([["plc4", "silent"]]));
  });
});

/** Levels and a flow of EPANET's own run of the unchanged file, at every 5 minutes. */
async function ownRun(forMs: number): Promise<Map<string, number[]>> {
  const network = await Hydraulics.open(site.inp);
  network.start(300);
  const seen = new Map<string, number[]>();
  for (let seconds = 0; seconds < forMs / 1000; ) {
    network.solve();
    if (seconds % 300 === 0) {
      for (const { id, kind, element } of site.signals) {
        if (kind === "level") push(seen, id, network.water(network.nodeIndex(element)));
        if (kind === "flow") push(seen, id, network.link(network.linkIndex(element), LINK.flow));
      }
    }
    seconds += network.advance();
  }
  network.close();
  return seen;
}

function push(seen: Map<string, number[]>, id: string, value: number): void {
  seen.set(id, [...(seen.get(id) ?? []), value]);
}
