/**
 * The `judgement` entry: what was said about one row, as facts for everybody and a body that says why.
 *
 * The body depends on the row, the judge and nothing else: no arrival time, no log index, no batch. So a run killed
 * fifty times leaves the same bodies as an undisturbed one, and `recompute` can compare them byte by byte. Where the
 * row came from in the log stands in the facts.
 */
import type { EntryDraft, Fact } from "@twinward/evidence";
import { sha256, toHex } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import type { AlignedRow, LateReading } from "./align/aligned.ts";
import { decodeJson, encodeJson, jsonNumber, jsonNumbers, numberOfJson, numbersOfJson } from "./align/stable-json.ts";
import type { Cause, Judgement } from "./judge.ts";

const VERSION = 1;
/** Suspects named in the facts. */
const FACT_SUSPECTS_MAX = 16;
/** Causes kept in a body. */
export const CAUSES_STORED_MAX = 64;
/** Estimates, sigmas and trust are kept to this many significant digits. */
const DIGITS = 6;

/** What runs: lower-case hexadecimal digests that stand in every judgement. */
export interface JudgedBy {
  readonly code: string;
  readonly site: string;
  readonly model: string;
}

/** Input entries, both inclusive; every input entry lies in the range of one judgement. */
export interface InputRange {
  readonly from: number;
  readonly to: number;
}

export interface LateFinding {
  readonly reading: LateReading;
  readonly causes: readonly Cause[];
}

/** A judgement as it comes back from the log. */
export type StoredJudgement =
  | { readonly late: false; readonly row: AlignedRow; readonly judgement: Judgement }
  | {
      readonly late: true;
      readonly readings: readonly Omit<LateReading, "entry">[];
      readonly causes: readonly Cause[];
    };

/** The judgement as the log will hold it: what everything downstream must see, so that a rebuild sees the same. */
export function storedForm(judgement: Judgement): Judgement {
  return {
    ...judgement,
    causes: judgement.causes.slice(0, CAUSES_STORED_MAX),
    estimates: judgement.estimates.map(rounded),
    sigmas: judgement.sigmas.map(rounded),
    trust: judgement.trust.map(rounded),
  };
}

/** @param judgement in its stored form */
export function judgementDraft(row: AlignedRow, judgement: Judgement, range: InputRange, by: JudgedBy): EntryDraft {
  const body = encodeJson({
    v: VERSION,
    time: row.timeMs,
    alarm: judgement.alarm,
    score: jsonNumber(judgement.score),
    verdict: judgement.verdict,
    since: jsonNumber(judgement.sinceMs),
    notice: judgement.notice,
    suspects: judgement.suspects.map(({ signal, weight }) => ({ signal, weight: jsonNumber(weight) })),
    alternatives: judgement.alternatives,
    causes: judgement.causes.map(jsonCause),
    substituted: judgement.substituted,
    values: jsonNumbers(row.values),
    qualities: [...row.qualities],
    estimates: jsonNumbers(judgement.estimates),
    sigmas: jsonNumbers(judgement.sigmas),
    trust: jsonNumbers(judgement.trust),
  });
  const { alarm, verdict } = judgement;
  const suspects = judgement.suspects.slice(0, FACT_SUSPECTS_MAX).map(({ signal }) => signal);
  const score = Number.isFinite(judgement.score) ? judgement.score : null;
  return draftOf({ time: row.timeMs, late: false, alarm, score, verdict, suspects }, range, by, body);
}

/** One entry for all late readings of one frame. */
export function lateDraft(
  readings: readonly LateReading[],
  findings: readonly LateFinding[],
  site: Site,
  range: InputRange,
  by: JudgedBy,
): EntryDraft {
  const causes = findings.flatMap((finding) => finding.causes).slice(0, CAUSES_STORED_MAX);
  const body = encodeJson({
    v: VERSION,
    late: readings.map(({ signal, timeMs, value, quality }) => [signal, timeMs, value, quality]),
    causes: causes.map(jsonCause),
  });
  const accused = new Set(findings.map(({ reading }) => site.signals[reading.signal]?.id ?? ""));
  const suspects = [...accused].slice(0, FACT_SUSPECTS_MAX);
  const time = readings.reduce((newest, { timeMs }) => Math.max(newest, timeMs), -Infinity);
  const facts = { time, late: true, alarm: false, score: null, verdict: "", suspects };
  return draftOf(facts, range, by, body);
}

/** Only for bodies that this code wrote. Log indexes are not in the body: `entries` is empty. */
export function storedJudgementOf(body: Uint8Array): StoredJudgement {
  const stored = decodeJson<StoredBody & StoredLateBody>(body);
  if (stored.late !== undefined) {
    const readings = stored.late.map(([signal, timeMs, value, quality]) => ({ signal, timeMs, value, quality }));
    return { late: true, readings, causes: stored.causes.map(causeOf) };
  }
  const row: AlignedRow = {
    timeMs: stored.time,
    values: numbersOfJson(stored.values),
    qualities: Uint8Array.from(stored.qualities),
    entries: [],
  };
  return { late: false, row, judgement: judgementOf(stored) };
}

type JsonNumber = ReturnType<typeof jsonNumber>;

interface StoredCause extends Omit<Cause, "measured" | "expected" | "deviation"> {
  readonly measured: JsonNumber;
  readonly expected: JsonNumber;
  readonly deviation: JsonNumber;
}

interface StoredBody {
  readonly time: number;
  readonly alarm: boolean;
  readonly score: JsonNumber;
  readonly verdict: Judgement["verdict"];
  readonly since: JsonNumber;
  readonly notice: string;
  readonly suspects: readonly { readonly signal: string; readonly weight: JsonNumber }[];
  readonly alternatives: readonly (readonly string[])[];
  readonly causes: readonly StoredCause[];
  readonly substituted: readonly number[];
  readonly values: readonly JsonNumber[];
  readonly qualities: readonly number[];
  readonly estimates: readonly JsonNumber[];
  readonly sigmas: readonly JsonNumber[];
  readonly trust: readonly JsonNumber[];
}

interface StoredLateBody {
  readonly late?: readonly (readonly [number, number, number, number])[];
}

function judgementOf(stored: StoredBody): Judgement {
  return {
    timeMs: stored.time,
    alarm: stored.alarm,
    score: numberOfJson(stored.score),
    verdict: stored.verdict,
    suspects: stored.suspects.map(({ signal, weight }) => ({ signal, weight: numberOfJson(weight) })),
    alternatives: stored.alternatives,
    causes: stored.causes.map(causeOf),
    sinceMs: numberOfJson(stored.since),
    estimates: numbersOfJson(stored.estimates),
    sigmas: numbersOfJson(stored.sigmas),
    trust: numbersOfJson(stored.trust),
    substituted: stored.substituted,
    notice: stored.notice,
  };
}

function jsonCause(cause: Cause): StoredCause {
  const { check, signal, text } = cause;
  const [measured, expected] = [cause.measured, cause.expected].map((value) => jsonNumber(value ?? Number.NaN));
  return {
    check,
    signal,
    measured: measured ?? null,
    expected: expected ?? null,
    deviation: jsonNumber(cause.deviation),
    text,
  };
}

function causeOf(stored: StoredCause): Cause {
  const { check, signal, text } = stored;
  const measured = stored.measured === null ? null : numberOfJson(stored.measured);
  const expected = stored.expected === null ? null : numberOfJson(stored.expected);
  return { check, signal, measured, expected, deviation: numberOfJson(stored.deviation), text };
}

function draftOf(facts: Record<string, Fact>, range: InputRange, by: JudgedBy, body: Uint8Array): EntryDraft {
  const { code, site, model } = by;
  const result = toHex(sha256(body));
  return { kind: "judgement", facts: { ...facts, from: range.from, to: range.to, code, site, model, result }, body };
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) + 0 : value;
}
