/**
 * Text with places: the value a YAML or JSON text holds, and the line of each of its parts.
 *
 * One reader for both, since JSON is YAML. Aliases, anchors and tags are refused, so a few lines can never stand for
 * a million (an alias bomb), and a key given twice is a fault rather than a surprise.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { pathText, type SiteFault } from "./site-fault.ts";
import { NESTING_MAX } from "./site-limits.ts";

export class LocatedText {
  readonly file: string;
  readonly value: unknown;
  readonly faults: readonly SiteFault[];
  readonly #root: Node | null;
  readonly #lines: LineCounter;

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
      const next = stepInto(node, step);
      if (next === undefined) break;
      offset = next.offset;
      node = next.node;
    }
    return Math.max(1, this.#lines.linePos(offset).line);
  }

  fault(path: readonly PropertyKey[], message: string): SiteFault {
    return { file: this.file, line: this.lineOf(path), path: pathText(path), message };
  }
}

function stepInto(node: unknown, step: PropertyKey): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
    if (pair === undefined || !isScalar(pair.key)) return undefined;
    return { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
  }
  return undefined;
}

/** Reads YAML 1.2 (core schema, string keys). Faults are in the answer; the value is undefined when there are any. */
export function readLocated(file: string, bytes: Uint8Array): LocatedText {
  const lines = new LineCounter();
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const document = parseDocument(text, {
      lineCounter: lines,
      stringKeys: true,
      uniqueKeys: true,
      version: "1.2",
      merge: false,
      prettyErrors: false,
    });
    const faults = [...document.errors, ...document.warnings].map((problem) =>
      faultAt(file, lines, problem.pos[0], problem.message),
    );
    const root = document.contents as Node | null;
    faults.push(...forbiddenParts(file, lines, document.contents));
    return new LocatedText(file, faults.length === 0 ? document.toJS() : undefined, root, lines, faults);
  } catch (cause) {
    return new LocatedText(file, undefined, null, lines, [{ file, line: 1, path: "", message: unreadable(cause) }]);
  }
}

/** The YAML library gives up on very deep nesting by overflowing its stack, the decoder on bytes that are no text. */
function unreadable(cause: unknown): string {
  if (cause instanceof RangeError) return `nested deeper than NESTING_MAX (${NESTING_MAX})`;
  if (cause instanceof TypeError) return "is not UTF-8 text";
  return "cannot be read as YAML";
}

function faultAt(file: string, lines: LineCounter, offset: number, message: string): SiteFault {
  return { file, line: Math.max(1, lines.linePos(offset).line), path: "", message: message.split("\n")[0] ?? "" };
}

function forbiddenParts(file: string, lines: LineCounter, root: unknown): SiteFault[] {
  const faults: SiteFault[] = [];
  if (!isNode(root)) return faults;
  visit(root, {
    Node: (_key, node, path) => {
      const message = forbidden(node, path.length);
      if (message === undefined) return undefined;
      faults.push(faultAt(file, lines, node.range?.[0] ?? 0, message));
      return visit.BREAK;
    },
  });
  return faults;
}

function forbidden(node: Node, depth: number): string | undefined {
  if (isAlias(node) || ("anchor" in node && node.anchor !== undefined)) return "anchors and aliases are not used here";
  if ("tag" in node && node.tag !== undefined && node.srcToken !== undefined && isTagged(node)) {
    return "tags are not used here";
  }
  // A pair and its collection both stand on the path, so each level counts twice at most.
  return depth > 2 * NESTING_MAX ? `nested deeper than NESTING_MAX (${NESTING_MAX})` : undefined;
}

function isTagged(node: Node): boolean {
  return typeof node.tag === "string" && !node.tag.startsWith("tag:yaml.org,2002:");
}
