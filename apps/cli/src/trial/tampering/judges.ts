/**
 * Who notices? For each stored kind the reader that has to: `evidence verify` against the outside anchor for what is in a
 * data folder, the proof's own check for proofs, the log's digests for site and model, the journal for the outbox.
 * Each answers the name under which it found the fault, or undefined.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { Outbox } from "@twinward/device";
import { openLogReader, verifyLog } from "@twinward/evidence";
import { registeredKey, verifySignature } from "@twinward/frame";
import { isRefusal, sha256, toHex } from "@twinward/kernel";
import { loadSite, type Site } from "@twinward/plant";
import { openProof, parseVerifierKey, type VerifierKey } from "@twinward/tlog";
import type { Evidence } from "./evidence-folder.ts";

export type Judge = () => Promise<string | undefined> | string | undefined;

/** Throws are findings only where the contract is to throw; a crash of the verifier is never one. */
export async function verifyNames(
  path: string,
  logKey: string,
  anchor: string | undefined,
): Promise<string | undefined> {
  const report = await verifyLog(path, {
    logKeys: [logKey],
    ...(anchor === undefined ? {} : { checkpoint: anchor, requireAnchor: true }),
  });
  if (report.ok) return undefined;
  return report.problems[0]?.code ?? report.verdict;
}

export function proofJudge(path: string, logKey: string): Judge {
  const key = parseVerifierKey(logKey) as VerifierKey;
  return () => {
    const text = new TextDecoder().decode(readFileSync(path));
    const opened = openProof(text, [key], (publicKey, message, signature) =>
      verifySignature(message, signature, registeredKey("ed25519", publicKey)),
    );
    return isRefusal(opened) ? opened.code : undefined;
  };
}

/** The digest of the site, as the log's newest entry of kind `site` names it. */
export function siteJudge(dir: string, { older }: Evidence): Judge {
  const logged = loggedDigest(older, "site");
  return () => {
    const site = loadSite(dir);
    if (Array.isArray(site)) return `fault in ${site[0]?.file}`;
    return (site as Site).digest === logged ? undefined : "another digest than the log's";
  };
}

export function modelJudge(path: string, { older }: Evidence): Judge {
  const logged = loggedDigest(older, "model");
  return () => (toHex(sha256(readFileSync(path))) === logged ? undefined : "another digest than the log's");
}

function loggedDigest(data: string, kind: "site" | "model"): unknown {
  const reader = openLogReader(data);
  try {
    return reader.entries(0, 1000, [kind]).at(-1)?.facts.digest;
  } finally {
    reader.close();
  }
}

/** Opening cuts a torn tail off the file, so the caller has to put the file back. */
export function outboxJudge(dir: string): Judge {
  return async () => {
    const outbox = Outbox.open(dir);
    const { damaged } = outbox;
    await outbox.close();
    return damaged > 0 ? "a damaged stretch" : undefined;
  };
}

/** What the outbox would send and knows; equal before and after means that nothing was lost. */
export async function outboxContent(dir: string): Promise<string> {
  const outbox = Outbox.open(dir);
  const { checkpoint, setAside } = outbox;
  const frames = outbox.pending(0, Number.MAX_SAFE_INTEGER).map(({ number, bytes }) => [number, toHex(bytes)]);
  await outbox.close();
  return JSON.stringify([frames, checkpoint, [...setAside]]);
}

/** The private key itself, whatever its file looks like and says beside it. */
export function keyIn(path: string): string | undefined {
  try {
    const lines = readFileSync(path, "latin1").split("\n");
    const der = Buffer.from(lines.filter((line) => !line.includes("-")).join(""), "base64");
    const { crv, d } = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "jwk" });
    return `${crv} ${d}`;
  } catch {
    return undefined;
  }
}
