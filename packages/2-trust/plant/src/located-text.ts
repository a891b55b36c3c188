/**
 * Text with places: the value a YAML or JSON text holds, and the line of each of its parts.
 *
 * One reader for both, since JSON is YAML. Aliases, anchors and tags are refused, so a few lines can never stand for
 * a million (an alias bomb), and a key given twice is a fault rather than a surprise.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { bracketFault } from "./bracket-scan.ts";
import { pathText, type SiteFault } from "./site-fault.ts";
import { FAULTS_MAX, NESTING_MAX, TEXT_CHARACTERS_MAX } from "./site-limits.ts";

export class LocatedText {
  readonly file: string;
  readonly value: unknown;
  readonly faults: readonly SiteFault[];
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  /** Pairs by key of each map that was looked into. */
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(file: string, value: unknown, root: Node | null, lines: LineCounter, faults: readonly SiteFault[]) {
    this.file = file;
    this.value = value;
    this.faults = faults;
    this.#root = root;
    this.#lines = lines;
  }

  /** The line of the part at `path`, or of the nearest part around it that exists. */
  lineOf(path: readonly PropertyKey[]): number {
    let node: unknown = this.#root;
    let offset = 0;
    for (const step of path) {
      const next = this.#stepInto(node, step);
      if (next === undefined) break;
      offset = next.offset;
      node = next.node;
    }
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  fault(path: readonly PropertyKey[], message: string): SiteFault {
    return { file: this.file, line: this.lineOf(path), path: pathText(path), message };
  }

  #stepInto(node: unknown, step: PropertyKey): { node: unknown; offset: number } | undefined {
    if (isMap(node)) {
      const pair = this.#pairsOf(node).get(String(step));
      return pair === undefined ? undefined : { node: pair.value, offset: (pair.key as Scalar).range?.[0] ?? 0 };
    }
    if (isSeq(node) && typeof step === "number") {
      const item = node.items[step];
      return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
    }
    return undefined;
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairs.get(map);
    if (known !== undefined) return known;
    const pairs = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
    this.#pairs.set(map, pairs);
    return pairs;
  }
}

/**
 * Reads YAML 1.2 (core schema, string keys). Faults are in the answer; the value is undefined when there are any.
 *
 * @param itemsMax most items of one list, with the limit's name
 */
export function readLocated(file: string, bytes: Uint8Array, itemsMax: NamedLimit = NO_LIMIT): LocatedText {
  const lines = new LineCounter();
  const refused = (message: string) =>
    new LocatedText(file, undefined, null, lines, [{ file, line: 1, path: "", message }]);
  const text = utf8(bytes);
  if (text === undefined) return refused("is not UTF-8 text");
  const brackets = bracketFault(text, { itemsMax: itemsMax.value, strayMax: FAULTS_MAX });
  if (brackets !== undefined) {
    const line = text.slice(0, brackets.at).split("\n").length;
    const message =
      brackets.what === "long list" ? longList(itemsMax) : `more than ${FAULTS_MAX} closing brackets too many`;
    return new LocatedText(file, undefined, null, lines, [{ file, line, path: "", message }]);
  }
  try {
    const document = withoutStacks(() => parseDocument(text, { ...YAML_OPTIONS, lineCounter: lines }));
    const root = document.contents as Node | null;
    const written = [...document.errors, ...document.warnings]
      .slice(0, FAULTS_MAX)
      .map((problem) => faultAt(file, lines, problem.pos[0], problemText(problem.message)));
    const faults = [...written, ...forbiddenParts(file, lines, root, itemsMax)].slice(0, FAULTS_MAX);
    return new LocatedText(file, faults.length === 0 ? document.toJS() : undefined, root, lines, faults);
  } catch (cause) {
    // On very deep nesting the YAML library overflows its stack before there is a tree to measure.
    return refused(cause instanceof RangeError ? TOO_DEEP : "cannot be read as YAML");
  }
}

interface NamedLimit {
  readonly name: string;
  readonly value: number;
}

const NO_LIMIT: NamedLimit = { name: "", value: Number.POSITIVE_INFINITY };
const longList = ({ name, value }: NamedLimit) => `a list of more items than ${name} (${value})`;
const TOO_DEEP = `nested deeper than NESTING_MAX (${NESTING_MAX})`;
const YAML_OPTIONS = {
  stringKeys: true,
  // Asked in one pass by `repeatedKeys`: the library compares each key with all before it.
  uniqueKeys: false,
  version: "1.2",
  merge: false,
  prettyErrors: false,
} as const;

/** The library makes an Error per fault, and a hostile text has ten thousand: their stacks would cost most of the time. */
function withoutStacks<Value>(parse: () => Value): Value {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = usual;
  }
}

/** The library reports the overflow of its own stack like a fault of the text. */
function problemText(message: string): string {
  return message.includes("call stack") ? TOO_DEEP : (message.split("\n")[0] ?? "");
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function faultAt(file: string, lines: LineCounter, offset: number, message: string): SiteFault {
  return { file, line: Math.max(1, lines.linePos(offset).line), path: "", message };
}

/** What is well-formed YAML and still not wanted; stops at the first part that must not be walked any further. */
function forbiddenParts(file: string, lines: LineCounter, root: Node | null, itemsMax: NamedLimit): SiteFault[] {
  const faults: SiteFault[] = [];
  visit(root, (_key, node, path) => {
    if (!isNode(node)) return undefined;
    const at = (part: Node, message: string) => faults.push(faultAt(file, lines, part.range?.[0] ?? 0, message));
    if (isMap(node))
      for (const key of repeatedKeys(node)) at(key, `"${String(key.value).slice(0, 100)}" is there already`);
    const message = forbidden(node, path.length, itemsMax);
    if (message === undefined) return undefined;
    at(node, message);
    return visit.BREAK;
  });
  return faults;
}

function repeatedKeys(map: YAMLMap): Scalar[] {
  const seen = new Set<string>();
  return map.items.flatMap(({ key }) => (isScalar(key) && seen.size === seen.add(String(key.value)).size ? [key] : []));
}

function forbidden(node: Node, depth: number, itemsMax: NamedLimit): string | undefined {
  if (isAlias(node) || ("anchor" in node && node.anchor !== undefined)) return "anchors and aliases are not used here";
  if ("tag" in node && node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:"))
    return "tags are not used here";
  if (isSeq(node) && node.items.length > itemsMax.value) return longList(itemsMax);
  if (isScalar(node) && typeof node.value === "string" && node.value.length > TEXT_CHARACTERS_MAX) {
    return `a text longer than TEXT_CHARACTERS_MAX (${TEXT_CHARACTERS_MAX})`;
  }
  // A pair and its collection both stand on the path, so each level counts twice.
  return depth > 2 * NESTING_MAX ? TOO_DEEP : undefined;
}
