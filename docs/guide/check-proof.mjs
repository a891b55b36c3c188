/**
 * Checks an inclusion proof (c2sp.org/tlog-proof@v1) with nothing but Node's own crypto: no Twinward code.
 *
 *   node check-proof.mjs PROOF 'VERIFIER-KEY'
 *
 * Says which entry is in which log, or stops with what does not hold. Written to be read by an auditor and rewritten in
 * another language: RFC 6962 hashing, RFC 9162 section 2.1.3.2 for the path, C2SP signed-note for the checkpoint.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [proofPath, verifierKey] = process.argv.slice(2);
if (proofPath === undefined || verifierKey === undefined) stop("usage: node check-proof.mjs PROOF 'VERIFIER-KEY'");

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const text = readFileSync(proofPath, "utf8");
const [head, body, signatures] = splitAt(text);

// 1. The proof: a version line, the entry's bytes, its place, the path.
const [version, ...lines] = head;
if (version !== "c2sp.org/tlog-proof@v1") stop(`unknown proof version ${version}`);
const entry = Buffer.from(lineOf(lines, "extra "), "base64");
const index = BigInt(lineOf(lines, "index "));
const path = lines.filter((line) => !/^(extra|index) /.test(line)).map((line) => Buffer.from(line, "base64"));

// 2. The checkpoint: origin, size, root, signed by the key that we were given.
const [origin, size, root] = body;
const keyParts = /^(.+?)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey) ?? stop("that is no verifier key");
const [, name, , keyText] = keyParts;
if (origin !== name) stop(`the checkpoint is of ${origin}, the key of ${name}`);
const keyBytes = Buffer.from(keyText, "base64");
if (keyBytes[0] !== 1 || keyBytes.length !== 33) stop("not an Ed25519 key");
const keyHash = sha256(Buffer.from(`${name}\n`), keyBytes).subarray(0, 4);
const signed = signatures
  .map((line) => /^— (\S+) (\S+)$/.exec(line))
  .filter((match) => match?.[1] === name)
  .map((match) => Buffer.from(match[2], "base64"))
  .find((signature) => signature.subarray(0, 4).equals(keyHash));
if (signed === undefined) stop("the checkpoint is not signed by that key");
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), keyBytes.subarray(1)]);
const key = createPublicKey({ key: spki, format: "der", type: "spki" });
if (!verify(null, Buffer.from(`${body.join("\n")}\n`), key, signed.subarray(4))) stop("the signature is false");

// 3. The path from the entry's leaf to the root.
if (index >= BigInt(size)) stop("the index lies beyond the tree");
let hash = sha256(Buffer.of(0), entry);
let at = index;
let last = BigInt(size) - 1n;
for (const sibling of path) {
  if (last === 0n) stop("the path is too long");
  if (at % 2n === 1n || at === last) {
    hash = sha256(Buffer.of(1), sibling, hash);
    while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n];
  } else hash = sha256(Buffer.of(1), hash, sibling);
  [at, last] = [at / 2n, last / 2n];
}
if (last !== 0n || !hash.equals(Buffer.from(root, "base64"))) stop("the path does not lead to the signed root");
console.log(
  `entry ${index} of ${size} is in ${origin}: ${entry.length} bytes, SHA-256 ${sha256(entry).toString("hex")}`,
);

/** Three parts with an empty line between them: proof, checkpoint, signatures. */
function splitAt(all) {
  return all.split("\n\n").map((part) => part.replace(/\n$/, "").split("\n"));
}

function lineOf(all, start) {
  return all.find((line) => line.startsWith(start))?.slice(start.length) ?? stop(`no line "${start}"`);
}

function stop(why) {
  console.error(why);
  process.exit(1);
}
