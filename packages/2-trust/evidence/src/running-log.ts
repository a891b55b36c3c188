/** The running log: reads like any reader, appends in groups, and has the keeper's few other powers. */
import { randomBytes } from "node:crypto";
import { assert, type Refusal } from "@twinward/kernel";
import { type SqliteDatabase, writeDurably } from "@twinward/store";
import { NONCE_PREFIX_BYTES } from "./body.ts";
import { Committer } from "./committer.ts";
import { DATA_KEY_DEFAULT, type DataKey, DataKeys, dataKeyBytes, dataKeyFile, dataKeyOf } from "./data-key.ts";
import type { EntryDraft, FrameConflict, FrameKey, Receipt } from "./entry.ts";
import { carryOutErasure, erasedOf, erasureDraft } from "./erasure.ts";
import { digestsOf, EntryWriter, type Placed, type ReadyDraft, readyDraft } from "./group.ts";
import type { GrowingTree } from "./growing-tree.ts";
import { headRelation } from "./head-relation.ts";
import type { Erasure, HeadRelation, LogKeeper, LogOptions } from "./keeper.ts";
import type { DataFolder } from "./layout.ts";
import type { AtomicGroup } from "./log.ts";
import type { LogSigner } from "./log-signer.ts";
import { QUARANTINE_FRAMES_MAX, Quarantine } from "./quarantine.ts";
import { type Head, identityOfRows, RowsReader } from "./reader.ts";
import { GroupReceipt } from "./receipt.ts";

export interface RunningLogParts {
  readonly folder: DataFolder;
  readonly database: SqliteDatabase;
  readonly tree: GrowingTree;
  readonly signer: LogSigner;
  readonly options: LogOptions;
  /** Gives the folder free for another keeper. */
  readonly letGo: () => void;
}

const SECRET_BYTES = 32;

export class RunningLog extends RowsReader implements LogKeeper {
  readonly #folder: DataFolder;
  readonly #database: SqliteDatabase;
  readonly #tree: GrowingTree;
  readonly #signer: LogSigner;
  readonly #options: LogOptions;
  readonly #secretBytes: (length: number) => Uint8Array;
  readonly #dataKeys: DataKeys;
  readonly #committer: Committer;
  /** The key that new bodies of a name are sealed with. */
  readonly #currentKeys = new Map<string, DataKey>();
  /** The newest durable frame per device; read from the database when first asked for. */
  #lastFrames: Map<string, FrameKey> | undefined;

  constructor(parts: RunningLogParts, head: Head) {
    const { folder, database, tree, signer, options, letGo } = parts;
    const dataKeys = new DataKeys(folder.dataKeys);
    let committer: Committer | undefined;
    super({
      rows: database,
      dataKeys,
      size: () => (committer?.head ?? head).size,
      head: () => committer?.head ?? head,
      treeAt: () => tree.tree,
      close: () => {
        database.close();
        letGo();
      },
    });
    this.#folder = folder;
    this.#database = database;
    this.#tree = tree;
    this.#signer = signer;
    this.#options = options;
    this.#dataKeys = dataKeys;
    this.#secretBytes = options.secretBytes ?? randomBytes;
    const writer = new EntryWriter(database, this.#secretBytes(NONCE_PREFIX_BYTES));
    const quarantine = new Quarantine(database, options.quarantineFramesMax ?? QUARANTINE_FRAMES_MAX);
    committer = new Committer(
      { database, writer, quarantine, tree, signer, checkpoint: folder.checkpoint, options },
      head,
    );
    this.#committer = committer;
  }

  append(draft: EntryDraft): Promise<Receipt | FrameConflict> {
    return new Promise((resolve, reject) => {
      this.#committer.add({
        drafts: [this.#ready(draft)],
        answer: ([place], head) => {
          if (place !== undefined && "draft" in place && draft.frame !== undefined) this.#noteFrame(draft.frame);
          resolve(this.#answerOf(place as Placed, head));
        },
        fail: reject,
      });
    });
  }

  appendAll(group: AtomicGroup): Promise<Receipt[]> {
    assert(!group.drafts.some((draft) => draft.kind === "frame"), "frames are appended one by one");
    return new Promise((resolve, reject) => {
      const last = group.drafts.length - 1;
      const digests = group.states === undefined ? undefined : digestsOf(group.states);
      this.#committer.add({
        drafts: group.drafts.map((draft, i) => this.#ready(draft, i === last ? digests : undefined)),
        ...(group.states && { states: group.states }),
        answer: (places, head) => resolve(places.map((place) => this.#answerOf(place, head) as Receipt)),
        fail: reject,
      });
    });
  }

  quarantine(source: string, code: string, frame: Uint8Array): void {
    const refused = { source, code, atMs: this.#options.clock.nowMs(), frame };
    // Nobody waits for it; when it cannot be stored, the log itself says so.
    this.#committer.add({ drafts: [], refused, answer: () => {}, fail: () => {} });
  }

  override lastFrame(device: string): FrameKey | undefined {
    this.#lastFrames ??= this.lastFrames();
    return this.#lastFrames.get(device);
  }

  async erase(what: Erasure, authority: string): Promise<Receipt> {
    const keys = "dataKey" in what ? this.#dataKeys.byName(what.dataKey) : [];
    // What is appended from now on under that name gets a new key.
    if ("dataKey" in what) this.#currentKeys.delete(what.dataKey);
    const indexes = "indexes" in what ? what.indexes : [];
    const draft = erasureDraft({ indexes, keys: keys.map((key) => key.id) }, authority);
    const receipt = (await this.append(draft)) as Receipt;
    // Dying here: the entry explains what is not destroyed yet; start destroys it.
    const erased = erasedOf(draft.facts);
    try {
      this.#committer.durable("destroy-key", () => {
        if (erased !== undefined) carryOutErasure(erased, this.#database, this.#folder.dataKeys);
      });
    } catch (error) {
      this.#committer.lost(error);
      throw error;
    }
    for (const key of keys) this.#dataKeys.forget(key.hex);
    return receipt;
  }

  rotateLogKey(): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const { draft, handOver } = this.#signer.prepareRotation();
      this.#committer.add({
        drafts: [this.#ready(draft)],
        whenDurable: handOver,
        answer: ([place], head) => resolve(this.#answerOf(place as Placed, head) as Receipt),
        fail: reject,
      });
    });
  }

  relationTo(checkpoint: string): HeadRelation | Refusal {
    const identity = identityOfRows(this.#database);
    return headRelation(checkpoint, identity, this.size(), () => this.#tree.tree);
  }

  consistency(oldSize: number): Uint8Array[] {
    return this.#tree.tree.consistencyProof(oldSize, this.size());
  }

  /** Commits what is queued and leaves a folder in which every derived file is complete. */
  async stop(): Promise<void> {
    await this.#committer.end();
    // After a failed durable step nothing more is written: start decides from what is stored.
    if (!this.#committer.isLost) {
      this.#tree.tiles.complete(this.size());
      writeDurably(this.#folder.checkpoint, this.checkpoint());
    }
    this.close();
  }

  #ready(draft: EntryDraft, states?: { readonly [name: string]: Uint8Array }): ReadyDraft {
    const key = draft.body === undefined ? undefined : this.#keyFor(draft.dataKey ?? DATA_KEY_DEFAULT);
    return readyDraft(draft, this.#options.clock.nowMs(), key, this.#secretBytes, states);
  }

  #keyFor(name: string): DataKey {
    const current = this.#currentKeys.get(name) ?? this.#dataKeys.byName(name)[0] ?? this.#makeKey(name);
    this.#currentKeys.set(name, current);
    return current;
  }

  #makeKey(name: string): DataKey {
    const key = dataKeyOf(name, this.#secretBytes(SECRET_BYTES));
    try {
      this.#committer.durable("data-key", () =>
        writeDurably(dataKeyFile(this.#folder.dataKeys, key), dataKeyBytes(key)),
      );
    } catch (error) {
      this.#committer.lost(error);
      throw error;
    }
    // Dying here: a key that seals nothing; it is used when the name comes again.
    this.#dataKeys.add(key);
    return key;
  }

  #answerOf(place: Placed, head: Head): Receipt | FrameConflict {
    if ("draft" in place) return new GroupReceipt(place.index, place.draft.bytes, head, this.#tree.tree);
    const existing = new GroupReceipt(place.index, place.bytes, head, this.#tree.tree);
    return { conflict: place.conflict, existing };
  }

  #noteFrame(frame: FrameKey): void {
    const last = this.#lastFrames?.get(frame.device);
    const newer =
      last === undefined || frame.boot > last.boot || (frame.boot === last.boot && frame.sequence > last.sequence);
    if (newer) this.#lastFrames?.set(frame.device, frame);
  }
}
