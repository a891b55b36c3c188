/**
 * An importer: signs a device's recorded rows as frames. Its readings were not signed at birth, and each frame says so
 * (`signedAt: importer`).
 *
 * A run that was killed goes on by making the same frames again: the salt comes from the key and the place in the
 * chain (HMAC-SHA256), Ed25519 is deterministic, so a frame the log holds already is a duplicate and writes nothing.
 */
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DeviceRegistry } from "@twinward/access";
import {
  COLUMNS_TYPE,
  CTI_BYTES,
  encodeColumns,
  encodeFrame,
  encodeSignalTable,
  generateSigner,
  type SignalTable,
  type Signer,
  signerFromPem,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, isRefusal, TwinwardError } from "@twinward/kernel";
import type { Device, Site } from "@twinward/plant";
import { writeDurably } from "@twinward/store";

const PRIVATE_MODE = 0o600;

export interface ImportedFrame {
  readonly timeMs: number;
  readonly device: string;
  readonly bytes: Uint8Array;
}

export class Importer {
  readonly #site: Site;
  readonly #device: Device;
  readonly #numbers: readonly number[];
  readonly #table: SignalTable;
  readonly #signer: Signer;
  readonly #saltKey: string;
  #sequence = 0;
  #previous: Uint8Array = ZERO_DIGEST;

  private constructor(site: Site, device: Device, pem: string) {
    const byId = new Map(site.signals.map((signal) => [signal.id, signal]));
    this.#site = site;
    this.#device = device;
    this.#numbers = device.signals.map((id) => byId.get(id)?.number ?? -1);
    this.#table = encodeSignalTable(
      device.id,
      device.signals.map((id) => [id, byId.get(id)?.unit ?? "1"]),
    );
    this.#signer = signerFromPem(pem);
    this.#saltKey = pem;
  }

  /** Makes or finds the device's key in the data folder and sees that the log knows it. */
  static async open(site: Site, device: Device, dataDir: string, registry: DeviceRegistry): Promise<Importer> {
    const importer = new Importer(site, device, await keyIn(join(dataDir, "keys", "importer", `${device.id}.pem`)));
    const key = importer.#signer.publicKey;
    if (registry.byKid(key.kid) === undefined) {
      const registered = await registry.register({ device: device.id, key, signedAt: "importer", by: "replay" });
      if (isRefusal(registered)) throw new TwinwardError(registered.code, registered.detail);
    }
    return importer;
  }

  /** The device's frame for a row; undefined when the row holds nothing of it. Called in row order. */
  frame(timeMs: number, values: Float64Array): ImportedFrame | undefined {
    const readings = this.#device.signals
      .map((signal, i) => ({ signal, timeMs, value: values[this.#numbers[i] ?? -1] ?? Number.NaN, quality: 0 }))
      .filter((reading) => !Number.isNaN(reading.value));
    if (readings.length === 0) return undefined;
    const frame = encodeFrame(this.#header(timeMs), encodeColumns(blockOf(readings), this.#table.names), this.#signer);
    this.#sequence += 1;
    this.#previous = frame.digest;
    return { timeMs, device: this.#device.id, bytes: frame.bytes };
  }

  #header(timeMs: number) {
    const place = new TextEncoder().encode(`twinward-importer-salt ${this.#sequence}`);
    return {
      algorithm: this.#signer.algorithm,
      contentType: COLUMNS_TYPE,
      kid: this.#signer.publicKey.kid,
      issuer: this.#device.id,
      device: this.#device.id,
      site: this.#site.id,
      issuedAtMs: timeMs,
      salt: new Uint8Array(createHmac("sha256", this.#saltKey).update(place).digest().subarray(0, CTI_BYTES)),
      boot: 0,
      sequence: this.#sequence,
      previous: this.#previous,
      signalTable: this.#table.digest,
    };
  }
}

/** Durable before the first frame: a key that is lost would make the log's chain end here. */
async function keyIn(path: string): Promise<string> {
  if (existsSync(path)) return readFileSync(path, "utf8");
  const { pem } = generateSigner("ed25519");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  writeDurably(path, new TextEncoder().encode(pem), PRIVATE_MODE);
  return pem;
}
