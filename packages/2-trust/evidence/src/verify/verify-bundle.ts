/** Does this bundle hold what it says? The range leads to the head by its hashes, the rest by inclusion proofs. */
import { isRefusal, toHex } from "@twinward/kernel";
import { leafHash, MerkleTree, type OpenedCheckpoint, verifyConsistency, verifyInclusion } from "@twinward/tlog";
import { type BundleEntry, type BundleHeader, BundleReader } from "../bundle.ts";
import { decodeEntry } from "../entry-bytes.ts";
import { erasedOf } from "../erasure.ts";
import { completeSubtrees } from "../export.ts";
import { currentTerm } from "../log-key.ts";
import { checkPlain } from "./body-check.ts";
import { EntryWalk } from "./entry-walk.ts";
import type { Findings } from "./findings.ts";
import { checkAnchor, cosignedBy, isWholeHead, openHead, sizeNamedBy, tellCover } from "./head-check.ts";
import type { FolderChecks, Verified } from "./verify-folder.ts";

const CONTEXT_MAX = 1_000_000;

/** Fills `findings`; undefined when the file cannot be read as a bundle. */
export function verifyBundle(path: string, checks: FolderChecks, findings: Findings): Verified | undefined {
  const reader = new BundleReader(path);
  try {
    if (!reader.isWhole()) findings.problem("BUNDLE_DAMAGED", "bundle", "it is not whole: its digest differs");
    const header = reader.header();
    if (header === undefined || header.context > CONTEXT_MAX) {
      findings.problem("BUNDLE_DAMAGED", "bundle", "its header cannot be read");
      return undefined;
    }
    return new BundleVerification(reader, header, checks, findings).run();
  } finally {
    reader.close();
  }
}

class BundleVerification {
  readonly #reader: BundleReader;
  readonly #header: BundleHeader;
  readonly #checks: FolderChecks;
  readonly #findings: Findings;
  readonly #walk: EntryWalk;
  readonly #tree = new MerkleTree();
  readonly #roots = new Map<number, Uint8Array>();
  /** Bodies that are not here. An erasure may come later than what it erased, so they are judged at the end. */
  readonly #gone: { readonly index: number; readonly key: string }[] = [];

  constructor(reader: BundleReader, header: BundleHeader, checks: FolderChecks, findings: Findings) {
    this.#reader = reader;
    this.#header = header;
    this.#checks = checks;
    this.#findings = findings;
    this.#walk = new EntryWalk(findings);
  }

  run(): Verified | undefined {
    const { from, to, context } = this.#header;
    const outside = this.#read(context);
    if (outside === undefined || !this.#plantLeft()) return undefined;
    this.#learnErasures(outside);
    for (const { index, entry } of outside) if (index < from) this.#walk.take(index, entry);
    for (let index = from; index < to; index++) if (!this.#takeNext(index)) return undefined;
    if (!this.#reader.atEnd()) this.#findings.problem("BUNDLE_DAMAGED", "bundle", "something follows its last entry");
    for (const { index, entry } of outside) if (index >= to) this.#walk.take(index, entry);
    const head = this.#checkHead();
    if (head === undefined) return { walk: this.#walk, entries: to - from, anchored: false };
    for (const entry of outside) this.#checkOutside(entry, head);
    return { walk: this.#walk, entries: to - from, anchored: this.#checkAnchor(head) };
  }

  #read(count: number): BundleEntry[] | undefined {
    const entries: BundleEntry[] = [];
    for (let i = 0; i < count; i++) {
      const entry = this.#reader.entry();
      if (entry === undefined) {
        this.#findings.problem("BUNDLE_DAMAGED", "bundle", `record ${i + 1} cannot be read`);
        return undefined;
      }
      entries.push(entry);
    }
    return entries;
  }

  #plantLeft(): boolean {
    const { from, left } = this.#header;
    const subtrees = completeSubtrees(from);
    if (subtrees.length !== left.length) {
      this.#findings.problem("BUNDLE_DAMAGED", "bundle", "the hashes before its range are not as many as they must be");
      return false;
    }
    for (const [i, { level }] of subtrees.entries()) this.#tree.appendSubtree(level, left[i] as Uint8Array);
    return true;
  }

  #learnErasures(outside: readonly BundleEntry[]): void {
    for (const { index, entry } of outside) this.#learnErasure(index, entry);
  }

  #learnErasure(index: number, bytes: Uint8Array): void {
    const content = decodeEntry(bytes);
    const erased = isRefusal(content) || content.kind !== "erased" ? undefined : erasedOf(content.facts);
    if (erased !== undefined) this.#walk.erasures.add(index, erased);
  }

  #takeNext(index: number): boolean {
    const record = this.#reader.entry();
    if (record === undefined || record.index !== index) {
      this.#findings.problem("BUNDLE_DAMAGED", `entry ${index}`, "its record is missing or cannot be read");
      return false;
    }
    this.#tree.append(leafHash(record.entry));
    if (sizeNamedBy(this.#checks.anchor ?? "") === index + 1) this.#roots.set(index + 1, this.#tree.root());
    this.#findings.checked.entries++;
    const content = this.#walk.take(index, record.entry);
    this.#learnErasure(index, record.entry);
    const sources = this.#walk.bodySources(() => undefined);
    if (content === undefined) return true;
    if (record.plain !== undefined) checkPlain(index, content, record.plain, sources, this.#findings);
    else if (content.body !== undefined) this.#gone.push({ index, key: toHex(content.body.key) });
    return true;
  }

  #judgeGone(): void {
    for (const { index, key } of this.#gone) {
      if (this.#walk.erasures.of(index, key) !== undefined) this.#findings.checked.erased++;
      else this.#findings.problem("BODY_MISSING", `entry ${index}`, "its body is gone and no entry erased it");
    }
  }

  #checkHead(): OpenedCheckpoint | undefined {
    this.#judgeGone();
    const { checkpoint, to, consistency, origin } = this.#header;
    const identity = this.#walk.identity;
    if (identity === undefined) {
      this.#findings.problem("IDENTITY_WRONG", "entry 0", "the bundle does not hold it");
      return undefined;
    }
    const head = openHead(checkpoint, identity, this.#checks.witnesses);
    if (isRefusal(head)) {
      this.#findings.problem("CHECKPOINT_WRONG", "checkpoint", `${head.code}: ${head.detail}`);
      return undefined;
    }
    if (head.origin !== origin || origin !== currentTerm(identity).origin || !isWholeHead(checkpoint, head, identity)) {
      this.#findings.problem("CHECKPOINT_WRONG", "checkpoint", "it is not what this log's key signs");
      return undefined;
    }
    const claim = { oldSize: to, oldRoot: this.#tree.root(), size: head.size, root: head.root, hashes: consistency };
    const refusal = verifyConsistency(claim);
    if (refusal === undefined) return head;
    this.#findings.problem("ROOT_DIFFERS", "checkpoint", `its range does not lead to its head: ${refusal.detail}`);
    return undefined;
  }

  #checkOutside({ index, entry, proof }: BundleEntry, head: OpenedCheckpoint): void {
    const claim = { index, size: head.size, leaf: leafHash(entry), hashes: proof ?? [], root: head.root };
    const refusal = verifyInclusion(claim);
    if (refusal !== undefined) this.#findings.problem(refusal.code, `entry ${index}`, refusal.detail);
  }

  #checkAnchor(head: OpenedCheckpoint): boolean {
    const { anchor, witnesses } = this.#checks;
    const identity = this.#walk.identity;
    const { to } = this.#header;
    const cosigned = cosignedBy(head, witnesses) !== undefined;
    if (anchor === undefined || identity === undefined) return cosigned;
    this.#roots.set(head.size, head.root);
    const size = sizeNamedBy(anchor) ?? 0;
    if (size < head.size && !this.#roots.has(size) && !isRefusal(openHead(anchor, identity, witnesses))) {
      this.#findings.warn(`the bundle holds nothing that leads from its entries to the anchor's size ${size}`);
      return false;
    }
    const extended = checkAnchor(anchor, identity, witnesses, head.size, this.#roots, this.#findings);
    if (extended && !cosigned) tellCover(size, to, this.#findings);
    return extended;
  }
}
