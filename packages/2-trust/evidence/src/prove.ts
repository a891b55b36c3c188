/** A proof or an entry out of a data folder at rest or in use; opens nothing for writing. */
import { fromHex, isRefusal, UsageError } from "@twinward/kernel";
import { openProof, parseVerifierKey } from "@twinward/tlog";
import type { LogEntry } from "./entry.ts";
import { EvidenceError } from "./error.ts";
import type { LogReader } from "./log.ts";
import { verifyEd25519 } from "./log-key.ts";
import { openAuditReader } from "./verify/audit-reader.ts";
import { isDataFolder } from "./verify/evidence-folder.ts";

/** An entry by its index, or a frame by its digest (lower-case hexadecimal). */
export type EntryName = { readonly entry: number } | { readonly frame: string };

export interface ShownEntry {
  readonly origin: string;
  readonly entry: LogEntry;
  readonly body: Uint8Array | "erased" | undefined;
}

/** The C2SP tlog-proof. Throws a UsageError when there is no such entry, LOG_DAMAGED when it cannot be proven. */
export async function prove(dir: string, name: EntryName): Promise<string> {
  return withReader(dir, (reader) => {
    const proof = reader.proof(found(reader, name).index);
    const key = parseVerifierKey(reader.verifierKey);
    const opened = isRefusal(key) ? key : openProof(proof, [key], verifyEd25519);
    if (isRefusal(opened)) throw new EvidenceError("LOG_DAMAGED", `the proof does not hold: ${opened.detail}`);
    return proof;
  });
}

/** Throws a UsageError when there is no such entry. */
export async function show(dir: string, name: EntryName): Promise<ShownEntry> {
  return withReader(dir, (reader) => {
    const entry = found(reader, name);
    return { origin: reader.origin, entry, body: reader.body(entry.index) };
  });
}

export function withReader<T>(dir: string, use: (reader: LogReader) => T): T {
  if (!isDataFolder(dir)) throw new UsageError(`${dir} is not a data folder`);
  const reader = openAuditReader(dir);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

function found(reader: LogReader, name: EntryName): LogEntry {
  const digest = "frame" in name ? fromHex(name.frame) : undefined;
  const entry = "entry" in name ? reader.entry(name.entry) : digest && reader.frameByDigest(digest);
  if (entry !== undefined) return entry;
  throw new UsageError("entry" in name ? `there is no entry ${name.entry}` : `there is no frame ${name.frame}`);
}
