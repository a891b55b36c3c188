/** The stored kinds of which single bits are flipped, each with its files, its judge, and what is without meaning in it. */
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openAccess, openAuthority } from "@twinward/access";
import { openLog } from "@twinward/evidence";
import { systemClock, TwinwardError } from "@twinward/kernel";
import type { Evidence } from "./evidence-folder.ts";
import {
  type Judge,
  keyIn,
  modelJudge,
  outboxContent,
  outboxJudge,
  proofJudge,
  siteJudge,
  verifyNames,
} from "./judges.ts";
import { logicalDump } from "./logical-dump.ts";

export interface FlipKind {
  readonly name: string;
  readonly files: readonly string[];
  judge(path: string): ReturnType<Judge>;
  /** What a reader understands; a flip that leaves it equal has no meaning. Absent where every byte has one. */
  meaning?(path: string): Promise<string | undefined> | string | undefined;
}

export function flipKinds(evidence: Evidence): FlipKind[] {
  const { dir, data, anchor, crashed, crashedAnchor, logKey, bundle, proofs, outbox, recorded } = evidence;
  const site = join(dir, "site");
  cpSync(recorded.site, site, { recursive: true, filter: (path) => !path.endsWith(".md") });
  const ofData = () => verifyNames(data, logKey, anchor);
  const dump = (path: string) => logicalDump(path.replace(/-wal$/, ""), join(dir, "dump.db"));
  const siteFiles = filesUnder(site).filter(
    (path) => path.endsWith(".yaml") || path.endsWith(".json") || path.endsWith(".inp"),
  );
  return [
    { name: "log.db", files: [join(data, "log.db")], judge: ofData, meaning: dump },
    {
      name: "log.db-wal",
      files: [join(crashed, "log.db-wal")],
      judge: () => verifyNames(crashed, logKey, crashedAnchor),
      meaning: dump,
    },
    {
      name: "tiles",
      files: filesUnder(join(data, "tile")).filter((path) => !path.includes("/entries/")),
      judge: ofData,
    },
    { name: "entry bundles", files: filesUnder(join(data, "tile", "entries")), judge: ofData },
    { name: "checkpoint", files: [join(data, "checkpoint")], judge: ofData },
    { name: "log key", files: [join(data, "keys", "log.key")], judge: ofData, meaning: keyIn },
    { name: "data keys", files: filesUnder(join(data, "keys", "data")), judge: ofData },
    {
      name: "certification authority",
      files: ["ca.key", "ca.crt"].map((name) => join(data, "keys", name)).filter((path) => existsSync(path)),
      judge: () => startNames(evidence),
      meaning: (path) => (path.endsWith(".key") ? keyIn(path) : undefined),
    },
    { name: "proofs", files: proofs, judge: (path) => proofJudge(path, logKey)() },
    { name: "exported bundle", files: [bundle], judge: () => verifyNames(bundle, logKey, anchor) },
    { name: "site", files: siteFiles, judge: siteJudge(site, evidence) },
    { name: "model", files: [recorded.model], judge: modelJudge(recorded.model, evidence) },
    { name: "outbox", files: filesUnder(outbox), judge: outboxJudge(outbox), meaning: () => outboxContent(outbox) },
  ];
}

/** What a restart sees of the authority's files, on a copy, because a start writes. */
async function startNames({ dir, data }: Evidence): Promise<string | undefined> {
  const copy = join(dir, "started");
  cpSync(data, copy, { recursive: true, force: true });
  const log = await openLog({ dir: copy, clock: systemClock });
  try {
    const site = { id: "net1", devices: [] };
    const random = (length: number) => new Uint8Array(length);
    const authority = await openAuthority({ dataDir: copy, siteId: site.id, clock: systemClock, random });
    await openAccess({ dataDir: copy, site, log, authority, clock: systemClock });
    return undefined;
  } catch (error) {
    if (error instanceof TwinwardError) return error.code;
    throw error;
  } finally {
    await log.stop();
  }
}

export function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
