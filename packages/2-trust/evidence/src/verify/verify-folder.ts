/** Does this data folder hold what it says? Every entry, body, tile, key, state and head, in one walk. */
import { isRefusal, TwinwardError } from "@twinward/kernel";
import { formatVerifierKey, leafHash, MerkleTree, type VerifierKey } from "@twinward/tlog";
import { decodeEntry, type EntryContent } from "../entry-bytes.ts";
import { erasedOf } from "../erasure.ts";
import { currentTerm } from "../log-key.ts";
import type { EntryRow, Rows } from "../tables.ts";
import { isLogDatabase } from "../tables.ts";
import { checkSealed } from "./body-check.ts";
import { EntryWalk } from "./entry-walk.ts";
import { type EvidenceFolder, openEvidence } from "./evidence-folder.ts";
import type { Findings } from "./findings.ts";
import { checkAnchor, checkOwnHead, cosignedBy, sizeNamedBy, tellCover } from "./head-check.ts";
import { KeyFiles } from "./key-files.ts";
import { checkColumns, checkPages, checkQuarantine, checkSchema, checkStates } from "./table-check.ts";
import { TileCheck } from "./tile-check.ts";

export interface Verified {
  readonly walk: EntryWalk;
  readonly entries: number;
  /** True when a head from outside agrees. */
  readonly anchored: boolean;
}

export interface FolderChecks {
  readonly anchor: string | undefined;
  readonly witnesses: readonly VerifierKey[];
  readonly onProgress: (entries: number, of: number) => void;
}

const PROGRESS_EVERY = 4096;
const HASHES_KEPT = 64;

/** Fills `findings`; undefined when the database is too damaged to be walked. */
export function verifyFolder(dir: string, checks: FolderChecks, findings: Findings): Verified | undefined {
  let evidence: EvidenceFolder;
  try {
    evidence = openEvidence(dir);
  } catch (error) {
    findings.problem("DATABASE_DAMAGED", "log.db", error instanceof TwinwardError ? error.message : String(error));
    return undefined;
  }
  try {
    return new FolderVerification(evidence, checks, findings).run();
  } catch (error) {
    // SQLite throws when it meets a page that cannot be one of its own.
    findings.problem("DATABASE_DAMAGED", "log.db", (error as Error).message);
    return undefined;
  } finally {
    evidence.snapshot.close();
  }
}

class FolderVerification {
  readonly #evidence: EvidenceFolder;
  readonly #checks: FolderChecks;
  readonly #findings: Findings;
  readonly #rows: Rows;
  readonly #walk: EntryWalk;
  readonly #keys: KeyFiles;
  readonly #tiles: TileCheck;
  readonly #tree = new MerkleTree();
  readonly #roots = new Map<number, Uint8Array>();
  readonly #wanted: ReadonlySet<number>;

  constructor(evidence: EvidenceFolder, checks: FolderChecks, findings: Findings) {
    this.#evidence = evidence;
    this.#checks = checks;
    this.#findings = findings;
    this.#rows = evidence.snapshot as unknown as Rows;
    this.#walk = new EntryWalk(findings);
    this.#keys = new KeyFiles(evidence.folder);
    const listing = new Set(evidence.files.filter((file) => file.startsWith("tile/")));
    this.#tiles = new TileCheck(evidence.folder.dir, listing, findings);
    const heads = [evidence.checkpoint, checks.anchor].flatMap((note) => (note === undefined ? [] : sizeNamedBy(note)));
    this.#wanted = new Set(heads.filter((size) => size !== undefined));
  }

  run(): Verified | undefined {
    const { checkpoint, files, lagging } = this.#evidence;
    if (!isLogDatabase(this.#rows)) {
      this.#findings.problem("DATABASE_DAMAGED", "log.db", "it is not the database of a log");
      return undefined;
    }
    // Before anything is read from them: a view in a table's place could answer with rows without end.
    if (!checkSchema(this.#rows, this.#findings)) return undefined;
    this.#readErasures();
    const entries = this.#walkEntries();
    this.#tiles.finish(lagging);
    checkStates(this.#rows, this.#walk.states, this.#findings);
    checkQuarantine(this.#rows, this.#findings);
    checkPages(this.#rows, this.#findings);
    this.#keys.checkDataKeys(files, this.#walk.erasures, lagging, this.#findings);
    return { walk: this.#walk, entries, anchored: this.#checkHeads(checkpoint, entries, lagging) };
  }

  /** What was erased is said after it came, so it is read first; the walk checks these entries like all others. */
  #readErasures(): void {
    const rows = this.#rows
      .prepare("SELECT idx, bytes FROM entry WHERE kind = 'erased' AND kind <> 'frame' ORDER BY idx")
      .all();
    for (const { idx, bytes } of rows as EntryRow[]) {
      const content = decodeEntry(bytes);
      const erased = isRefusal(content) ? undefined : erasedOf(content.facts);
      if (erased !== undefined) this.#walk.erasures.add(idx, erased);
    }
  }

  #walkEntries(): number {
    const bodies = new BodyRows(this.#rows);
    const total = (this.#rows.prepare("SELECT max(idx) + 1 AS n FROM entry").get() as { n: number | null }).n ?? 0;
    const sources = this.#walk.bodySources((hex) => this.#keys.dataKey(hex));
    const sql = "SELECT idx, kind, bytes, device, boot, sequence FROM entry ORDER BY idx";
    let next = 0;
    for (const row of this.#rows.prepare(sql).iterate() as Iterable<EntryRow>) {
      if (row.idx !== next)
        this.#findings.problem("ENTRIES_MISSING", `entry ${next}`, `the next entry stored is ${row.idx}`);
      next = row.idx + 1;
      this.#grow(row.bytes);
      const content = this.#walk.take(row.idx, row.bytes);
      const sealed = bodies.at(row.idx, this.#findings);
      if (content !== undefined) this.#checkRow(row, content, sealed, sources);
      this.#findings.checked.entries++;
      if (next % PROGRESS_EVERY === 0) this.#checks.onProgress(next, total);
    }
    bodies.finish(this.#findings);
    return this.#tree.size;
  }

  #checkRow(
    row: EntryRow,
    content: EntryContent,
    sealed: Uint8Array | undefined,
    sources: Parameters<typeof checkSealed>[3],
  ): void {
    checkColumns(row, content, this.#findings);
    checkSealed(row.idx, content, sealed, sources, this.#findings);
  }

  #grow(bytes: Uint8Array): void {
    this.#tiles.take(bytes);
    this.#tree.append(leafHash(bytes));
    if (this.#wanted.has(this.#tree.size)) this.#roots.set(this.#tree.size, this.#tree.root());
    if (this.#tree.size % PROGRESS_EVERY === 0) this.#tree.forget(HASHES_KEPT);
  }

  #checkHeads(checkpoint: string | undefined, size: number, lagging: boolean): boolean {
    const identity = this.#walk.identity;
    if (identity === undefined) return false;
    this.#keys.checkLogKey(identity, this.#findings);
    const { anchor, witnesses } = this.#checks;
    const own = checkOwnHead(checkpoint, identity, witnesses, size, this.#roots, lagging, this.#findings);
    const extended =
      anchor !== undefined && checkAnchor(anchor, identity, witnesses, size, this.#roots, this.#findings);
    const cosigned = own !== undefined && cosignedBy(own, witnesses) !== undefined ? own.size : 0;
    const covered = Math.max(cosigned, extended ? (sizeNamedBy(anchor) ?? 0) : 0);
    if (covered > 0) tellCover(covered, size, this.#findings);
    return covered > 0;
  }
}

/** The bodies in order of their index, beside the entries. */
class BodyRows {
  readonly #iterator: Iterator<{ idx: number; sealed: Uint8Array }>;
  #next: { idx: number; sealed: Uint8Array } | undefined;

  constructor(rows: Rows) {
    const all = rows.prepare("SELECT idx, sealed FROM body ORDER BY idx").iterate();
    this.#iterator = (all as Iterable<{ idx: number; sealed: Uint8Array }>)[Symbol.iterator]();
    this.#advance();
  }

  at(index: number, findings: Findings): Uint8Array | undefined {
    while (this.#next !== undefined && this.#next.idx < index) this.#extra(findings);
    if (this.#next?.idx !== index) return undefined;
    const { sealed } = this.#next;
    this.#advance();
    return sealed;
  }

  finish(findings: Findings): void {
    while (this.#next !== undefined) this.#extra(findings);
  }

  #extra(findings: Findings): void {
    findings.problem("BODY_EXTRA", `entry ${this.#next?.idx}`, "a body is stored for an entry that is not there");
    this.#advance();
  }

  #advance(): void {
    const { value, done } = this.#iterator.next();
    this.#next = done ? undefined : value;
  }
}

/** The key that signs now, as text. */
export function currentKeyOf(walk: EntryWalk): string {
  return walk.identity === undefined ? "" : formatVerifierKey(currentTerm(walk.identity).key);
}
