/** Writes entries [from, to) as one self-contained file (docs/formats/export.md), bodies in the clear. */
import { existsSync, rmSync } from "node:fs";
import { UsageError } from "@twinward/kernel";
import { type BundleEntry, BundleWriter } from "./bundle.ts";
import type { EntryKind, LogEntry } from "./entry.ts";
import { type AuditReader, openAuditReader } from "./verify/audit-reader.ts";
import { isDataFolder } from "./verify/evidence-folder.ts";

export interface ExportSummary {
  readonly origin: string;
  readonly entries: number;
  readonly bodies: number;
  readonly erased: number;
  readonly bytes: number;
}

/** Entries of these kinds are needed to judge others: identity, keys of devices, what was erased. */
const CONTEXT_KINDS: readonly EntryKind[] = ["genesis", "key-rotation", "recovery", "device", "erased"];
const PAGE_ENTRIES = 512;

/** Throws a UsageError when the range is not in the log or `out` exists. */
export async function exportRange(dir: string, from: number, to: number, out: string): Promise<ExportSummary> {
  if (!isDataFolder(dir)) throw new UsageError(`${dir} is not a data folder`);
  if (existsSync(out)) throw new UsageError(`${out} exists already`);
  const reader = openAuditReader(dir);
  try {
    const size = reader.size();
    if (!(Number.isSafeInteger(from) && from >= 0 && from < to && to <= size)) {
      throw new UsageError(`the log holds entries 0 to ${size - 1}; asked for ${from} to ${to - 1}`);
    }
    return writeBundle(reader, from, to, out);
  } catch (error) {
    rmSync(out, { force: true });
    throw error;
  } finally {
    reader.close();
  }
}

function writeBundle(reader: AuditReader, from: number, to: number, out: string): ExportSummary {
  const size = reader.size();
  const tree = reader.treeAt(size);
  const outside = reader.entries(0, size, CONTEXT_KINDS).filter(({ index }) => index < from || index >= to);
  const writer = new BundleWriter(out, {
    origin: reader.origin,
    from,
    to,
    checkpoint: reader.checkpoint(),
    left: completeSubtrees(from).map(({ level, index }) => tree.hashAt(level, index)),
    consistency: tree.consistencyProof(to, size),
    context: outside.length,
  });
  for (const { index, bytes } of outside) {
    writer.add({ index, entry: bytes, proof: tree.inclusionProof(index, size), plain: undefined });
  }
  const counts = { bodies: 0, erased: 0 };
  for (let next = from; next < to; next += PAGE_ENTRIES) {
    for (const entry of reader.entries(next, Math.min(PAGE_ENTRIES, to - next))) {
      writer.add(exported(reader, entry, counts));
    }
  }
  writer.finish();
  return { origin: reader.origin, entries: to - from, ...counts, bytes: writer.bytes };
}

function exported(reader: AuditReader, entry: LogEntry, counts: { bodies: number; erased: number }): BundleEntry {
  const plain = reader.plain(entry.index);
  if (plain === "erased") counts.erased++;
  else if (plain !== undefined) counts.bodies++;
  return { index: entry.index, entry: entry.bytes, proof: undefined, plain: plain === "erased" ? undefined : plain };
}

/** The complete subtrees that cover [0, size), greatest first. */
export function completeSubtrees(size: number): { level: number; index: number }[] {
  const subtrees: { level: number; index: number }[] = [];
  let start = 0;
  for (let level = Math.floor(Math.log2(Math.max(size, 1))); level >= 0; level--) {
    const leaves = 2 ** level;
    if (start + leaves > size) continue;
    subtrees.push({ level, index: start / leaves });
    start += leaves;
  }
  return subtrees;
}
