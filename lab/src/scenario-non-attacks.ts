/** What happens to every plant without anybody's ill will. None of it may become a verdict `attack`. */
import type { Placement, PlacementContext, Scenario } from "./placement.ts";
import { controlledTanks, mainControl, type Tank } from "./tank.ts";

const nonAttack = (
  name: string,
  durationHours: number,
  expectation: string,
  place: (context: PlacementContext) => Placement,
): Scenario => ({
  name,
  kind: "non-attack",
  signature: "valid",
  durationHours,
  limitHours: durationHours,
  expectation,
  place,
});

const aboutLevel = (context: PlacementContext, shape: { kind: "drift" | "noise"; size: number }): Placement => {
  const { tank, startMs, endMs } = context;
  return {
    targets: [tank.signal.id],
    events: [{ kind: "lie", signal: tank.signal.id, shape, scope: "both", startMs, endMs }],
  };
};

export const NON_ATTACKS: readonly Scenario[] = [
  nonAttack("sensor-drift", 240, "at most a finding about calibration", (context) =>
    aboutLevel(context, { kind: "drift", size: 5 * context.tank.signal.accuracy }),
  ),
  nonAttack("noise-burst", 6, "at most a finding about noise", (context) =>
    aboutLevel(context, { kind: "noise", size: 3 * context.tank.signal.accuracy }),
  ),
  nonAttack("stuck-instrument", 24, "the stuck pressure gauge is named, not accused", (context) => {
    const { site, chance, startMs, endMs } = context;
    const gauges = site.signals.filter((signal) => signal.kind === "pressure");
    const { id } = gauges[Math.floor(chance.uniform() * gauges.length)] ?? context.tank.signal;
    return {
      targets: [id],
      events: [{ kind: "lie", signal: id, shape: { kind: "freeze" }, scope: "both", startMs, endMs }],
    };
  }),
  nonAttack(
    "communication-loss",
    5,
    "the silent device is found; its frames are judged late when they come",
    (context) => {
      const { startMs, endMs, tank } = context;
      const { device } = tank.signal;
      return { targets: [device], events: [{ kind: "silence", device, startMs, endMs }] };
    },
  ),
  nonAttack("leak", 36, "the district loses water: a plant finding, no sensor accused", (context) => {
    const { site, chance, startMs, endMs } = context;
    const nodes = site.signals.filter((signal) => signal.kind === "pressure").map((signal) => signal.element);
    const node = nodes[Math.floor(chance.uniform() * nodes.length)];
    if (node === undefined) return { targets: [], events: [] };
    return { targets: [node], events: [{ kind: "leak", node, size: 6 + 6 * chance.uniform(), startMs, endMs }] };
  }),
  nonAttack("holiday", 24, "demand of another shape: no sensor accused", ({ chance, startMs, endMs }) => ({
    targets: [],
    events: [{ kind: "holiday", factor: 0.8 + 0.3 * chance.uniform(), startMs, endMs }],
    notices: [{ startMs, endMs, what: "holiday" }],
  })),
  nonAttack("maintenance", 6, "a notified pump is out of service: held back", (context) => {
    const { startMs, endMs } = context;
    const { actuator } = mainControl(sparedTank(context));
    return {
      targets: [actuator],
      events: [{ kind: "actuator", actuator, speed: 0, startMs, endMs }],
      notices: [{ startMs, endMs, what: actuator }],
    };
  }),
];

/** A tank that can lose a pump for hours: it has a second one, and it is not the tank the whole town drinks from. */
function sparedTank({ site, tank, chance }: PlacementContext): Tank {
  const tanks = controlledTanks(site);
  const widest = tanks.reduce((wide, next) => (next.high - next.low > wide.high - wide.low ? next : wide));
  const spared = tanks.filter((candidate) => candidate.controls.length > 1 && candidate.id !== widest.id);
  const wish = spared.find(({ id }) => id === tank.id);
  return wish ?? spared[Math.floor(chance.uniform() * spared.length)] ?? tank;
}
