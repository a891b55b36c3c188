/**
 * Does this folder or bundle hold what it says, and does an outside anchor agree? Opens nothing for writing.
 *
 * Trusted: the log keys, checkpoint and witness keys that the caller brings from outside. Nothing inside the folder.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { relative } from "node:path";
import { isRefusal, UsageError } from "@twinward/kernel";
import { parseVerifierKeys, SIGNATURE_TYPE, sameVerifierKey, type VerifierKey } from "@twinward/tlog";
import type { LogReader } from "../log.ts";
import { openAuditReader } from "./audit-reader.ts";
import { isDataFolder, readText } from "./evidence-folder.ts";
import { Findings } from "./findings.ts";
import type { Problem, Verdict, VerifyReport } from "./report.ts";
import { verifyBundle } from "./verify-bundle.ts";
import { currentKeyOf, type Verified, verifyFolder } from "./verify-folder.ts";

export interface VerifyOptions {
  /** C2SP verifier keys from outside: the log's key of entry 0 or any later one. */
  readonly logKeys: readonly string[];
  /** Path of a signed checkpoint from outside the folder. */
  readonly checkpoint?: string;
  /** C2SP verifier keys of witnesses; a cosignature of one of them on the newest checkpoint anchors it. */
  readonly witnesses?: readonly string[];
  readonly requireAnchor?: boolean;
  /** `--recompute`: judges the verified log again and tells what differs. Not called for bundles. */
  readonly recompute?: (log: LogReader) => Promise<readonly Problem[]>;
  /** Told now and then, for progress on a terminal. */
  readonly onProgress?: (entries: number, of: number) => void;
}

/** Throws a UsageError (exit code 2) when `path` is neither a data folder nor a bundle, or an option is unreadable. */
export async function verifyLog(path: string, options: VerifyOptions): Promise<VerifyReport> {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) throw new UsageError(`there is no ${path}`);
  const isFolder = state.isDirectory();
  if (isFolder && !isDataFolder(path)) throw new UsageError(`${path} is not a data folder`);
  const logKeys = keysOf(options.logKeys, SIGNATURE_TYPE.ed25519);
  const witnesses = keysOf(options.witnesses ?? [], SIGNATURE_TYPE.cosignature);
  const findings = new Findings();
  const anchor = anchorOf(path, options.checkpoint, findings);
  const checks = { anchor, witnesses, onProgress: options.onProgress ?? (() => {}) };
  const verified = isFolder ? verifyFolder(path, checks, findings) : verifyBundle(path, checks, findings);
  if (verified !== undefined) checkLogKeys(logKeys, verified, findings);
  if (isFolder && options.recompute !== undefined && findings.problems.length === 0) {
    await recompute(path, options.recompute, findings);
  }
  return reportOf(verified, findings, options.requireAnchor ?? false);
}

function keysOf(texts: readonly string[], type: VerifierKey["type"]): VerifierKey[] {
  const keys = parseVerifierKeys(texts);
  if (isRefusal(keys)) throw new UsageError(`not a verifier key: ${keys.detail}`);
  if (!keys.every((key) => key.type === type)) throw new UsageError("a verifier key of the wrong type");
  return keys;
}

/** The text of the outside checkpoint; a file inside the folder is no anchor, whatever it says. */
function anchorOf(path: string, checkpoint: string | undefined, findings: Findings): string | undefined {
  if (checkpoint === undefined) return undefined;
  if (!existsSync(checkpoint)) throw new UsageError(`there is no ${checkpoint}`);
  if (!relative(realpathSync(path), realpathSync(checkpoint)).startsWith("..")) {
    findings.warn("the checkpoint given lies inside the folder that it should anchor, so it anchors nothing");
    return undefined;
  }
  const text = readText(checkpoint);
  if (text === undefined) throw new UsageError(`${checkpoint} is no text`);
  return text;
}

/** A key from outside must be one of the keys of this log's life, which is a chain of keys signed by both neighbours. */
function checkLogKeys(logKeys: readonly VerifierKey[], { walk }: Verified, findings: Findings): void {
  const terms = walk.identity?.terms ?? [];
  if (logKeys.length === 0) findings.warn("no log key was given, so anybody may have signed this log");
  else if (!terms.some(({ key }) => logKeys.some((given) => sameVerifierKey(given, key)))) {
    findings.problem(
      "LOG_KEY_DIFFERS",
      "anchor",
      "the log key given is none of this log's keys: another log, or a rewritten one",
    );
  }
}

async function recompute(
  dir: string,
  judgeAgain: (log: LogReader) => Promise<readonly Problem[]>,
  findings: Findings,
): Promise<void> {
  const reader = openAuditReader(dir);
  try {
    for (const { code, where, detail } of await judgeAgain(reader)) findings.problem(code, where, detail);
  } finally {
    reader.close();
  }
}

function reportOf(verified: Verified | undefined, findings: Findings, requireAnchor: boolean): VerifyReport {
  const { problems, problemsLeftOff, warnings, checked } = findings;
  const damaged = problems.length > 0 || verified === undefined;
  const verdict: Verdict = damaged ? "damaged" : verified.anchored ? "anchored" : "consistent, NOT anchored";
  const identity = verified?.walk.identity;
  return {
    verdict,
    ok: !damaged && (verified.anchored || !requireAnchor),
    problems,
    problemsLeftOff,
    warnings,
    origin: identity?.terms.at(-1)?.origin ?? "",
    timeBase: identity?.timeBase ?? "",
    site: identity?.site ?? "",
    logKey: verified === undefined ? "" : currentKeyOf(verified.walk),
    checked,
  };
}
