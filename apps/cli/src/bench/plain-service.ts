/**
 * The peer: what a careful but ordinary TypeScript service does. JSON, a schema check, node's own verify, an object per
 * signal, a row and a hashed leaf per reading, a transaction per 64 messages. No proof, no chain, no encryption.
 */
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { seededChance } from "@twinward/kernel";
import { openDatabase } from "@twinward/store";
import { z } from "zod";
import { DEVICES } from "./bench-site.ts";
import { type Measure, measure } from "./figures.ts";

const GROUP = 64;
const Message = z.object({
  d: z.number().int(),
  seq: z.number().int(),
  t: z.number(),
  r: z
    .array(
      z.object({
        s: z.string().min(1).max(128),
        v: z.number(),
        q: z.number().int().min(0).max(255),
        dt: z.number().int(),
      }),
    )
    .max(1000),
});

export function plainServiceOf(dir: string, messages: number, readings: number): () => Promise<Measure> {
  const keys = Array.from({ length: DEVICES }, () => generateKeyPairSync("ed25519"));
  const chance = seededChance(5);
  const signed = Array.from({ length: messages }, (_, i) => {
    const d = i % DEVICES;
    const r = Array.from({ length: readings }, (_, k) => ({
      s: `zone1/device-${d}/p${k}`,
      v: 500 + 100 * chance.normal(),
      q: 192,
      dt: k,
    }));
    const body = Buffer.from(JSON.stringify({ d, seq: Math.floor(i / DEVICES), t: 1_760_000_000_000 + i, r }));
    return { d, body, signature: sign(null, body, keys[d]!.privateKey) };
  });
  return () => measure(messages, () => serve(dir, signed, (d) => keys[d]!.publicKey));
}

interface SignedMessage {
  readonly d: number;
  readonly body: Buffer;
  readonly signature: Buffer;
}

interface Seen {
  last: number;
  mean: number;
  variance: number;
  up: number;
  down: number;
  same: number;
}

function serve(
  dir: string,
  messages: readonly SignedMessage[],
  keyOf: (d: number) => Parameters<typeof verify>[2],
): void {
  const path = join(dir, "plain.db");
  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  const db = openDatabase(path);
  db.exec("CREATE TABLE reading(s TEXT, t INTEGER, v REAL, q INTEGER)");
  const insert = db.prepare("INSERT INTO reading VALUES(?,?,?,?)");
  const signals = new Map<string, Seen>();
  const tree = new HashTree();
  let grouped = 0;
  db.exec("BEGIN IMMEDIATE");
  for (const { d, body, signature } of messages) {
    if (!verify(null, body, keyOf(d), signature)) throw new Error("the peer verifies what it signed");
    const message = Message.parse(JSON.parse(body.toString("utf8")));
    for (const reading of message.r) {
      look(signals, reading.s, reading.v);
      insert.run(reading.s, message.t + reading.dt, reading.v, reading.q);
      tree.append(createHash("sha256").update(JSON.stringify(reading)).digest());
    }
    if (++grouped % GROUP === 0) db.exec("COMMIT; BEGIN IMMEDIATE");
  }
  db.exec("COMMIT");
  db.close();
}

/** Complete subtrees level by level, as any service would keep them in memory. */
class HashTree {
  readonly #levels: Buffer[][] = [];

  append(leaf: Buffer): void {
    let rising = leaf;
    for (let level = 0; ; level++) {
      this.#levels[level] ??= [];
      const row = this.#levels[level]!;
      row.push(rising);
      if (row.length % 2 === 1) return;
      rising = createHash("sha256").update(row.at(-2)!).update(rising).digest();
    }
  }
}

function look(signals: Map<string, Seen>, name: string, value: number): void {
  let seen = signals.get(name);
  if (seen === undefined) {
    seen = { last: value, mean: value, variance: 1e4, up: 0, down: 0, same: 0 };
    signals.set(name, seen);
  }
  const error = value - seen.mean;
  const z = error / Math.sqrt(seen.variance);
  seen.up = Math.max(0, seen.up + z - 0.5);
  seen.down = Math.max(0, seen.down - z - 0.5);
  seen.same = value === seen.last ? seen.same + 1 : 0;
  seen.mean += 0.02 * error;
  seen.variance = 0.98 * (seen.variance + 0.02 * error * error);
  seen.last = value;
}
