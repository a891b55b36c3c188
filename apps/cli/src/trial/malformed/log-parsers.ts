/** Parsers of what a log hands out: notes, checkpoints, keys, proofs, receipts, tiles, entry bundles and exports. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkReceipt } from "@twinward/device";
import { createLog, exportRange, verifyLog } from "@twinward/evidence";
import { registeredKey, signerFromSeed, verifySignature } from "@twinward/frame";
import { isRefusal, ManualClock, seededChance } from "@twinward/kernel";
import {
  type Ed25519Verify,
  encodeBundle,
  formatCheckpoint,
  formatProof,
  formatVerifierKey,
  leafHash,
  MerkleTree,
  openCheckpoint,
  openNote,
  openProof,
  parseBundle,
  parseCheckpoint,
  parseNote,
  parseProof,
  parseTile,
  parseTilePath,
  parseVerifierKey,
  signNote,
  tilePath,
  verifierKeyOf,
} from "@twinward/tlog";
import { demandSame, type OpenParser, type ParserCase, tokensOf } from "./parser-case.ts";

const TEXT_TOKENS = tokensOf(
  "\n",
  "\n\n",
  "— ",
  "+",
  "index ",
  "extra ",
  "c2sp.org/tlog-proof@v1\n",
  "9007199254740993",
  "-1",
  "00",
  "1e3",
  "=",
  "====",
  "\u0000",
  "\u2028",
  "\r\n",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
  "twinward.example/x",
);

const verifyEd25519: Ed25519Verify = (key, message, signature) =>
  verifySignature(message, signature, registeredKey("ed25519", key));

const SIGNER = signerFromSeed(seededChance(2).bytes(32));
const KEY = verifierKeyOf("twinward.example/trial/0011223344556677", SIGNER.publicKey.raw);
const ENTRIES = Array.from({ length: 7 }, (_, i) => Buffer.from(`entry ${i} `.repeat(i + 1)));

function headText(): string {
  return formatCheckpoint({ origin: KEY.name, size: ENTRIES.length, root: tree().root() });
}

function tree(): MerkleTree {
  const leaves = new MerkleTree();
  for (const entry of ENTRIES) leaves.append(leafHash(entry));
  return leaves;
}

const note = () => signNote(headText(), [{ key: KEY, sign: (message) => SIGNER.sign(message) }]);

function proofs(): string[] {
  const hashes = (index: number) => tree().inclusionProof(index);
  return [0, 3, 6].map((index) =>
    formatProof({ index, hashes: hashes(index), checkpoint: note(), extra: ENTRIES[index] }),
  );
}

const utf8 = (text: string) => Buffer.from(text, "utf8");
/** As a server or a file reader hands it over: what is no UTF-8 never gets here. */
const textOf = (input: Uint8Array) => new TextDecoder().decode(input);

function textCase(
  name: string,
  samples: () => readonly string[],
  parse: (text: string) => string,
  right = "accepted",
): ParserCase {
  const open = (): OpenParser => ({
    samples: samples().map(utf8),
    tokens: TEXT_TOKENS,
    right,
    parse: (input) => parse(textOf(input)),
  });
  return { name, open };
}

export const LOG_PARSERS: readonly ParserCase[] = [
  textCase(
    "note",
    () => [note()],
    (text) => {
      const parsed = parseNote(text);
      const opened = openNote(text, [KEY], verifyEd25519);
      return isRefusal(opened) ? opened.code : isRefusal(parsed) ? "opened, not parsed" : "accepted";
    },
  ),
  textCase(
    "checkpoint",
    () => [note()],
    (text) => {
      const body = parseCheckpoint(text);
      if (!isRefusal(body)) demandSame(utf8(text), utf8(formatCheckpoint(body)), "checkpoint");
      const opened = openCheckpoint(text, [KEY], verifyEd25519);
      return isRefusal(opened) ? opened.code : "accepted";
    },
  ),
  textCase(
    "vkey",
    () => [formatVerifierKey(KEY)],
    (text) => {
      const key = parseVerifierKey(text);
      if (isRefusal(key)) return key.code;
      demandSame(utf8(text), utf8(formatVerifierKey(key)), "verifier key");
      return "accepted";
    },
  ),
  textCase("proof", proofs, (text) => {
    const parsed = parseProof(text);
    if (!isRefusal(parsed)) demandSame(utf8(text), utf8(formatProof(parsed)), "proof");
    const opened = openProof(text, [KEY], verifyEd25519);
    return isRefusal(opened) ? opened.code : "accepted";
  }),
  textCase(
    "receipt",
    proofs,
    (text) => {
      const receipt = checkReceipt(text, new Uint8Array(32), KEY);
      return isRefusal(receipt) ? receipt.code : "accepted";
    },
    "RECEIPT_OTHER_FRAME",
  ),
  textCase(
    "tile-path",
    () => ["tile/0/x001/234", "tile/1/000.p/17"],
    (text) => {
      const tile = parseTilePath(text);
      if (tile === undefined) return "none";
      const { level } = tile;
      if (level !== "entries") demandSame(utf8(text), utf8(tilePath({ ...tile, level })), "tile path");
      return "accepted";
    },
  ),
  {
    name: "entry-bundle",
    open: () => ({
      samples: [encodeBundle(ENTRIES)],
      tokens: [Buffer.of(0, 0), Buffer.of(255, 255), Buffer.alloc(32)],
      parse: (input) => {
        const entries = parseBundle(input, ENTRIES.length);
        const tile = parseTile(input, ENTRIES.length);
        if (isRefusal(entries)) return isRefusal(tile) ? entries.code : "a tile";
        demandSame(input, encodeBundle(entries), "entry bundle");
        return "accepted";
      },
    }),
  },
  { name: "export-bundle", open: openExport },
];

/** A real export of a small log, read the way an auditor does. */
async function openExport(dir: string): Promise<OpenParser> {
  const log = await createLog({
    dir: join(dir, "log"),
    clock: new ManualClock(Date.UTC(2026, 0, 5)),
    site: "trial",
    timeBase: "simulated",
  });
  const drafts = [1, 2, 3].map((n) => ({ kind: "mode", facts: { n }, body: utf8(`body ${n}`) }) as const);
  await log.appendAll({ drafts });
  const logKeys = [log.verifierKey];
  await log.stop();
  const bundle = join(dir, "bundle");
  await exportRange(join(dir, "log"), 0, 4, bundle);
  const { readFileSync } = await import("node:fs");
  const sample = readFileSync(bundle);
  rmSync(bundle);
  return {
    samples: [sample],
    tokens: [Buffer.alloc(4, 255), Buffer.alloc(4), Buffer.of(0xa1), Buffer.from("twinward")],
    parse: async (input) => {
      writeFileSync(bundle, input);
      const report = await verifyLog(bundle, { logKeys });
      return report.problems[0]?.code ?? "accepted";
    },
  };
}
