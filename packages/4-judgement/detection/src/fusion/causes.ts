/** Why the judge says what it says: the statistics that count most on a row, in words a person can check. */
import type { Site } from "@twinward/plant";
import type { Cause } from "../judge.ts";
import { text } from "../rules/signal-rules.ts";
import type { Part } from "./score.ts";
import type { Testimony, Voice } from "./testimony.ts";

/** A statistic below this share of its limit is not worth a line. */
const SHARE_MIN = 0.7;
export const CAUSES_MAX = 12;

export function causesOf(site: Site, testimony: Testimony, parts: readonly Part[]): Cause[] {
  const causes = [...testimony.limits];
  for (const part of parts) {
    if (part.ratio < SHARE_MIN || causes.length >= CAUSES_MAX) break;
    if (part.name !== "limits") causes.push(causeOf(site, testimony, part));
  }
  return causes;
}

function causeOf(site: Site, testimony: Testimony, part: Part): Cause {
  const voice = testimony.voices.find((each) => part.name.startsWith(each.name));
  const signal = part.signal >= 0 ? part.signal : worst(voice);
  const id = site.signals[signal]?.id ?? "";
  const finding = testimony.water?.logic.find((each) => each.signal === part.signal && part.name.endsWith(each.kind));
  const measured = finitely(testimony.values[signal]);
  const expected = finitely(finding ? finding.expected : voice?.expected[signal]);
  const check = checkOf(part);
  return {
    check,
    signal: id,
    measured,
    expected,
    deviation: part.ratio,
    text: words(part, id, measured, expected, testimony),
  };
}

function checkOf(part: Part): string {
  if (part.name.includes("slow")) return part.signal >= 0 ? "ewma" : `${part.name.split(" ")[0]}-ewma`;
  return part.name.split(" ")[0] ?? part.name;
}

function words(part: Part, id: string, measured: number | null, expected: number | null, testimony: Testimony): string {
  const share = `${text(part.ratio)} times the limit`;
  if (part.name === "copied") {
    const lag = testimony.repeats.copiedLag[part.signal] ?? 0;
    return `${id} repeats what it read ${lag} rows ago, value for value (${share})`;
  }
  if (part.name === "frozen") return `${id} has not moved at all (${share})`;
  const seen = measured === null ? "is missing" : `reads ${text(measured)}`;
  const should = expected === null ? "" : `, expected ${text(expected)}`;
  return `${part.name}: ${id} ${seen}${should} (${share})`;
}

function worst(voice: Voice | undefined): number {
  if (!voice) return -1;
  let best = -1;
  for (let i = 0; i < voice.z.length; i++) {
    if (!Number.isNaN(voice.z[i]!) && (best < 0 || Math.abs(voice.z[i]!) > Math.abs(voice.z[best]!))) best = i;
  }
  return best;
}

function finitely(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
