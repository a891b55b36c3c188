/** Attacks on frames on their way: they end at the door, or show as a broken chain. */
import type { WireAttack } from "./event.ts";
import type { Placement, PlacementContext, Scenario } from "./placement.ts";

function onTheWire(attack: WireAttack): (context: PlacementContext) => Placement {
  return ({ tank, startMs, endMs }) => ({
    targets: [tank.signal.id],
    events: [{ kind: "wire", device: tank.signal.device, attack, startMs, endMs }],
  });
}

const wire = (
  name: string,
  signature: Scenario["signature"],
  expectation: string,
  place: Scenario["place"],
): Scenario => ({ name, kind: "attack", signature, durationHours: 6, limitHours: 3, expectation, place });

export const WIRE_ATTACKS: readonly Scenario[] = [
  wire(
    "offset-bad-signature",
    "invalid",
    "refused at the door for its signature; the level is shown as silent, never as the lie",
    (context) => {
      const { tank, startMs, endMs } = context;
      const shape = { kind: "offset", size: 0.25 * (tank.high - tank.low) } as const;
      const frames = onTheWire("bad-signature")(context);
      return {
        targets: frames.targets,
        events: [...frames.events, { kind: "lie", signal: tank.signal.id, shape, scope: "scada", startMs, endMs }],
      };
    },
  ),
  wire("flip", "invalid", "every flipped frame is refused; the device resends nothing false", onTheWire("flip")),
  wire("reorder", "valid", "nothing is refused, nothing is accused; judgement is as without it", onTheWire("reorder")),
  wire(
    "hold-back",
    "valid",
    "silence is found, then the frames are judged late, in their place",
    onTheWire("hold-back"),
  ),
  wire("replay-frames", "valid", "answered with the first proof; nothing is written twice", onTheWire("replay-frames")),
  wire("drop", "valid", "an open link in the chain becomes the finding `suppressed frames`", onTheWire("drop")),
  wire(
    "stolen-key",
    "valid",
    "a second frame for one sequence number is a fork: refused and accused",
    onTheWire("stolen-key"),
  ),
];
