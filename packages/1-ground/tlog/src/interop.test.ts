/** Go's sumdb/note and sumdb/tlog, as Debian packages them, agree with us both ways. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromBase64, isRefusal, toBase64, toHex } from "@twinward/kernel";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./hash.ts";
import { entryOf, testSigner, testVerify, treeOf } from "./log.fixture.ts";
import { signNote } from "./note.ts";
import { formatVerifierKey, parseVerifierKey } from "./verifier-key.ts";
import { verifyConsistency, verifyInclusion } from "./verify.ts";

const GO = "go";
const GOPATH = "/usr/share/gocode";
const hasGo = existsSync(`${GOPATH}/src/golang.org/x/mod/sumdb/tlog`) && spawnSync(GO, ["version"]).status === 0;
if (!hasGo) console.warn("not run: Go's sumdb/note and sumdb/tlog (apt-get install golang-go golang-golang-x-mod-dev)");

const SIZE = 73;
const tree = treeOf(SIZE);
const signer = testSigner("twinward.example/town/0011223344556677");

interface FromGo {
  readonly Checked: number;
  readonly VerifierKey: string;
  readonly Checkpoint: string;
  readonly Records: readonly { Index: number; Size: number; Leaf: string; Root: string; Proof: string[] }[];
  readonly Trees: readonly { OldSize: number; OldRoot: string; Size: number; Root: string; Proof: string[] }[];
}

function askGo(): FromGo {
  const sizes = Array.from({ length: SIZE }, (_, i) => i + 1);
  const checkpoint = (size: number) =>
    signNote(formatCheckpoint({ origin: signer.key.name, size, root: tree.root(size) }), [signer]);
  const input = {
    VerifierKey: formatVerifierKey(signer.key),
    Checkpoints: sizes.map(checkpoint),
    Records: sizes.flatMap((Size) =>
      [0, Math.floor(Size / 2), Size - 1].map((Index) => ({
        Index,
        Size,
        Leaf: toBase64(tree.hashAt(0, Index)),
        Root: toBase64(tree.root(Size)),
        Proof: tree.inclusionProof(Index, Size).map(toBase64),
      })),
    ),
    Trees: sizes.map((OldSize) => ({
      OldSize,
      OldRoot: toBase64(tree.root(OldSize)),
      Size: SIZE,
      Root: toBase64(tree.root()),
      Proof: tree.consistencyProof(OldSize, SIZE).map(toBase64),
    })),
    Entries: Array.from({ length: SIZE }, (_, i) => toBase64(entryOf(i))),
  };
  const program = fileURLToPath(new URL("../testdata/interop.go", import.meta.url));
  const env = { ...process.env, GOPATH, GO111MODULE: "off", GOFLAGS: "" };
  const { status, stdout, stderr } = spawnSync(GO, ["run", program], {
    input: JSON.stringify(input),
    env,
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`Go refused: ${stderr}`);
  return JSON.parse(stdout.toString()) as FromGo;
}

describe.skipIf(!hasGo)("Go", () => {
  test("verifies our checkpoints, inclusion and consistency proofs, and we verify its own", () => {
    const go = askGo();
    expect(go.Checked).toBe(5 * SIZE);
    const key = parseVerifierKey(go.VerifierKey);
    if (isRefusal(key)) throw new Error(key.detail);
    const checkpoint = openCheckpoint(go.Checkpoint, [key], testVerify);
    if (isRefusal(checkpoint)) throw new Error(checkpoint.detail);
    expect([checkpoint.size, toHex(checkpoint.root)]).toEqual([SIZE, toHex(tree.root())]);
    const bytes = (text: string) => fromBase64(text) as Uint8Array;
    for (const { Index, Size, Leaf, Root, Proof } of go.Records) {
      const claim = { index: Index, size: Size, leaf: bytes(Leaf), root: bytes(Root), hashes: Proof.map(bytes) };
      expect(toHex(claim.leaf)).toBe(toHex(leafHash(entryOf(Index))));
      expect(verifyInclusion(claim)).toBeUndefined();
      expect(tree.inclusionProof(Index, Size).map(toBase64)).toEqual(Proof);
    }
    for (const { OldSize, OldRoot, Size, Root, Proof } of go.Trees) {
      const claim = {
        oldSize: OldSize,
        oldRoot: bytes(OldRoot),
        size: Size,
        root: bytes(Root),
        hashes: Proof.map(bytes),
      };
      expect(verifyConsistency(claim)).toBeUndefined();
    }
  });
});
