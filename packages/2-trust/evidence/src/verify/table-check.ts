/** The tables beside entries and bodies: their shape, derived states and quarantine. */

import { DatabaseSync } from "node:sqlite";
import { equalBytes, sha256, toHex } from "@twinward/kernel";
import type { EntryContent } from "../entry-bytes.ts";
import { frameKeyOf } from "../entry-bytes.ts";
import { looseDigest } from "../group.ts";
import { type QuarantineRow, quarantineDigest } from "../quarantine.ts";
import { createTables, type EntryRow, type Rows, type StateRow } from "../tables.ts";
import type { LoggedState } from "./entry-walk.ts";
import type { Findings } from "./findings.ts";

const FAULTS_SHOWN_MAX = 5;

/** Is the schema exactly ours? When not, nothing else may be asked of these tables. */
export function checkSchema(rows: Rows, findings: Findings): boolean {
  const fresh = new DatabaseSync(":memory:");
  createTables(fresh);
  const expected = schemaOf(fresh as unknown as Rows);
  fresh.close();
  if (schemaOf(rows) === expected) return true;
  findings.problem("SCHEMA_DIFFERS", "log.db", "its tables are not those of a log");
  return false;
}

/** SQLite finds its own pages and indexes in order. */
export function checkPages(rows: Rows, findings: Findings): void {
  const faults = rows.prepare(`PRAGMA integrity_check(${FAULTS_SHOWN_MAX})`).all() as { integrity_check: string }[];
  for (const { integrity_check: fault } of faults) {
    if (fault !== "ok") findings.problem("DATABASE_DAMAGED", "log.db", fault);
  }
}

function schemaOf(rows: Rows): string {
  const list = rows.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").all();
  return JSON.stringify(list.map((row) => Object.values(row as object)));
}

/** The columns beside an entry say what the entry says. */
export function checkColumns(row: EntryRow, content: EntryContent, findings: Findings): void {
  const frame = content.kind === "frame" ? frameKeyOf(content.facts) : undefined;
  const same =
    row.kind === content.kind &&
    row.device === (frame?.device ?? null) &&
    row.boot === (frame?.boot ?? null) &&
    row.sequence === (frame?.sequence ?? null);
  if (!same)
    findings.problem("COLUMNS_DIFFER", `entry ${row.idx}`, "the columns of its row say other things than it does");
}

/** Each derived state is the one whose digest the log holds. */
export function checkStates(rows: Rows, logged: ReadonlyMap<string, LoggedState>, findings: Findings): void {
  const stored = rows.prepare("SELECT name, value, digest, entry FROM state ORDER BY name").all() as StateRow[];
  for (const { name, value, digest, entry } of stored) {
    const where = `state ${name}`;
    const said = logged.get(name);
    const expected = entry === null ? looseDigest(name, value) : sha256(value);
    if (!equalBytes(expected, digest)) findings.problem("STATE_DAMAGED", where, "it does not match its digest");
    else if (entry === null)
      findings.warn(`the ${where} is derived and remade from the entries at start; the log itself does not cover it`);
    else if (said === undefined || said.entry !== entry || !equalBytes(said.digest, digest)) {
      findings.problem("STATE_DIFFERS", where, `the log names another one${said ? ` in entry ${said.entry}` : ""}`);
    }
  }
  const names = new Set(stored.map(({ name }) => name));
  for (const [name, { entry }] of logged) {
    if (!names.has(name)) findings.problem("STATE_MISSING", `state ${name}`, `entry ${entry} names it`);
  }
}

/** Quarantined frames match their digests and none is missing between others. They are not part of the log. */
export function checkQuarantine(rows: Rows, findings: Findings): void {
  let next = 1;
  for (const row of rows.prepare("SELECT * FROM quarantine ORDER BY id").iterate() as Iterable<QuarantineRow>) {
    const where = `quarantine ${row.id}`;
    if (row.id !== next) findings.problem("QUARANTINE_DAMAGED", where, `it should be number ${next}`);
    next = row.id + 1;
    if (equalBytes(quarantineDigest({ ...row, atMs: row.at }), row.digest)) continue;
    findings.problem("QUARANTINE_DAMAGED", where, `it does not match its digest ${toHex(row.digest)}`);
  }
}
