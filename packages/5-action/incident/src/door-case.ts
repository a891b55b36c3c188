/**
 * What the door saw, as an incident of its own: silence, suppressed frames, forks, refusals, foreign signals.
 *
 * One bad signature is noise and a storm is a finding, so refusals are counted per (code, source) until they are worth
 * a person's time; strangers need many more than something that names a device of this site. What is only load or a
 * client's mistake is no incident at all.
 */
import type { DoorEvent } from "@twinward/detection";
import type { DoorFacts } from "./case.ts";
import type { Origin } from "./incident.ts";
import { doorTechniques } from "./technique.ts";

/** Refusals of one (code, device) within REFUSED_WINDOW_MS that make an incident. */
export const REFUSED_MIN = 3;
/** The same for sources that name no device of the site. */
export const REFUSED_OUTSIDE_MIN = 300;
export const REFUSED_WINDOW_MS = 3_600_000;
/** (code, source) pairs counted at once; beyond it the oldest is forgotten. */
export const COUNTERS_MAX = 1000;

const ACCUSING: readonly string[] = [
  "FRAME_SIGNATURE_INVALID",
  "FRAME_KEY_MISMATCH",
  "KEY_UNKNOWN",
  "KEY_RETIRED",
  "KEY_WEAK",
  "DEVICE_REVOKED",
  "AUDIENCE_WRONG",
  "ISSUER_WRONG",
  "DEVICE_FOREIGN",
  "SIGNAL_FOREIGN",
  "SIGNAL_TABLE_FOREIGN",
  "EVENT_TIME_AHEAD",
];

export interface RefusalCounter {
  readonly key: string;
  readonly sinceMs: number;
  readonly count: number;
}

/** True when this code says something about who sends, not only about how. */
export function isAccusing(code: string): boolean {
  return ACCUSING.includes(code);
}

/** Counts; `worthy` when it is time to tell somebody. */
export function countRefusal(
  counters: readonly RefusalCounter[],
  event: DoorEvent,
): { readonly counters: RefusalCounter[]; readonly worthy: boolean; readonly count: number } {
  const key = `${event.code} ${event.device}`;
  const known = counters.find((counter) => counter.key === key);
  const running = known !== undefined && event.timeMs - known.sinceMs <= REFUSED_WINDOW_MS ? known : undefined;
  const count = (running?.count ?? 0) + event.count;
  const counter = { key, sinceMs: running?.sinceMs ?? event.timeMs, count };
  const rest = counters.filter((other) => other.key !== key);
  const min = isOutside(event.device) ? REFUSED_OUTSIDE_MIN : REFUSED_MIN;
  return { counters: [...rest, counter].slice(-COUNTERS_MAX), worthy: count >= min, count };
}

export function originOf(event: DoorEvent): Origin {
  return event.what === "fork" || event.what === "refused" ? "quarantine" : "door";
}

/** Only a fork accuses by itself: two frames, both validly signed, claim one place. */
export function verdictOf(event: DoorEvent): "attack" | "undetermined" {
  return event.what === "fork" ? "attack" : "undetermined";
}

export function doorFacts(event: DoorEvent): DoorFacts {
  const { what, device, code } = event;
  const techniques = doorTechniques(what, code);
  const named = device.replace(/^(device|claimed|outside):/, "");
  if (what === "silence") {
    return {
      key: "silence",
      title: "Silence",
      priority: "medium",
      effect: "Nobody sees what these devices measure; control goes on without being watched.",
      checkByHand: ["Is the device powered and on the network? Are other devices on the same line heard?"],
      techniques,
    };
  }
  if (what === "suppressed-frames") {
    return {
      key: `suppressed ${device}`,
      title: `Frames of ${named} are missing from its chain`,
      priority: "medium",
      effect: "What the device said meanwhile is not known; somebody on the way may have held it back.",
      checkByHand: [`Does ${named} still hold the missing frames? Look at what lies between it and the server.`],
      techniques,
    };
  }
  if (what === "foreign-signals") {
    return {
      key: `foreign ${device}`,
      title: `${named} speaks for signals that are not its own`,
      priority: "medium",
      effect: "None on the twin: these readings are not used. The device is configured wrongly or not itself.",
      checkByHand: [`Compare the configuration of ${named} with the site description.`],
      techniques,
    };
  }
  const fork = what === "fork";
  // Anybody can name a device: only a signature makes it the device's doing.
  const whose = device.startsWith("claimed:") ? "in the name of" : "of";
  return {
    key: `${what} ${code} ${device}`,
    title: fork
      ? `Two frames claim one place in the chain of ${named}`
      : `Frames ${whose} ${named} are refused: ${code}`,
    priority: fork ? "high" : isOutside(device) ? "low" : "medium",
    effect: "None on the twin: what was refused is not used and lies in quarantine.",
    checkByHand: [
      fork
        ? `Is there a second device with the key of ${named}, or was it restored from a backup? Revoke the key if in doubt.`
        : `Is ${named} what sends these frames? Look at what lies between it and the server.`,
    ],
    techniques,
  };
}

function isOutside(source: string): boolean {
  return source.startsWith("outside:");
}
