/**
 * Is this a Thing Description (W3C WoT TD 1.1), and does it say what a site needs of a device?
 *
 * Two schemas, both foreign data to the code: the W3C's own for TD 1.1, and the one of our extension vocabulary in
 * vocabulary/ (see docs/formats/site.md). Compiled once, at the first use (about 0.2 s).
 */
import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import w3cSchema from "wot-thing-description-types/schema/td-json-schema-validation.json" with { type: "json" };

/** Namespace behind the prefix `tw` in a Thing Description's @context. */
export const PLANT_NAMESPACE = "https://twinward.example/ns/plant/v1#";
export const TD_CONTEXT = "https://www.w3.org/2022/wot/td/v1.1";

const PLANT_SCHEMA = new URL("../vocabulary/plant-v1.schema.json", import.meta.url);
/** More of one file would only repeat the first ones. */
const PROBLEMS_MAX = 20;

export interface ThingProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Schemas {
  readonly w3c: ValidateFunction;
  readonly plant: ValidateFunction;
}

let compiled: Schemas | undefined;

function schemas(): Schemas {
  if (compiled === undefined) {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv, { mode: "fast" });
    ajv.addFormat("iri-reference", true);
    compiled = {
      w3c: ajv.compile(w3cSchema),
      plant: ajv.compile(JSON.parse(readFileSync(PLANT_SCHEMA, "utf8"))),
    };
  }
  return compiled;
}

/** What breaks the W3C schema for Thing Descriptions 1.1; empty when nothing does. */
export function thingProblems(td: unknown): ThingProblem[] {
  return problemsOf(td, schemas().w3c);
}

/** What the extension vocabulary misses or does not know; empty when all is well. */
export function extensionProblems(td: unknown): ThingProblem[] {
  return problemsOf(td, schemas().plant);
}

function problemsOf(td: unknown, validate: ValidateFunction): ThingProblem[] {
  if (validate(td)) return [];
  const all = (validate.errors ?? []).map((error) => ({ error, problem: problemOf(error, td) }));
  // A branch that fails inside `anyOf` or `oneOf` says why; the branching itself adds nothing a person can use.
  const telling = all.filter(({ error }) => !["anyOf", "oneOf", "if", "not", "propertyNames"].includes(error.keyword));
  const named = (telling.length > 0 ? telling : all).map(({ problem }) => problem);
  const once = new Map(named.map((problem) => [JSON.stringify(problem), problem]));
  return [...once.values()].slice(0, PROBLEMS_MAX);
}

function problemOf(error: ErrorObject, td: unknown): ThingProblem {
  const path = pathOf(error.instancePath, td);
  const { params } = error as { params: { allowedValues?: unknown; allowedValue?: unknown } };
  if (error.propertyName !== undefined) {
    return { path: [...path, error.propertyName], message: "is no term of the extension vocabulary" };
  }
  if (error.keyword === "enum") return { path, message: `must be one of ${JSON.stringify(params.allowedValues)}` };
  if (error.keyword === "const") return { path, message: `must be ${JSON.stringify(params.allowedValue)}` };
  return { path, message: error.message ?? error.keyword };
}

/** A JSON pointer (RFC 6901) as steps; places in lists as numbers. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  let at: unknown = root;
  return pointer
    .split("/")
    .slice(1)
    .map((step) => {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      const key = Array.isArray(at) ? Number(name) : name;
      at = (at as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}
