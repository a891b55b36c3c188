/**
 * Entries of kind `device`: the acts that make up the registry, to facts and back.
 *
 * Reading them back is strict. They come from our own verified log, so a wrong shape is no hostile input but a damaged
 * or foreign log: an error, and the process does not start.
 */
import type { EntryDraft, LogEntry } from "@twinward/evidence";
import type { Curve } from "@twinward/frame";
import { FactReader } from "./fact-reader.ts";

/** Where the frame's signature is made; `importer` (CSV, capture files) never counts as birth. */
export type SignedAt = "device" | "gateway" | "importer";

/** An enrolment token was issued. */
export interface TokenIssued {
  readonly act: "token";
  readonly device: string;
  readonly token: string;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  readonly expiresMs: number;
  readonly gatewayFor: readonly string[];
  readonly by: string;
}

/** A key became the device's active one; the one before, if any, retired. */
export interface KeyRegistered {
  readonly act: "registered";
  readonly device: string;
  readonly kid: Uint8Array;
  readonly curve: Curve;
  readonly key: Uint8Array;
  readonly signedAt: SignedAt;
  readonly gatewayFor: readonly string[];
  /** SHA-256 of the DER of the TLS client certificate. */
  readonly certificate: Uint8Array | null;
  /** Key id of the TLS key. */
  readonly tlsKid: Uint8Array | null;
  /** Id of the token that was used up; null when registered without one. */
  readonly token: string | null;
  readonly by: string;
}

/** All keys and open tokens of the device stop working. */
export interface DeviceRevoked {
  readonly act: "revoked";
  readonly device: string;
  readonly reason: string;
  readonly by: string;
}

export type DeviceAct = TokenIssued | KeyRegistered | DeviceRevoked;

export function draftOf(act: DeviceAct): EntryDraft {
  return { kind: "device", facts: { ...act } };
}

/** @throws TwinwardError ACCESS_LOG_DAMAGED */
export function deviceActOf(entry: LogEntry): DeviceAct {
  const facts = new FactReader(entry);
  const act = facts.text("act");
  const device = facts.text("device");
  const by = facts.text("by");
  if (act === "revoked") return { act, device, by, reason: facts.text("reason") };
  const gatewayFor = facts.texts("gatewayFor");
  if (act === "token") {
    const hashed = { token: facts.text("token"), salt: facts.bytes("salt"), hash: facts.bytes("hash") };
    return { act, device, by, gatewayFor, ...hashed, expiresMs: facts.number("expiresMs") };
  }
  if (act !== "registered") throw facts.damaged("act");
  return {
    act,
    device,
    by,
    gatewayFor,
    kid: facts.bytes("kid"),
    curve: facts.oneOf("curve", ["ed25519", "p256"]),
    key: facts.bytes("key"),
    signedAt: facts.oneOf("signedAt", ["device", "gateway", "importer"]),
    certificate: facts.orNull("certificate", facts.bytes),
    tlsKid: facts.orNull("tlsKid", facts.bytes),
    token: facts.orNull("token", facts.text),
  };
}
