/** Attacks on frames on their way: they end at the door, or show as a broken chain. */
import type { PlantEvent, WireAttack } from "./event.ts";
import type { Placement, PlacementContext, Scenario } from "./placement.ts";

const DURATION_HOURS = 6;
const LIMIT_HOURS = 3;
const LIE_SHARE = 0.25;

/** Strikes the frames of the device that measures the drawn tank. */
function onTheWire(attack: WireAttack): (context: PlacementContext) => Placement {
  return ({ tank, startMs, endMs }) => ({
    targets: [tank.signal.id],
    events: [{ kind: "wire", device: tank.signal.device, attack, startMs, endMs }],
  });
}

/** The same, with frames of the attacker's own that lie about the level. */
function withForgedLevel(attack: WireAttack): (context: PlacementContext) => Placement {
  return (context) => {
    const { tank, startMs, endMs } = context;
    const shape = { kind: "offset", size: LIE_SHARE * (tank.high - tank.low) } as const;
    const signal = tank.signal.id;
    const lie: PlantEvent = { kind: "lie", signal, shape, scope: "scada", forged: true, startMs, endMs };
    const { targets, events } = onTheWire(attack)(context);
    return { targets, events: [...events, lie] };
  };
}

const wire = (
  name: string,
  signature: Scenario["signature"],
  expectation: string,
  place: Scenario["place"],
): Scenario => ({
  name,
  kind: "attack",
  signature,
  durationHours: DURATION_HOURS,
  limitHours: LIMIT_HOURS,
  expectation,
  place,
});

export const WIRE_ATTACKS: readonly Scenario[] = [
  wire(
    "offset-bad-signature",
    "invalid",
    "refused at the door for its signature; the level is shown as silent, never as the lie",
    withForgedLevel("bad-signature"),
  ),
  wire(
    "stolen-key",
    "valid",
    "a second frame for one sequence number is a fork: refused and accused",
    withForgedLevel("stolen-key"),
  ),
  wire("flip", "invalid", "every flipped frame is refused; the honest ones are judged late", onTheWire("flip")),
  wire("reorder", "valid", "nothing is refused or accused; judgement is as without it", onTheWire("reorder")),
  wire("hold-back", "valid", "silence is found, then the frames are judged late", onTheWire("hold-back")),
  wire("replay-frames", "valid", "answered with the first proof; nothing is written twice", onTheWire("replay-frames")),
  wire("drop", "valid", "the open link in the chain becomes `suppressed frames`", onTheWire("drop")),
];
