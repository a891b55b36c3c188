/**
 * What may happen in the plant, and what a person can go and look at: a small table by kind of signal and by whether
 * the shown value is above or below what the rest of the plant says.
 */
import type { QuantityKind, Signal } from "@twinward/plant";
import type { Relation } from "./relation.ts";

/** `above`: shown higher than the plant says it is. */
export type Direction = "above" | "below" | "unknown";

const EFFECT: Readonly<Record<QuantityKind, Readonly<Record<Direction, string>>>> = {
  level: {
    above: "{e} holds less than shown and may run empty",
    below: "{e} holds more than shown and may overflow",
    unknown: "the level of {e} is not what is shown; it may run empty or overflow",
  },
  flow: {
    above: "less flows through {e} than shown; supply behind it may fail",
    below: "more flows through {e} than shown; water may be lost or taken",
    unknown: "the flow through {e} is not what is shown",
  },
  status: {
    above: "{e} is shown on and may be off; what it feeds may run short",
    below: "{e} is shown off and may be on; what it feeds may overfill",
    unknown: "{e} may not be in the state that is shown",
  },
  pressure: {
    above: "the pressure at {e} is lower than shown; supply may fail and dirty water may be drawn in",
    below: "the pressure at {e} is higher than shown; pipes may burst",
    unknown: "the pressure at {e} is not what is shown",
  },
  other: {
    above: "{e} is lower than shown",
    below: "{e} is higher than shown",
    unknown: "{e} is not what is shown",
  },
};

const LOOK: Readonly<Record<QuantityKind, readonly string[]>> = {
  level: ["Read the level of {e} at the tank itself (gauge or sight glass) and compare it with {s}."],
  flow: ["Read the flow meter of {e} on its own display and compare it with {s}."],
  status: ["Look or listen at {e}: does it run? Compare with {s} and with its switch on the panel."],
  pressure: ["Read a mechanical gauge near {e} and compare it with {s}."],
  other: ["Measure {e} with a second instrument and compare it with {s}."],
};

export function likelyEffect(signal: Signal | undefined, direction: Direction, relation: Relation): string {
  if (signal === undefined) return "The plant may not be as shown.";
  const effect = EFFECT[signal.kind][direction].replaceAll("{e}", signal.element);
  return `${capital(effect)}${controlsLine(signal, direction, relation)}.`;
}

export function checkByHand(signal: Signal | undefined, device: string, relation: Relation): string[] {
  const lines = signal === undefined ? [] : LOOK[signal.kind].map((line) => fill(line, signal));
  const actuators = signal?.kind === "level" ? relation.actuatorsOf(signal.element) : [];
  if (actuators.length > 0) lines.push(`Look at what acts on this level by itself: ${listed(actuators)}.`);
  if (device !== "") lines.push(`Compare the program, set points and key of ${device} with what was released.`);
  return lines;
}

function controlsLine(signal: Signal, direction: Direction, relation: Relation): string {
  const actuators = signal.kind === "level" ? relation.actuatorsOf(signal.element) : [];
  if (actuators.length === 0) return "";
  const one = actuators.length === 1;
  const acting = `${listed(actuators)} ${one ? "acts" : "act"} on it`;
  if (direction === "unknown") return `; ${acting}`;
  const wrongly = direction === "above" ? `${one ? "stops" : "stop"} too early` : `${one ? "runs" : "run"} too long`;
  return `, because ${acting} and ${wrongly}`;
}

function fill(line: string, signal: Signal): string {
  return line.replaceAll("{e}", signal.element).replaceAll("{s}", signal.id);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
