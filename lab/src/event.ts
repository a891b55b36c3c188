/**
 * Things that happen to the plant, placed in time: attacks, faults and ordinary unusual days.
 *
 * Plain data, so that a plan can be printed, stored and repeated. Times are Unix milliseconds; an
 * event acts at `startMs <= t < endMs`.
 */

/** How a sensor value is changed. Sizes are in the unit of the signal. */
export type LieShape =
  /** A made-up series around `size`. */
  | { readonly kind: "spoof"; readonly size: number }
  | { readonly kind: "offset"; readonly size: number }
  /** What was measured `agoMs` before the start, played in a loop of that length. */
  | { readonly kind: "replay"; readonly agoMs: number }
  /** The last value, for ever. */
  | { readonly kind: "freeze" }
  /** Grows evenly to `size` at the end of the event. */
  | { readonly kind: "drift"; readonly size: number }
  | { readonly kind: "delay"; readonly byMs: number }
  /** Adds noise with this standard deviation. */
  | { readonly kind: "noise"; readonly size: number }
  | { readonly kind: "constant"; readonly size: number };

/** Who hears the lie: the control room, the PLC's control loop, or both. */
export type LieScope = "scada" | "plc" | "both";

/** What somebody between a device and the server, or somebody with its key, does to frames. */
export type WireAttack =
  | "flip"
  | "reorder"
  | "hold-back"
  | "replay-frames"
  | "drop"
  /** The lie is signed by a key that is not the device's. */
  | "bad-signature"
  /** A second sender with the device's own key. */
  | "stolen-key";

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export type PlantEvent = Span &
  (
    | {
        readonly kind: "lie";
        readonly signal: string;
        readonly shape: LieShape;
        readonly scope: LieScope;
        /** Told by somebody without the device's key: the device itself goes on measuring honestly. */
        readonly forged?: true;
      }
    /**
     * The actuator runs at this speed (0 off, 1 full) whatever its PLC wants; `against` is the opposite of
     * what it did when the event began.
     */
    | { readonly kind: "actuator"; readonly actuator: string; readonly speed: number | "against" }
    /** The actuator never runs faster than this; its PLC still switches it, and still reports it as on. */
    | { readonly kind: "throttle"; readonly actuator: string; readonly speed: number }
    | { readonly kind: "thresholds"; readonly actuator: string; readonly onBelow: number; readonly offAbove: number }
    /** The device measures and signs, but nothing of it arrives. */
    | { readonly kind: "silence"; readonly device: string }
    /** Water lost at a junction, l/s at 40 m of pressure. */
    | { readonly kind: "leak"; readonly node: string; readonly size: number }
    /** Done to the frames of a device on their way; see frame-attack.ts. The plant does not feel it. */
    | { readonly kind: "wire"; readonly device: string; readonly attack: WireAttack }
    /** People live by a holiday's shape and take `factor` times the water of a normal day. */
    | { readonly kind: "holiday"; readonly factor: number }
  );

/** The way from a device to the server, at one time. */
export type WirePath = "open" | "silent" | WireAttack;

/** Ways on which what the device signs does not arrive in time. */
const BLOCKED: ReadonlySet<WirePath> = new Set(["silent", "flip", "reorder", "hold-back", "drop", "bad-signature"]);

export function isBlocked(path: WirePath): boolean {
  return BLOCKED.has(path);
}

export function isActive(event: Span, timeMs: number): boolean {
  return event.startMs <= timeMs && timeMs < event.endMs;
}
