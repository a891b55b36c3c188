/** A proof or an entry out of a data folder at rest or in use; opens nothing for writing. */
import { TwinwardError } from "@twinward/kernel";
import type { LogEntry } from "./entry.ts";

/** An entry by its index, or a frame by its digest (lower-case hexadecimal). */
export type EntryName = { readonly entry: number } | { readonly frame: string };

/** The C2SP tlog-proof. Throws a UsageError when there is no such entry. */
export async function prove(dir: string, name: EntryName): Promise<string> {
  throw new TwinwardError("NOT_YET", `prove ${dir} ${JSON.stringify(name)}`);
}

export interface ShownEntry {
  readonly origin: string;
  readonly entry: LogEntry;
  readonly body: Uint8Array | "erased" | undefined;
}

export async function show(dir: string, name: EntryName): Promise<ShownEntry> {
  throw new TwinwardError("NOT_YET", `show ${dir} ${JSON.stringify(name)}`);
}
