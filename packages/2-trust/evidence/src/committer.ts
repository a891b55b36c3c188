/**
 * Group commit: everything queued when the last fsync returned goes into one transaction, and one checkpoint signature
 * covers it.
 *
 * What is true when the process dies after each durable step is written beside it; start (open.ts) makes the derived
 * files agree with the database again.
 *
 * Invariant: an answer is given only for what is durable, and a checkpoint is signed only over what is durable.
 */
import type { TwinwardError } from "@twinward/kernel";
import { commit, DiskFull, DurabilityLost, type SqliteDatabase, writeDurably } from "@twinward/store";
import { NewestFile, writeInBackground } from "./background-file.ts";
import { EvidenceError } from "./error.ts";
import type { EntryWriter, Placed, ReadyDraft } from "./group.ts";
import type { GrowingTree } from "./growing-tree.ts";
import type { DurableStep, LogOptions } from "./keeper.ts";
import type { LogSigner } from "./log-signer.ts";
import type { Quarantine, RefusedFrame } from "./quarantine.ts";
import type { Head } from "./reader.ts";

/** Most drafts in one transaction; an atomic group larger than that goes alone. */
export const GROUP_DRAFTS_MAX = 1024;

/** What becomes durable together or not at all. */
export interface Unit {
  readonly drafts: readonly ReadyDraft[];
  readonly states?: { readonly [name: string]: Uint8Array };
  readonly refused?: RefusedFrame;
  /** Runs when the unit is durable, before the checkpoint is signed. */
  readonly whenDurable?: () => void;
  answer(placed: readonly Placed[], head: Head): void;
  fail(error: unknown): void;
}

export interface CommitterParts {
  readonly database: SqliteDatabase;
  readonly writer: EntryWriter;
  readonly quarantine: Quarantine;
  readonly tree: GrowingTree;
  readonly signer: LogSigner;
  /** Path of the checkpoint file in the data folder. */
  readonly checkpoint: string;
  readonly options: LogOptions;
}

export class Committer {
  readonly #parts: CommitterParts;
  readonly #checkpoint: NewestFile;
  #head: Head;
  #queue: Unit[] = [];
  #scheduled = false;
  #ended: TwinwardError | undefined;
  #isLost = false;
  #isEnding = false;

  constructor(parts: CommitterParts, head: Head) {
    this.#parts = parts;
    this.#head = head;
    this.#checkpoint = new NewestFile(parts.checkpoint, writeInBackground, (error) => this.lost(error));
    parts.tree.beforeWrite = () => this.durable("tile", () => {});
    parts.tree.onLost = (error) => this.lost(error);
  }

  get head(): Head {
    return this.#head;
  }

  /** True after a durable step failed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  add(unit: Unit): void {
    if (this.#ended !== undefined || this.#isEnding) {
      unit.fail(this.#ended ?? stopped());
      return;
    }
    this.#queue.push(unit);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the events that are waiting now: what arrived during the last fsync joins this group.
    setImmediate(() => this.#commitGroup());
  }

  /** Commits what is queued, takes nothing more, and waits for what is written beside the work. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const { tiles } = this.#parts.tree;
    while (this.#queue.length > 0) {
      await tiles.settled();
      this.#commitGroup();
    }
    this.#ended ??= stopped();
    await this.#checkpoint.settled();
    await tiles.settled();
  }

  durable(step: DurableStep, run: () => void): void {
    const through = this.#parts.options.durable ?? ((_step, runStep) => runStep());
    through(step, run);
  }

  /** A durable step failed: nobody knows what is stored, so nothing more is answered and the process has to stop. */
  lost(cause: unknown, units: readonly Unit[] = []): void {
    if (this.#ended !== undefined) return;
    const error = cause instanceof DurabilityLost ? cause : new DurabilityLost("a durable step failed", cause);
    this.#ended = error;
    this.#isLost = true;
    for (const unit of [...units, ...this.#queue.splice(0)]) unit.fail(error);
    const { onLost } = this.#parts.options;
    if (onLost !== undefined) onLost(error);
    else
      setImmediate(() => {
        throw error;
      });
  }

  #commitGroup(): void {
    const { tiles } = this.#parts.tree;
    if (tiles.isBehind && this.#ended === undefined) {
      // The disk is slower than what arrives: wait, so that what is to be written does not pile up in memory.
      void tiles.settled().then(() => this.#commitGroup());
      return;
    }
    this.#scheduled = false;
    const units = this.#takeGroup();
    if (units.length === 0 || this.#ended !== undefined) return;
    if (this.#queue.length > 0) this.#schedule();
    try {
      this.#commitUnits(units);
    } catch (error) {
      if (error instanceof DiskFull) for (const unit of units) unit.fail(error);
      else this.lost(error, units);
    }
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => this.#commitGroup());
  }

  #takeGroup(): Unit[] {
    let drafts = 0;
    let taken = 0;
    for (const unit of this.#queue) {
      drafts += unit.drafts.length;
      if (taken > 0 && drafts > GROUP_DRAFTS_MAX) break;
      taken++;
    }
    return taken === this.#queue.length ? this.#queue.splice(0) : this.#queue.splice(0, taken);
  }

  #commitUnits(units: readonly Unit[]): void {
    const { database, tree, signer } = this.#parts;
    const oldSize = tree.tree.size;
    let placed: Placed[][] = [];
    this.durable("commit", () => {
      placed = commit(database, () => this.#placeAll(units, oldSize));
    });
    // Dying here: the entries are durable, nobody was told, nothing is signed. Start signs a checkpoint over them.
    for (const places of placed)
      for (const place of places) if ("draft" in place) tree.append(place.draft.leaf, place.draft.bytes);
    for (const unit of units) unit.whenDurable?.();
    if (tree.tree.size > oldSize) {
      this.#head = signer.sign(tree.tree.size, tree.tree.root());
      // Dying here: the signature is lost; start makes the same one again.
      this.#publish(this.#head);
      tree.tiles.writeFilled(oldSize, tree.tree.size);
      // Dying here: tiles may be missing; start writes them from the entries.
    }
    for (const [i, unit] of units.entries()) unit.answer(placed[i] as Placed[], this.#head);
  }

  #placeAll(units: readonly Unit[], oldSize: number): Placed[][] {
    const { writer, quarantine } = this.#parts;
    let next = oldSize;
    return units.map(({ drafts, states, refused }) => {
      const places = drafts.map((draft) => {
        const place = writer.place(draft, next);
        if ("draft" in place) next++;
        return place;
      });
      if (states !== undefined) writer.putStates(states, drafts.length > 0 ? next - 1 : null);
      if (refused !== undefined) quarantine.put(refused);
      return places;
    });
  }

  #publish(head: Head): void {
    // Not waited for: the file follows from the database and the key.
    this.durable("checkpoint", () => this.#checkpoint.put(head.note));
    // Dying here: the folder's own head is older or newer than the anchor outside; both are heads of one log.
    const { checkpointOut } = this.#parts.options;
    if (checkpointOut !== undefined) this.durable("anchor", () => writeDurably(checkpointOut, head.note));
    // Dying here: the anchor names entries that nobody was told about; they are durable.
  }
}

function stopped(): EvidenceError {
  return new EvidenceError("LOG_STOPPED", "the log was stopped");
}
