/**
 * Which keys had been registered for a device when a frame came? Read from the log's own entries of kind `device`
 * (facts `act: registered`, `device`, `kid`, `curve`, `key`; `act: revoked`, `device`), so that a frame's signature can
 * be checked with nothing but the log. A revocation works before its entry is written, so no honest log holds a frame
 * of a revoked key behind it; a key that was replaced may still have frames on the way.
 */
import { type FramePublicKey, type ParsedFrame, registeredKey, verifyFrame } from "@twinward/frame";
import { isRefusal, toHex } from "@twinward/kernel";
import type { Fact } from "../entry.ts";

const RAW_BYTES = { ed25519: 32, p256: 65 } as const;

export class DeviceKeys {
  readonly #byKid = new Map<string, { readonly device: string; readonly key: FramePublicKey; revoked: boolean }>();

  /** Learns the key of an entry of kind `device`; other acts teach nothing. False when the facts make no sense. */
  learn(facts: { readonly [name: string]: Fact }): boolean {
    if (facts.act === "revoked") this.#revoke(facts.device);
    if (facts.act !== "registered") return true;
    const { device, curve, key } = facts;
    if (typeof device !== "string" || !(key instanceof Uint8Array)) return false;
    if ((curve !== "ed25519" && curve !== "p256") || key.length !== RAW_BYTES[curve]) return false;
    const registered = registeredKey(curve, key);
    this.#byKid.set(toHex(registered.kid), { device, key: registered, revoked: false });
    return true;
  }

  /** Why the frame is not signed by a key that was registered for its issuer; undefined when it is. */
  fault(frame: ParsedFrame): string | undefined {
    const known = this.#byKid.get(toHex(frame.header.kid));
    if (known === undefined) return "no registered key has its kid";
    if (known.device !== frame.header.issuer) return `its key belongs to ${known.device}`;
    if (known.revoked) return `the key of ${known.device} was revoked before`;
    const refusal = verifyFrame(frame, known.key);
    return isRefusal(refusal) ? refusal.code : undefined;
  }

  #revoke(device: Fact | undefined): void {
    for (const known of this.#byKid.values()) if (known.device === device) known.revoked = true;
  }
}
