/**
 * The model artefact: everything the judge of a site has learned, frozen, as canonical JSON.
 *
 * Invariant: the same site and the same rows give the same bytes; the digest of the bytes is the model's identity.
 */
import { sha256, toHex } from "@twinward/kernel";
import type { WaterParameters } from "@twinward/physics";
import type { CrossPredictionModel } from "../crossprediction/cross-prediction.ts";
import type { Limits } from "../fusion/score.ts";
import type { SwitchingDoubt } from "../fusion/water-witness.ts";
import type { RepeatLimits } from "../repeats/learn-repeats.ts";
import type { StreamLimits } from "../streams/stream-checks.ts";
import { canonicalJson } from "./canonical-json.ts";

export const MODEL_FORMAT = "twinward-model/1";

export interface Model {
  readonly format: typeof MODEL_FORMAT;
  /** Site.digest at training. */
  readonly site: string;
  /** Signal ids in the order of all per-signal arrays. */
  readonly signals: readonly string[];
  /** Lower-case hexadecimal SHA-256 of the rows learned from: clean first, then labelled if there were any. */
  readonly trainedOn: readonly string[];
  readonly rows: number;
  readonly samplePeriodMs: number;
  /** False-alarm episodes per 30 days that each limit was chosen for. */
  readonly falseEpisodesPer30Days: number;
  /** Least spread of any expectation per signal: rounding and instrument. */
  readonly floor: readonly number[];
  readonly cross: CrossPredictionModel;
  readonly water: WaterParameters | null;
  /** What switching between two rows adds to the spread of level forecasts, per signal. */
  readonly switching: SwitchingDoubt;
  readonly repeats: RepeatLimits;
  readonly streams: readonly StreamLimits[];
  readonly limits: Limits;
}

/** Canonical JSON bytes. */
export function saveModel(model: Model): Uint8Array {
  return new TextEncoder().encode(canonicalJson(model));
}

/** Lower-case hexadecimal SHA-256 of the canonical bytes. */
export function modelDigest(model: Model): string {
  return toHex(sha256(saveModel(model)));
}
