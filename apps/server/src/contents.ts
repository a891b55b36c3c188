/**
 * Every version of site, model and planned events is in the log by content, not only by digest: an auditor can see what
 * was believed, and judge again.
 */

import type { EntryDraft, EntryKind, EvidenceLog, LogReader } from "@twinward/evidence";
import { sha256, toBase64, toHex } from "@twinward/kernel";
import type { Notice, Site } from "@twinward/plant";

const VERSIONS_MAX = 10_000;

/** Appends what the log does not hold yet as its newest version. */
export async function recordContents(
  log: EvidenceLog,
  site: Site,
  model: Uint8Array,
  notices: readonly Notice[],
): Promise<void> {
  const drafts = [siteDraft(site), modelDraft(model), ...notices.map(noticeDraft)];
  const known = new Set(["site", "model", "notice"].flatMap((kind) => knownDigests(log, kind as EntryKind)));
  const fresh = drafts.filter((draft) => !known.has(nameOf(draft)));
  if (fresh.length > 0) await log.appendAll({ drafts: fresh });
}

function knownDigests(log: LogReader, kind: EntryKind): string[] {
  const entries = log.entries(0, VERSIONS_MAX, [kind]);
  // Only the newest site and model count as known: going back to an older version is a change too.
  const counted = kind === "site" || kind === "model" ? entries.slice(-1) : entries;
  return counted.map(nameOf);
}

function nameOf({ kind, facts }: Pick<EntryDraft, "kind" | "facts">): string {
  const { digest } = facts;
  return `${kind} ${digest instanceof Uint8Array ? toHex(digest) : digest}`;
}

function siteDraft(site: Site): EntryDraft {
  const files = site.files.map((file) => ({ path: file.path, base64: toBase64(file.bytes) }));
  return {
    kind: "site",
    facts: { id: site.id, digest: site.digest, samplePeriodMs: site.samplePeriodMs },
    body: json({ id: site.id, files }),
  };
}

function modelDraft(model: Uint8Array): EntryDraft {
  return { kind: "model", facts: { digest: toHex(sha256(model)) }, body: model };
}

function noticeDraft(notice: Notice): EntryDraft {
  const { startMs, endMs, what } = notice;
  return { kind: "notice", facts: { start: startMs, end: endMs, what, digest: `${startMs}/${endMs}/${what}` } };
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
