import { concatBytes, isRefusal, toBase64, toHex } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./hash.ts";
import { entryOf, testSigner, testVerify, treeOf } from "./log.fixture.ts";
import { openNote, parseNote, signNote } from "./note.ts";
import { formatProof, openProof, parseProof } from "./proof.ts";
import { formatVerifierKey, parseVerifierKey, SIGNATURE_TYPE, verifierKeyOf } from "./verifier-key.ts";

/** The example of c2sp.org/signed-note. */
const EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE =
  "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

const signer = testSigner("twinward.example/town/0011223344556677");
const other = testSigner("twinward.example/town/0011223344556677", 2);
const text = formatCheckpoint({ origin: signer.key.name, size: 9, root: treeOf(9).root() });

describe("verifier keys", () => {
  test("the specification's key is read, written back, and opens the specification's note", () => {
    const key = parseVerifierKey(EXAMPLE_KEY);
    if (isRefusal(key)) throw new Error(key.detail);
    expect(formatVerifierKey(key)).toBe(EXAMPLE_KEY);
    expect(openNote(EXAMPLE_NOTE, [key], testVerify)).toMatchObject({ text: "This is an example message.\n" });
    expect(openNote(EXAMPLE_NOTE.replace("message", "massage"), [key], testVerify)).toMatchObject({
      code: "NOTE_SIGNATURE_WRONG",
    });
  });

  test.each([
    "",
    "example.com/foo",
    EXAMPLE_KEY.replace("530d903a", "530d903b"),
    EXAMPLE_KEY.replace("530d903a", "530D903A"),
    EXAMPLE_KEY.replace("example", "exa mple"),
    `${EXAMPLE_KEY}\n`,
    `${EXAMPLE_KEY}A`,
    EXAMPLE_KEY.replace("+AekyeR", "+BekyeR"),
    EXAMPLE_KEY.replace("example.com/foo", ""),
  ])("%j is refused", (damaged) => {
    expect(parseVerifierKey(damaged)).toMatchObject({ code: "VERIFIER_KEY_MALFORMED" });
  });
});

describe("notes", () => {
  test("are opened by the key that signed, and by no other", () => {
    const note = signNote(text, [signer]);
    expect(openNote(note, [other.key, signer.key], testVerify)).toEqual({ text, signedBy: [signer.key] });
    expect(openNote(note, [other.key], testVerify)).toMatchObject({ code: "NOTE_UNSIGNED" });
    expect(openNote(note, [], testVerify)).toMatchObject({ code: "NOTE_UNSIGNED" });
  });

  test("with one wrong signature under a known key are refused, even if another is right", () => {
    const forged = { key: other.key, sign: () => new Uint8Array(64) };
    expect(openNote(signNote(text, [signer, forged]), [signer.key, other.key], testVerify)).toMatchObject({
      code: "NOTE_SIGNATURE_WRONG",
    });
    expect(openNote(signNote(text, [signer, forged]), [signer.key], testVerify)).toMatchObject({ text });
  });

  test("a witness's timestamped cosignature is known by its type and does not stand for the log", () => {
    const witness = testSigner("witness.example", 3);
    const key = verifierKeyOf("witness.example", witness.key.publicKey, SIGNATURE_TYPE.cosignature);
    const stamp = new Uint8Array(8).fill(0, 0, 4).fill(1, 4);
    const seconds = new DataView(stamp.buffer).getBigUint64(0);
    const cosigned = new TextEncoder().encode(`cosignature/v1\ntime ${seconds}\n${text}`);
    const cosigner = { key, sign: () => concatBytes(stamp, witness.sign(cosigned)) };
    const note = signNote(text, [signer, cosigner]);
    expect(openCheckpoint(note, [signer.key, key], testVerify)).toMatchObject({ size: 9, signedBy: [signer.key, key] });
    expect(openCheckpoint(note, [key], testVerify)).toMatchObject({ code: "NOTE_UNSIGNED" });
    expect(openCheckpoint(note.replace("\n9\n", "\n8\n"), [key], testVerify)).toMatchObject({
      code: "NOTE_SIGNATURE_WRONG",
    });
  });

  test.each([
    ["no signature", `${text}\n`],
    ["no empty line", text + signNote(text, [signer]).slice(text.length + 1)],
    ["no newline at the end", signNote(text, [signer]).slice(0, -1)],
    ["a carriage return", signNote(text, [signer]).replace("\n", "\r\n")],
    ["a hyphen for a dash", signNote(text, [signer]).replace("—", "-")],
    ["a plus in the name", signNote(text, [signer]).replace("— twinward", "— twin+ward")],
    ["a broken signature", signNote(text, [signer]).replace("=\n\n", "=\n\n— a A=\n")],
  ])("with %s are refused", (_, note) => {
    expect(openNote(note, [signer.key], testVerify)).toMatchObject({ refused: true });
  });
});

describe("checkpoints", () => {
  test("come back as they went", () => {
    expect(parseCheckpoint(text)).toEqual({
      origin: signer.key.name,
      size: 9,
      root: new Uint8Array(treeOf(9).root()),
      extensions: [],
    });
  });

  test.each([
    "",
    "\n",
    "a\n",
    "a\n1\n",
    "a\n01\nx\n",
    text.replace("9", "09"),
    text.replace("9", "-9"),
    text.replace("9", "9007199254740993"),
    text.slice(0, -1),
    `${text}\n`,
    text.replace("=\n", "\n"),
  ])("%j is refused", (damaged) => {
    expect(parseCheckpoint(damaged)).toMatchObject({ code: "CHECKPOINT_MALFORMED" });
  });

  test("one of another origin than its key's name is refused", () => {
    const note = signNote(text.replace("town", "village"), [signer]);
    expect(openCheckpoint(note, [signer.key], testVerify)).toMatchObject({ code: "NOTE_UNSIGNED" });
  });
});

describe("proofs", () => {
  const tree = treeOf(9);
  const proofOf = (index: number) =>
    formatProof({
      index,
      hashes: tree.inclusionProof(index),
      checkpoint: signNote(text, [signer]),
      extra: entryOf(index),
    });

  test("say which entry is in the log, and are the text that the specification shows", () => {
    for (let index = 0; index < 9; index++) {
      expect(openProof(proofOf(index), [signer.key], testVerify)).toMatchObject({ index, entry: entryOf(index) });
    }
    const lines = proofOf(8).split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "c2sp.org/tlog-proof@v1",
      `extra ${toBase64(entryOf(8))}`,
      "index 8",
      toBase64(tree.root(8)),
      "",
    ]);
  });

  test("of another entry, index, checkpoint or key are refused", () => {
    const proof = proofOf(3);
    const refused = (damaged: string, key = signer.key) =>
      expect(openProof(damaged, [key], testVerify)).toMatchObject({ refused: true });
    refused(proof.replace(toBase64(entryOf(3)), toBase64(entryOf(4))));
    refused(proof.replace("index 3", "index 2"));
    refused(proof.replace("\n9\n", "\n8\n"));
    refused(proof, other.key);
    refused(proof.replace(/extra .*\n/, ""));
    refused(proof.replace("index 3", "index 03"));
    refused(proof.replace("index 3\n", ""));
    refused(proof.replace("@v1", "@v2"));
  });

  test("a proof without extra is still a proof", () => {
    const proof = { index: 3, hashes: tree.inclusionProof(3), checkpoint: signNote(text, [signer]), extra: undefined };
    const parsed = parseProof(formatProof(proof));
    if (isRefusal(parsed)) throw new Error(parsed.detail);
    expect([parsed.index, parsed.hashes.map(toHex), parsed.checkpoint]).toEqual([
      3,
      proof.hashes.map(toHex),
      proof.checkpoint,
    ]);
  });

  test("no change of one character gives another entry or a crash", () => {
    const proof = proofOf(5);
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.string({ unit: "binary", minLength: 0, maxLength: 2 }), (at, by) => {
        const changed = proof.slice(0, at) + by + proof.slice(at + 1);
        const opened = openProof(changed, [signer.key], testVerify);
        if (!isRefusal(opened)) expect(toHex(leafHash(opened.entry))).toBe(toHex(tree.hashAt(0, 5)));
      }),
      { numRuns: 400 },
    );
  });
});

describe("hostile text never throws", () => {
  const pieces = fc.constantFrom(
    "\n",
    "\n\n",
    "— ",
    "a.example ",
    "extra ",
    "index 1",
    "c2sp.org/tlog-proof@v1\n",
    "AAAA",
    "=",
    "9",
    "+",
    "\u0000",
    "\ud800",
    "\u2028",
    text,
  );
  const hostile = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );

  test.each([
    ["note", (input: string) => parseNote(input)],
    ["checkpoint", (input: string) => parseCheckpoint(input)],
    ["proof", (input: string) => parseProof(input)],
    ["verifier key", (input: string) => parseVerifierKey(input)],
  ] as const)("%s", (_, parse) => {
    fc.assert(
      fc.property(hostile, (input) => {
        const parsed = parse(input);
        expect(typeof parsed).toBe("object");
      }),
      { numRuns: 1500 },
    );
  });
});
