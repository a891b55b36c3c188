/**
 * Walks the entries of a log in order and checks each against all before it: form, identity, keys, chains, body. Used
 * for folders and for bundles alike, which differ only in where the bytes come from.
 */
import { isRefusal } from "@twinward/kernel";
import { decodeEntry, type EntryContent, frameKeyOf } from "../entry-bytes.ts";
import { erasedOf } from "../erasure.ts";
import { currentTerm, followTerm, identityOf, type LogIdentity } from "../log-key.ts";
import { type BodySources, Erasures } from "./body-check.ts";
import { DeviceKeys } from "./device-keys.ts";
import type { Findings } from "./findings.ts";
import { FrameChains } from "./frame-chains.ts";

export interface LoggedState {
  readonly digest: Uint8Array;
  readonly entry: number;
}

export class EntryWalk {
  readonly erasures = new Erasures();
  readonly deviceKeys = new DeviceKeys();
  readonly chains = new FrameChains();
  /** The newest digest of each derived state. */
  readonly states = new Map<string, LoggedState>();
  readonly #findings: Findings;
  #identity: LogIdentity | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** What the log says about itself; undefined before (a valid) entry 0. */
  get identity(): LogIdentity | undefined {
    return this.#identity;
  }

  bodySources(dataKey: BodySources["dataKey"]): BodySources {
    const { erasures, deviceKeys } = this;
    return { erasures, deviceKeys, dataKey, site: () => this.#identity?.site ?? "" };
  }

  /** Takes the next entry; its content, or undefined when it has none that could be read. */
  take(index: number, bytes: Uint8Array): EntryContent | undefined {
    const content = decodeEntry(bytes);
    if (isRefusal(content)) {
      this.#findings.problem("ENTRY_MALFORMED", `entry ${index}`, content.detail);
      return undefined;
    }
    this.#learn(index, content);
    for (const [name, digest] of Object.entries(content.states ?? {})) this.states.set(name, { digest, entry: index });
    return content;
  }

  #learn(index: number, content: EntryContent): void {
    const where = `entry ${index}`;
    const { kind, facts } = content;
    if ((kind === "genesis") !== (index === 0)) {
      this.#findings.problem("IDENTITY_WRONG", where, "entry 0, and no other, is the genesis");
    } else if (kind === "genesis") {
      this.#identity = identityOf(facts);
      if (this.#identity === undefined) this.#findings.problem("IDENTITY_WRONG", where, "its facts are no genesis");
    } else if (kind === "recovery" || (kind === "key-rotation" && facts.purpose === "log")) {
      this.#follow(index, kind, facts);
    } else if (kind === "device" && !this.deviceKeys.learn(facts)) {
      this.#findings.problem("DEVICE_MALFORMED", where, "it registers no usable key");
    } else if (kind === "erased" && erasedOf(facts) === undefined) {
      this.#findings.problem("ERASURE_MALFORMED", where, "it does not say what was erased");
    } else if (kind === "frame") {
      this.#link(index, content);
    }
  }

  #follow(index: number, kind: "recovery" | "key-rotation", facts: EntryContent["facts"]): void {
    const next = this.#identity && followTerm(this.#identity, kind, index, facts);
    if (next === undefined) {
      this.#findings.problem("KEY_CHAIN_BROKEN", `entry ${index}`, "the old and the new log key did not both sign it");
      return;
    }
    this.#identity = next;
    const { lost, origin } = currentTerm(next);
    if (lost === undefined) return;
    this.#findings.warn(`recovered: entries ${lost.kept} to ${lost.oldSize - 1} of the log before ${origin} are lost`);
  }

  #link(index: number, content: EntryContent): void {
    const frame = frameKeyOf(content.facts);
    const fault = frame === undefined ? "broken" : this.chains.add(frame);
    if (fault === undefined) return;
    const detail = fault === "duplicate" ? "its place in the chain is taken" : "it does not follow the frame before it";
    this.#findings.problem("FRAME_CHAIN", `entry ${index}`, detail);
  }
}
