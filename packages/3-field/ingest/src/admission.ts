/**
 * Admission: is this a frame of ours, from somebody we know, and did they sign it?
 *
 * The order is the rule book: size, shell, key, names, site, signature. The cheap checks come first, and nothing of the
 * payload is decoded before the signature holds.
 *
 * Invariant: an Admitted frame carries a valid signature by an active key of a device that may speak for `device`.
 */
import type { DeviceLookup, RegisteredDevice } from "@twinward/access";
import { type ParsedFrame, parseFrame, verifyFrame } from "@twinward/frame";
import { isRefusal, type Refusal } from "@twinward/kernel";
import { type IngestRefusalCode, refuseAtDoor } from "./refusals.ts";

export interface Admitted {
  readonly frame: ParsedFrame;
  readonly signer: RegisteredDevice;
}

/** A refusal and how much is known of its sender. */
export interface Refused {
  readonly refusal: Refusal;
  /** Owner of the key the frame names; undefined when no such key is registered. */
  readonly signer: string | undefined;
  /** Whether the signature shows that it is really the signer. */
  readonly proven: boolean;
  /** Meant for us and refused for its signature or chain: worth keeping beside the log. */
  readonly quarantine: boolean;
}

export function admit(bytes: Uint8Array, site: string, registry: DeviceLookup): Admitted | Refused {
  const frame = parseFrame(bytes);
  if (isRefusal(frame)) return refused(frame);
  const signer = registry.byKid(frame.header.kid);
  if (signer === undefined) return refused(refuseAtDoor("KEY_UNKNOWN"));
  const wrong = statusFault(signer) ?? nameFault(frame, signer, registry) ?? siteFault(frame, site);
  if (wrong !== undefined) return refused(refuseAtDoor(wrong), signer.device);
  const unsigned = verifyFrame(frame, signer.key);
  if (unsigned === undefined) return { frame, signer };
  return {
    refusal: unsigned,
    signer: signer.device,
    proven: false,
    quarantine: unsigned.code === "FRAME_SIGNATURE_INVALID",
  };
}

function refused(refusal: Refusal, signer?: string): Refused {
  return { refusal, signer, proven: false, quarantine: false };
}

function statusFault(signer: RegisteredDevice): IngestRefusalCode | undefined {
  if (signer.status === "active") return undefined;
  return signer.status === "revoked" ? "DEVICE_REVOKED" : "KEY_RETIRED";
}

/** Names are compared as whole strings, never as patterns or paths: `#`, `+` or `..` mean nothing here. */
function nameFault(
  frame: ParsedFrame,
  signer: RegisteredDevice,
  registry: DeviceLookup,
): IngestRefusalCode | undefined {
  const { issuer, device } = frame.header;
  if (issuer !== signer.device) return "ISSUER_WRONG";
  if (device === issuer) return undefined;
  if (!signer.gatewayFor.has(device)) return "DEVICE_FOREIGN";
  // A gateway does not keep alive what was revoked behind it.
  return registry.byDevice(device)?.status === "revoked" ? "DEVICE_REVOKED" : undefined;
}

function siteFault(frame: ParsedFrame, site: string): IngestRefusalCode | undefined {
  return frame.header.site === site ? undefined : "AUDIENCE_WRONG";
}
