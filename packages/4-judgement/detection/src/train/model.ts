/** The model artefact: canonical JSON with a format tag, site digest, training digests and parameters. */
import { type Refusal, refuse } from "@twinward/kernel";
import type { Site } from "@twinward/plant";

export interface Model {
  readonly format: "twinward-model/1";
  /** Site.digest at training. */
  readonly site: string;
  /** Lower-case hexadecimal SHA-256 of the rows of each pass. */
  readonly trainedOn: readonly string[];
}

export type ModelRefusal = Refusal<"MODEL_MALFORMED" | "MODEL_OTHER_SITE" | "MODEL_FORMAT_UNKNOWN">;

/** Canonical JSON bytes. */
export function saveModel(_model: Model): Uint8Array {
  throw new Error("not built yet");
}

/** Lower-case hexadecimal SHA-256 of the canonical bytes. */
export function modelDigest(_model: Model): string {
  throw new Error("not built yet");
}

/** Strict: every part is checked before it is believed. */
export function loadModel(_site: Site, _bytes: Uint8Array): Model | ModelRefusal {
  return refuse("MODEL_MALFORMED", "operator", "not built yet");
}
