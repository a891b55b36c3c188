/**
 * The shape of a model, described once as data: which parts it has, how long each array is, what numbers are allowed.
 *
 * Invariant: after `modelShapeFault` gives undefined, no index in the model points outside its arrays.
 */
import { SLOW_HOURS } from "../fusion/statistics.ts";
import { VOICES } from "../fusion/testimony.ts";

type Check = (value: unknown, path: string) => string | undefined;

/** The place and nature of the first fault, or undefined. */
export function modelShapeFault(model: Record<string, unknown>, signals: number): string | undefined {
  return modelShape(signals)(model, "$");
}

function modelShape(signals: number): Check {
  const perSignal = list(finite, signals);
  const voice = record({
    sum: atLeast(0),
    sumSlow: atLeast(0),
    signal: list(atLeast(0), signals),
    slow: list(list(atLeast(0), signals), SLOW_HOURS.length),
  });
  return record({
    format: text,
    site: text,
    signals: list(text, signals),
    trainedOn: list(text),
    rows: whole(0, Number.MAX_SAFE_INTEGER),
    samplePeriodMs: atLeast(1),
    falseEpisodesPer30Days: atLeast(0),
    floor: list(atLeast(0), signals),
    cross: record({
      scale: record({ mean: perSignal, spread: list(above0, signals) }),
      targets: list(targetShape(signals)),
    }),
    // The water twin checks its own parameters when it is opened.
    water: (value, path) => (value === null || isObject(value) ? undefined : `${path}: no object`),
    switching: record({ other: list(atLeast(0), signals), own: list(atLeast(0), signals) }),
    repeats: repeatShape(signals),
    streams: list(streamShape, signals),
    limits: record({ voices: optional(VOICES, voice), misfit: atLeast(0), logic: dictionary(above0) }),
  });
}

function targetShape(signals: number): Check {
  return record({
    signal: whole(0, signals - 1),
    weights: list(finite, 2 * signals),
    trees: trees(2 * signals),
    doubt: trees(2 * signals),
    doubtBase: atLeast(0),
    doubtScale: above0,
    doubtFloor: above0,
  });
}

function trees(inputs: number): Check {
  const parts = record({
    depth: whole(1, 8),
    inputs: list(whole(0, inputs - 1)),
    limits: list(finite),
    answers: list(finite),
  });
  return (value, path) => {
    const fault = parts(value, path);
    if (fault) return fault;
    const { depth, inputs: asked, limits, answers } = value as { depth: number; inputs: []; limits: []; answers: [] };
    const count = asked.length / depth;
    const fits = Number.isInteger(count) && limits.length === asked.length && answers.length === count * 2 ** depth;
    return fits ? undefined : `${path}: the parts of the trees do not fit each other`;
  };
}

function repeatShape(signals: number): Check {
  const parts = record({
    signals: list(whole(0, signals - 1)),
    copiedMin: list(above0),
    frozenMin: list(above0),
    rests: list(list(finite)),
  });
  return (value, path) => {
    const fault = parts(value, path);
    if (fault) return fault;
    const { signals: watched, copiedMin, frozenMin, rests } = value as Record<string, unknown[]>;
    const same = [copiedMin, frozenMin, rests].every((each) => each?.length === watched?.length);
    return same ? undefined : `${path}: lists of different length`;
  };
}

const streamShape: Check = (value, path) =>
  record({
    minimum: finite,
    maximum: finite,
    ratePerMsMax: atLeast(0),
    sameMax: atLeast(0),
    mean: finite,
    spread: atLeast(0),
    ewmaMax: above0,
    cusumMax: above0,
  })(value, path);

function finite(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) ? undefined : `${path}: no finite number`;
}

function above0(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) && (value as number) > 0 ? undefined : `${path}: no number above 0`;
}

function atLeast(least: number): Check {
  return (value, path) =>
    Number.isFinite(value) && (value as number) >= least ? undefined : `${path}: no number of at least ${least}`;
}

function whole(least: number, most: number): Check {
  return (value, path) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `${path}: no whole number from ${least} to ${most}`;
}

function text(value: unknown, path: string): string | undefined {
  return typeof value === "string" ? undefined : `${path}: no text`;
}

function list(check: Check, length?: number): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path}: no list`;
    if (length !== undefined && value.length !== length) return `${path}: ${value.length} members, not ${length}`;
    for (let i = 0; i < value.length; i++) {
      const fault = check(value[i], `${path}[${i}]`);
      if (fault) return fault;
    }
    return undefined;
  };
}

/** Exactly these members. */
function record(members: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (!isObject(value)) return `${path}: no object`;
    const stranger = Object.keys(value).find((name) => !Object.hasOwn(members, name));
    if (stranger !== undefined) return `${path}.${stranger.slice(0, 40)}: not known`;
    for (const [name, check] of Object.entries(members)) {
      const fault = check(value[name], `${path}.${name}`);
      if (fault) return fault;
    }
    return undefined;
  };
}

/** Any of these members, each of the same kind. */
function optional(names: readonly string[], check: Check): Check {
  return (value, path) => {
    if (!isObject(value)) return `${path}: no object`;
    const present = names.filter((name) => Object.hasOwn(value, name));
    return record(Object.fromEntries(present.map((name) => [name, check])))(value, path);
  };
}

function dictionary(check: Check): Check {
  return (value, path) => {
    if (!isObject(value)) return `${path}: no object`;
    return record(Object.fromEntries(Object.keys(value).map((name) => [name, check])))(value, path);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
