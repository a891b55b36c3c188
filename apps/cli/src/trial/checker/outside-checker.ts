/**
 * The checker outside: keeps everything the log ever gave away, and asks after each fault whether it still holds.
 *
 * I1 each inclusion proof ever given is in the log and provable against its newest checkpoint; I2 nothing is in the log
 * that was not sent, no (device, boot, sequence) twice; I3 all checkpoints ever seen are heads of one log. It reads the
 * entries with plain SQL and works everything out again from their bytes; it imports nothing of the product.
 */
import { DatabaseSync } from "node:sqlite";
import { isConsistent, isIncluded, LeafList, leafOf } from "./merkle.ts";
import { type Head, headOf, type LogKey, logKeyOf, proofOf } from "./proof-text.ts";

interface EntryRow {
  readonly idx: number;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly device: string | null;
  readonly boot: number | null;
  readonly sequence: number | null;
}

export interface CheckerFigures {
  readonly proofsGiven: number;
  readonly framesSent: number;
  readonly checkpointsSeen: number;
  readonly entriesMax: number;
}

/** Pairs of checkpoints whose consistency is shown by a proof, not only by equal roots, in each check. */
const CONSISTENCY_PROOFS = 24;

export class OutsideChecker {
  readonly #key: LogKey;
  /** Digest of each frame that a device signed, by `device boot sequence`. */
  readonly #sent = new Map<string, string>();
  /** Leaf hash by index, of each proof given. */
  readonly #given = new Map<number, Buffer>();
  /** Root by size, of each checkpoint seen. */
  readonly #heads = new Map<number, Buffer>();
  #proofs = 0;
  #entries = 0;

  constructor(verifierKey: string) {
    this.#key = logKeyOf(verifierKey);
  }

  get figures(): CheckerFigures {
    const { size } = this.#heads;
    return { proofsGiven: this.#proofs, framesSent: this.#sent.size, checkpointsSeen: size, entriesMax: this.#entries };
  }

  /** A frame that a device signed; it may or may not reach the log. */
  sent(device: string, boot: number, sequence: number, digestHex: string): void {
    this.#sent.set(`${device} ${boot} ${sequence}`, digestHex);
  }

  /** A proof that somebody was given. Answers what is wrong with it by itself. */
  given(text: string): string[] {
    const proof = proofOf(text, this.#key);
    if (proof === undefined) return ["a proof was given that cannot be read or was not signed by the log"];
    this.#proofs += 1;
    const leaf = leafOf(proof.entry);
    const { index, head } = proof;
    const wrong = this.#keep(head);
    const before = this.#given.get(index);
    if (before !== undefined && !before.equals(leaf)) wrong.push(`two proofs give entry ${index} different contents`);
    this.#given.set(index, leaf);
    if (!isIncluded(leaf, index, head.size, proof.path, head.root)) wrong.push(`the proof of entry ${index} is wrong`);
    return wrong;
  }

  /** A checkpoint that somebody saw. */
  seen(note: string): string[] {
    const head = headOf(note, this.#key);
    return head === undefined ? ["a checkpoint was shown that the log did not sign"] : this.#keep(head);
  }

  /**
   * Holds the log against everything kept before the call. Beside a running server `catchUp` has to tell what was sent
   * meanwhile: the entries are read between the two, so that nothing in them can be newer than what is known.
   */
  check(databasePath: string, catchUp: () => void = () => {}): string[] {
    const [given, heads] = [[...this.#given], [...this.#heads]];
    const rows = this.#rows(databasePath);
    catchUp();
    this.#entries = Math.max(this.#entries, rows.length);
    const leaves = new LeafList();
    for (const { bytes } of rows) leaves.push(leafOf(bytes));
    return [...provable(given, heads, leaves), ...this.#onlyWhatWasSent(rows), ...consistent(heads, leaves)];
  }

  /** How many of the proofs given the log cannot honour any more: what the control has to lose. */
  lost(databasePath: string): number {
    const rows = this.#rows(databasePath);
    const isLost = ([index, leaf]: [number, Buffer]) => {
      const row = rows[index];
      return row === undefined || !leafOf(row.bytes).equals(leaf);
    };
    return [...this.#given].filter(isLost).length;
  }

  #rows(path: string): EntryRow[] {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const sql = "SELECT idx, kind, bytes, device, boot, sequence FROM entry ORDER BY idx";
      return database.prepare(sql).all() as unknown as EntryRow[];
    } finally {
      database.close();
    }
  }

  #keep({ size, root }: Head): string[] {
    const before = this.#heads.get(size);
    this.#heads.set(size, before ?? root);
    return before === undefined || before.equals(root) ? [] : [`I3: two heads of size ${size}`];
  }

  #onlyWhatWasSent(rows: readonly EntryRow[]): string[] {
    const wrong: string[] = [];
    const places = new Set<string>();
    rows.forEach((row, i) => {
      if (row.idx !== i) wrong.push(`I2: entry ${i} is missing`);
      if ((row.kind === "frame") !== (row.device !== null)) wrong.push(`I2: entry ${i} is a frame without a place`);
      if (row.kind !== "frame") return;
      const place = `${row.device} ${row.boot} ${row.sequence}`;
      if (places.has(place)) wrong.push(`I2: ${place} is in the log twice`);
      places.add(place);
      const digest = this.#sent.get(place);
      if (digest === undefined) wrong.push(`I2: ${place} was never sent`);
      else if (!Buffer.from(row.bytes).includes(Buffer.from(digest, "hex")))
        wrong.push(`I2: ${place} is another frame`);
    });
    return wrong;
  }
}

type Given = readonly [index: number, leaf: Buffer];
type SizedRoot = readonly [size: number, root: Buffer];

const newestOf = (heads: readonly SizedRoot[]) => heads.reduce((newest, [size]) => Math.max(newest, size), 0);

function provable(given: readonly Given[], heads: readonly SizedRoot[], leaves: LeafList): string[] {
  const newest = newestOf(heads);
  return given
    .filter(([index, leaf]) => index >= newest || !leaves.leaf(index)?.equals(leaf))
    .map(([index]) => `I1: entry ${index} was proven and is not in the log`);
}

function consistent(seen: readonly SizedRoot[], leaves: LeafList): string[] {
  const heads = seen.toSorted(([a], [b]) => a - b);
  const [size, root] = heads.at(-1) ?? [0, Buffer.alloc(0)];
  if (size > leaves.size) return [`I3: the log has ${leaves.size} entries, a checkpoint of ${size} was given`];
  const wrong = heads.filter(([at, own]) => !leaves.root(at).equals(own)).map(([at]) => `I3: another root at ${at}`);
  const stride = Math.max(1, Math.floor(heads.length / CONSISTENCY_PROOFS));
  for (let i = 0; i < heads.length; i += stride) {
    const [oldSize, oldRoot] = heads[i] as SizedRoot;
    const path = leaves.consistency(oldSize, size);
    if (!isConsistent(oldSize, size, path, oldRoot, root)) wrong.push(`I3: head ${oldSize} does not lead to ${size}`);
  }
  return wrong;
}
