/**
 * Who this device is: the folder that enrolment leaves behind.
 *
 * The frame key says whose readings these are, the TLS key only opens connections; they are never the same key. Both
 * private keys have mode 0600 in a folder of mode 0700 and never leave it.
 */
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { encodeSignalTable, type SignalTable, type Signer, signerFromPem } from "@twinward/frame";
import { TwinwardError, toHex } from "@twinward/kernel";
import { writeDurably } from "./durable-file.ts";

export interface IdentityFacts {
  readonly v: 1;
  readonly device: string;
  readonly site: string;
  /** `https://host:port`. */
  readonly server: string;
  /** Lower-case hexadecimal. */
  readonly kid: string;
  /** C2SP verifier key of the log. */
  readonly logKey: string;
  /** [name, UCUM unit], in the order of the signal table. */
  readonly signals: readonly (readonly [string, string])[];
}

/** PEM texts. */
export interface IdentityKeys {
  readonly frameKey: string;
  readonly tlsKey: string;
  readonly tlsCrt: string;
  readonly caCrt: string;
}

export class Identity {
  readonly dir: string;
  readonly facts: IdentityFacts;
  readonly keys: IdentityKeys;
  readonly signer: Signer;
  readonly table: SignalTable;

  private constructor(dir: string, facts: IdentityFacts, keys: IdentityKeys) {
    this.dir = dir;
    this.facts = facts;
    this.keys = keys;
    this.signer = signerFromPem(keys.frameKey);
    this.table = encodeSignalTable(facts.device, facts.signals);
  }

  /** Where the outbox lies. */
  get outboxDir(): string {
    return join(this.dir, "outbox");
  }

  /** Throws IDENTITY_UNREADABLE, or IDENTITY_MODE when others may read a private key. */
  static load(dir: string): Identity {
    const facts = readFacts(join(dir, "identity.json"));
    for (const name of ["frame.key", "tls.key"]) demandPrivate(join(dir, name));
    const identity = new Identity(dir, facts, {
      frameKey: readText(join(dir, "frame.key")),
      tlsKey: readText(join(dir, "tls.key")),
      tlsCrt: readText(join(dir, "tls.crt")),
      caCrt: readText(join(dir, "ca.crt")),
    });
    if (toHex(identity.signer.publicKey.kid) !== facts.kid) throw unreadable(dir, "frame.key is not the enrolled key");
    return identity;
  }

  /** Writes a new folder; `identity.json` last, so that a folder with it is whole. */
  static save(dir: string, facts: IdentityFacts, keys: IdentityKeys): Identity {
    const identity = new Identity(dir, facts, keys);
    mkdirSync(identity.outboxDir, { recursive: true, mode: 0o700 });
    writeDurably(join(dir, "frame.key"), keys.frameKey, 0o600);
    writeDurably(join(dir, "tls.key"), keys.tlsKey, 0o600);
    writeDurably(join(dir, "tls.crt"), keys.tlsCrt, 0o644);
    writeDurably(join(dir, "ca.crt"), keys.caCrt, 0o644);
    writeDurably(join(dir, "identity.json"), `${JSON.stringify(facts, undefined, 2)}\n`, 0o644);
    return identity;
  }
}

const TEXT_FIELDS = ["device", "site", "server", "kid", "logKey"] as const;

function readFacts(path: string): IdentityFacts {
  const facts = parseJson(path) as Readonly<Record<string, unknown>> | null;
  const isWhole =
    typeof facts === "object" &&
    facts?.v === 1 &&
    TEXT_FIELDS.every((name) => typeof facts[name] === "string") &&
    isSignalList(facts.signals);
  if (!isWhole) throw unreadable(path, "it is not an identity of version 1");
  return facts as unknown as IdentityFacts;
}

export function isSignalList(value: unknown): value is IdentityFacts["signals"] {
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === 2 && row.every((text) => typeof text === "string");
  return Array.isArray(value) && value.every(isRow);
}

function parseJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, "it is not JSON", cause);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, "it cannot be read", cause);
  }
}

function demandPrivate(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return;
  throw new TwinwardError("IDENTITY_MODE", `${path} may be read by others`, { remedy: `chmod 600 ${path}` });
}

function unreadable(path: string, why: string, cause?: unknown): TwinwardError {
  return new TwinwardError("IDENTITY_UNREADABLE", `${path}: ${why}`, { cause, remedy: "enrol the device again" });
}
