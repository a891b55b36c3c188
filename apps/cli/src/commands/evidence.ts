/** `twinward evidence prove|show|export|recover`. */
import { readFile } from "node:fs/promises";
import {
  type EntryName,
  exportRange,
  type Fact,
  prove as proveEntry,
  recover,
  show as showEntry,
} from "@twinward/evidence";
import { parseFrame } from "@twinward/frame";
import { isRefusal, systemClock, toBase64, toHex, UsageError } from "@twinward/kernel";
import { writeDurably } from "@twinward/store";
import type { ExitCode } from "../exit.ts";

const PUBLIC_MODE = 0o644;

interface NameOptions {
  readonly entry?: string;
  readonly frame?: string;
}

export async function prove(dir: string, options: NameOptions & { out: string }): Promise<ExitCode> {
  const proof = await proveEntry(dir, nameOf(options));
  writeDurably(options.out, proof, PUBLIC_MODE);
  console.log(`${options.out}: inclusion proof (c2sp.org/tlog-proof@v1), ${proof.length} bytes`);
  return 0;
}

export async function show(dir: string, options: NameOptions & { json?: boolean }): Promise<ExitCode> {
  const { origin, entry, body } = await showEntry(dir, nameOf(options));
  const shown = {
    origin,
    index: entry.index,
    kind: entry.kind,
    at: new Date(entry.atMs).toISOString(),
    facts: plain(entry.facts),
    body: body === undefined || body === "erased" ? (body ?? null) : bodyOf(body),
  };
  console.log(JSON.stringify(shown, undefined, options.json ? undefined : 2));
  return 0;
}

export async function exportEntries(
  dir: string,
  options: { from: string; to: string; out: string },
): Promise<ExitCode> {
  const from = indexOf(options.from);
  const to = indexOf(options.to);
  // The command names the last entry, the library the one after it.
  const summary = await exportRange(dir, from, to + 1, options.out);
  console.log(
    `${options.out}: ${summary.entries} entries of ${summary.origin}, ${summary.bodies} bodies, ${summary.bytes} bytes`,
  );
  return 0;
}

export async function recoverLog(dir: string, options: { checkpoint: string; logKey: string }): Promise<ExitCode> {
  await readFile(options.checkpoint);
  const recovery = await recover({ dir, ...options, clock: systemClock });
  console.log(
    `kept ${recovery.kept} entries of ${recovery.oldOrigin}; lost: ${recovery.kept} to ${recovery.lostTo - 1}`,
  );
  console.log(`new origin: ${recovery.newOrigin}`);
  console.log(`log key: ${recovery.logKey}`);
  return 0;
}

function nameOf({ entry, frame }: NameOptions): EntryName {
  if ((entry === undefined) === (frame === undefined)) throw new UsageError("give either --entry or --frame");
  return entry === undefined ? { frame: frame ?? "" } : { entry: indexOf(entry) };
}

function indexOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${text} is not the index of an entry`);
  return Number(text);
}

/** Byte strings as hexadecimal, everything else as it is. */
function plain(fact: Fact): unknown {
  if (fact instanceof Uint8Array) return toHex(fact);
  if (Array.isArray(fact)) return fact.map(plain);
  if (typeof fact !== "object" || fact === null) return fact;
  return Object.fromEntries(Object.entries(fact).map(([name, value]) => [name, plain(value)]));
}

/** A JSON body as JSON, a frame by its readings where it names them itself, anything else as base64. */
function bodyOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    const frame = parseFrame(body);
    return isRefusal(frame)
      ? { base64: toBase64(body) }
      : { frame: plain(frame.header as unknown as Fact), base64: toBase64(body) };
  }
}
