/**
 * Erasure: bodies are destroyed, entries and proofs stay (docs/formats/entry.md).
 *
 * The `erased` entry comes first and is durable before anything is destroyed, so that whatever is missing is always
 * explained; start finishes what a crash interrupted.
 */
import { existsSync } from "node:fs";
import { assert, toHex } from "@twinward/kernel";
import { commit, destroyDurably, type SqliteDatabase } from "@twinward/store";
import { dataKeyFile } from "./data-key.ts";
import type { EntryDraft, Fact } from "./entry.ts";

/** What an `erased` entry names. */
export interface Erased {
  readonly indexes: readonly number[];
  /** Data key ids, lower-case hexadecimal. */
  readonly keys: readonly string[];
}

export function erasureDraft(
  erased: { indexes: readonly number[]; keys: readonly Uint8Array[] },
  authority: string,
): EntryDraft {
  assert(authority !== "", "an erasure names its authority");
  return { kind: "erased", facts: { authority, indexes: [...erased.indexes], keys: [...erased.keys] } };
}

/** Reads the facts of an `erased` entry; undefined when they are not of that form. */
export function erasedOf(facts: { readonly [name: string]: Fact }): Erased | undefined {
  const { indexes, keys } = facts;
  if (!Array.isArray(indexes) || !Array.isArray(keys)) return undefined;
  if (!indexes.every((index) => typeof index === "number")) return undefined;
  if (!keys.every((key) => key instanceof Uint8Array && key.length === 8)) return undefined;
  return { indexes, keys: keys.map((key) => toHex(key as Uint8Array)) };
}

/** Does what the entry says, as far as it is not done yet. */
export function carryOutErasure(erased: Erased, database: SqliteDatabase, dataKeysFolder: string): void {
  for (const hex of erased.keys) {
    const path = dataKeyFile(dataKeysFolder, { hex });
    if (existsSync(path)) destroyDurably(path);
  }
  if (erased.indexes.length === 0) return;
  const remove = database.prepare("DELETE FROM body WHERE idx = ?");
  const removed = commit(database, () => erased.indexes.reduce((sum, index) => sum + remove.run(index).changes, 0));
  // secure_delete has overwritten the pages; the write-ahead log still holds older ones until it is folded in.
  if (removed > 0) database.pragma("wal_checkpoint(TRUNCATE)");
}
