/**
 * Reading a model artefact, which may come from anywhere: every part is checked before it is believed.
 *
 * A model of another site, another format or with one array too short is refused with the place that is wrong, so
 * that the judge itself can index without looking.
 */
import { equalBytes, type Refusal, refuse } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { canonicalJson } from "./canonical-json.ts";
import { MODEL_FORMAT, type Model } from "./model.ts";
import { modelShapeFault } from "./model-shape.ts";

export type ModelRefusal = Refusal<
  "MODEL_TOO_BIG" | "MODEL_MALFORMED" | "MODEL_NOT_CANONICAL" | "MODEL_FORMAT_UNKNOWN" | "MODEL_OTHER_SITE"
>;

export const MODEL_BYTES_MAX = 64 * 1024 * 1024;

/** The model for this site, or why it is refused. */
export function loadModel(site: Site, bytes: Uint8Array): Model | ModelRefusal {
  if (bytes.length > MODEL_BYTES_MAX) {
    return refuse("MODEL_TOO_BIG", "operator", `the model has ${bytes.length} bytes, at most ${MODEL_BYTES_MAX}`);
  }
  const value = parsed(bytes);
  if (!isObject(value)) return refuse("MODEL_MALFORMED", "operator", "the model is not a JSON object");
  if (value.format !== MODEL_FORMAT) {
    return refuse("MODEL_FORMAT_UNKNOWN", "operator", `the model's format is not ${MODEL_FORMAT}`);
  }
  const ids = site.signals.map((signal) => signal.id);
  const fault = modelShapeFault(value, ids.length);
  if (fault) return refuse("MODEL_MALFORMED", "operator", `the model is damaged at ${fault}`);
  const model = value as unknown as Model;
  if (model.site !== site.digest || model.signals.some((id, i) => id !== ids[i])) {
    return refuse("MODEL_OTHER_SITE", "operator", "the model was trained for another site or another version of it");
  }
  if (!equalBytes(new TextEncoder().encode(canonicalJson(model)), bytes)) {
    return refuse(
      "MODEL_NOT_CANONICAL",
      "operator",
      "the model file is not in canonical form; its digest means nothing",
    );
  }
  return model;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
