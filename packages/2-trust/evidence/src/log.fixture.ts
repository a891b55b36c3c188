/** Logs for tests: a device that signs real frames, and a folder that holds one of everything. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COLUMNS_TYPE, encodeFrame, type Signer, signerFromSeed, ZERO_DIGEST } from "@twinward/frame";
import { ManualClock, sha256 } from "@twinward/kernel";
import { createLog } from "./create.ts";
import type { EntryDraft, Receipt } from "./entry.ts";
import type { CreateLogOptions, LogKeeper } from "./keeper.ts";

export const SITE = "test-town";
export const START_MS = 1_760_000_000_000;

/** A fresh folder, removed by `remove`. */
export function freshFolder(): { readonly dir: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), "twinward-log-"));
  return { dir: join(parent, "data"), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** A device with a chain of frames; the payload is not looked at by the log. */
export class TestDevice {
  readonly id: string;
  readonly #signer: Signer;
  readonly #boot: number;
  #sequence = 0;
  #previous: Uint8Array = ZERO_DIGEST;

  constructor(id: string, boot = 1) {
    this.id = id;
    this.#boot = boot;
    this.#signer = signerFromSeed(sha256(new TextEncoder().encode(id)));
  }

  /** The entry that registers its key. */
  registration(): EntryDraft {
    const { kid, curve, raw } = this.#signer.publicKey;
    const facts = {
      act: "registered",
      device: this.id,
      kid,
      curve,
      key: raw,
      signedAt: "device",
      gatewayFor: [],
      by: "test",
    };
    return { kind: "device", facts };
  }

  /** The next frame of the chain. */
  frame(payload = "readings"): EntryDraft {
    const draft = this.frameAt(this.#sequence, this.#previous, payload);
    this.#previous = draft.frame?.digest ?? ZERO_DIGEST;
    this.#sequence++;
    return draft;
  }

  frameAt(sequence: number, previous: Uint8Array, payload: string): EntryDraft {
    const { bytes, digest } = encodeFrame(
      {
        algorithm: this.#signer.algorithm,
        contentType: COLUMNS_TYPE,
        kid: this.#signer.publicKey.kid,
        issuer: this.id,
        device: this.id,
        site: SITE,
        issuedAtMs: START_MS,
        salt: sha256(new TextEncoder().encode(`${this.id} ${this.#boot} ${sequence} ${payload}`)).slice(0, 16),
        boot: this.#boot,
        sequence,
        previous,
        signalTable: ZERO_DIGEST,
      },
      new TextEncoder().encode(payload),
      this.#signer,
    );
    const facts = {
      device: this.id,
      iss: this.id,
      boot: this.#boot,
      seq: sequence,
      digest,
      prev: previous,
      signedAt: "device",
      bytes: bytes.length,
      readings: 1,
    };
    return {
      kind: "frame",
      facts,
      body: bytes,
      frame: { device: this.id, boot: this.#boot, sequence, digest, previous },
    };
  }
}

export function testLog(dir: string, options: Partial<CreateLogOptions> = {}): Promise<LogKeeper> {
  return createLog({ dir, site: SITE, timeBase: "simulated", clock: new ManualClock(START_MS), ...options });
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** One of everything: frames, bodies, states, a rotation, both kinds of erasure, quarantine; ticks to make it long. */
export async function fillLog(log: LogKeeper, frames: number, ticks = 0): Promise<Receipt[]> {
  const device = new TestDevice("plc1");
  const receipts: Receipt[] = [];
  const keep = async (draft: EntryDraft) => receipts.push((await log.append(draft)) as Receipt);
  await keep(device.registration());
  await keep({ kind: "site", facts: { digest: sha256(text("site")) }, body: text("site files") });
  await keep({ kind: "administrator", facts: { act: "made" }, body: text("who it was"), dataKey: "subject:somebody" });
  const drafts = Array.from({ length: frames }, (_, i) => device.frame(`readings ${i}`));
  receipts.push(...((await Promise.all(drafts.map((draft) => log.append(draft)))) as Receipt[]));
  const silence = Array.from({ length: ticks }, (_, i) => log.append({ kind: "tick", facts: { i } }));
  receipts.push(...((await Promise.all(silence)) as Receipt[]));
  const judged = { kind: "judgement", facts: { time: START_MS, alarm: false }, body: text("no alarm") } as const;
  receipts.push(...(await log.appendAll({ drafts: [judged, judged], states: { twin: text("state of the twin") } })));
  log.quarantine("plc1", "FRAME_FORK", text("not a frame"));
  receipts.push(await log.rotateLogKey());
  receipts.push(await log.erase({ dataKey: "subject:somebody" }, "the data protection officer"));
  receipts.push(await log.erase({ indexes: [5] }, "the data protection officer"));
  return receipts;
}
