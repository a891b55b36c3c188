/** Attacks that reach the record with a valid signature: a compromised sensor, PLC or actuator. */
import type { Chance } from "@twinward/kernel";
import type { LieScope, LieShape } from "./event.ts";
import { idsOf } from "./inp.ts";
import { HOUR_MS, type Placement, type PlacementContext, type Scenario } from "./placement.ts";
import { mainControl, type Tank } from "./tank.ts";

/** A lie about the level of the drawn tank. */
function lieAboutLevel(
  shapeOf: (tank: Tank, chance: Chance) => LieShape,
  scope: LieScope = "scada",
): (context: PlacementContext) => Placement {
  return ({ tank, chance, startMs, endMs }) => ({
    targets: [tank.signal.id],
    events: [{ kind: "lie", signal: tank.signal.id, shape: shapeOf(tank, chance), scope, startMs, endMs }],
  });
}

const attack = (
  name: string,
  hours: { duration: number; limit: number },
  expectation: string,
  place: Scenario["place"],
): Scenario => ({
  name,
  kind: "attack",
  signature: "valid",
  durationHours: hours.duration,
  limitHours: hours.limit,
  expectation,
  place,
});

/** Between `from` and `to` of the control band, up or down. */
function shareOfBand({ low, high }: Tank, chance: Chance, from: number, to: number): number {
  const sign = chance.uniform() < 0.5 ? -1 : 1;
  return sign * (from + (to - from) * chance.uniform()) * (high - low);
}

/** The pump that normally fills the tank; where a valve does, the main pump of the site. */
function pumpOf({ site, tank }: PlacementContext): string {
  const pumps = new Set(idsOf(site.inp, "PUMPS"));
  const controls = [mainControl(tank), mainControl(site)].filter(({ actuator }) => pumps.has(actuator));
  return (controls[0] ?? mainControl(tank)).actuator;
}

export const ATTACKS: readonly Scenario[] = [
  attack(
    "spoof",
    { duration: 18, limit: 6 },
    "the spoofed level is named: it follows no flow",
    lieAboutLevel((tank, chance) => ({
      kind: "spoof",
      size: tank.low + (tank.high - tank.low) * (chance.uniform() < 0.5 ? 0.3 : 0.7),
    })),
  ),
  attack(
    "offset",
    { duration: 18, limit: 6 },
    "the level that jumped without water is named",
    lieAboutLevel((tank, chance) => ({ kind: "offset", size: shareOfBand(tank, chance, 0.18, 0.32) })),
  ),
  attack(
    "offset-in-loop",
    { duration: 18, limit: 6 },
    "the level is named although pumps act on the lie and the plant really moves",
    lieAboutLevel((tank, chance) => ({ kind: "offset", size: shareOfBand(tank, chance, 0.18, 0.32) }), "both"),
  ),
  attack(
    "replay",
    { duration: 20, limit: 6 },
    "the level that repeats the past is named",
    lieAboutLevel((_, chance) => ({ kind: "replay", agoMs: Math.round(14 + 20 * chance.uniform()) * 0.5 * HOUR_MS })),
  ),
  attack(
    "freeze",
    { duration: 18, limit: 6 },
    "the level that stands still while water moves is named",
    lieAboutLevel(() => ({ kind: "freeze" })),
  ),
  attack(
    "slow-drift",
    { duration: 72, limit: 48 },
    "the drifting level is named before it is a third of the band away",
    lieAboutLevel((tank, chance) => ({ kind: "drift", size: shareOfBand(tank, chance, 0.3, 0.4) })),
  ),
  attack(
    "delay",
    { duration: 24, limit: 12 },
    "the level that lags behind its flows is named",
    lieAboutLevel((_, chance) => ({ kind: "delay", byMs: Math.round(4 + 4 * chance.uniform()) * HOUR_MS })),
  ),
  attack("forced-actuator", { duration: 18, limit: 12 }, "the pump that disobeys its control is named", (context) => {
    const { actuator } = mainControl(context.tank);
    const { startMs, endMs } = context;
    return { targets: [`S_${actuator}`], events: [{ kind: "actuator", actuator, speed: "against", startMs, endMs }] };
  }),
  attack("slowed-pump", { duration: 36, limit: 24 }, "the pump that gives less than its curve is named", (context) => {
    const { startMs, endMs, chance } = context;
    const actuator = pumpOf(context);
    const speed = 0.75 + 0.1 * chance.uniform();
    return { targets: [`F_${actuator}`], events: [{ kind: "throttle", actuator, speed, startMs, endMs }] };
  }),
  attack(
    "concealment",
    { duration: 12, limit: 6 },
    "the replayed level is named: it hides what a forced pump does to the tank",
    ({ tank, startMs, endMs, chance }) => {
      const { actuator } = mainControl(tank);
      const agoMs = Math.round(14 + 20 * chance.uniform()) * 0.5 * HOUR_MS;
      return {
        targets: [tank.signal.id],
        events: [
          { kind: "lie", signal: tank.signal.id, shape: { kind: "replay", agoMs }, scope: "scada", startMs, endMs },
          { kind: "actuator", actuator, speed: "against", startMs, endMs },
        ],
      };
    },
  ),
  attack(
    "threshold-change",
    { duration: 48, limit: 36 },
    "the pump whose switching levels moved is named",
    ({ tank, startMs, endMs }) => {
      const { actuator, onBelow, offAbove } = mainControl(tank);
      const moved = onBelow + 0.45 * (offAbove - onBelow);
      return {
        targets: [`S_${actuator}`],
        events: [{ kind: "thresholds", actuator, onBelow: tank.low, offAbove: moved, startMs, endMs }],
      };
    },
  ),
  attack(
    "coordinated",
    { duration: 24, limit: 12 },
    "level and flow lie together; the level or the flow is named",
    ({ site, tank, chance, startMs, endMs }) => {
      const { actuator } = mainControl(tank);
      const flow = site.signals.find((signal) => signal.kind === "flow" && signal.element === actuator);
      const lies: { signal: string; shape: LieShape }[] = [
        { signal: tank.signal.id, shape: { kind: "drift", size: shareOfBand(tank, chance, 0.3, 0.45) } },
      ];
      if (flow !== undefined) lies.push({ signal: flow.id, shape: { kind: "freeze" } });
      return {
        targets: lies.map(({ signal }) => signal),
        events: lies.map((lie) => ({ kind: "lie", ...lie, scope: "scada", startMs, endMs })),
      };
    },
  ),
];
