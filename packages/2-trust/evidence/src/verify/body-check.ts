/** Is the body beside an entry the one it commits to, or rightly gone? */
import { frameDigest, parseFrame } from "@twinward/frame";
import { equalBytes, isRefusal, toHex } from "@twinward/kernel";
import { isCommitted, unseal } from "../body.ts";
import type { DataKey } from "../data-key.ts";
import type { EntryContent } from "../entry-bytes.ts";
import { frameKeyOf } from "../entry-bytes.ts";
import type { Erased } from "../erasure.ts";
import type { DeviceKeys } from "./device-keys.ts";
import type { Findings } from "./findings.ts";

/** What the `erased` entries of a log name. */
export class Erasures {
  readonly #indexes = new Map<number, number>();
  readonly #keys = new Map<string, number>();

  add(entry: number, erased: Erased): void {
    for (const index of erased.indexes) this.#indexes.set(index, entry);
    for (const key of erased.keys) this.#keys.set(key, entry);
  }

  /** The entry that erased this body, if any. */
  of(index: number, keyHex: string): number | undefined {
    return this.#indexes.get(index) ?? this.#keys.get(keyHex);
  }

  keyIsErased(keyHex: string): boolean {
    return this.#keys.has(keyHex);
  }
}

export interface BodySources {
  readonly erasures: Erasures;
  readonly deviceKeys: DeviceKeys;
  /** Site id, the `aud` of every frame. */
  site(): string;
  /** The data key; undefined when its file is not there or not its own. */
  dataKey(hex: string): DataKey | undefined;
}

/** Checks the sealed body of a folder. */
export function checkSealed(
  index: number,
  content: EntryContent,
  sealed: Uint8Array | undefined,
  sources: BodySources,
  findings: Findings,
): void {
  const where = `entry ${index}`;
  if (content.body === undefined) {
    if (sealed !== undefined) findings.problem("BODY_EXTRA", where, "a body is stored that the entry does not have");
    return;
  }
  const hex = toHex(content.body.key);
  const key = sources.dataKey(hex);
  if (sealed === undefined || key === undefined) {
    if (sources.erasures.of(index, hex) !== undefined) findings.checked.erased++;
    else if (sealed === undefined) findings.problem("BODY_MISSING", where, "its body is gone and no entry erased it");
    else findings.problem("BODY_KEY_MISSING", where, `its data key ${hex} is gone or damaged and no entry erased it`);
    return;
  }
  const plain = unseal(sealed, key);
  if (plain === undefined) findings.problem("BODY_DAMAGED", where, "its body does not decrypt");
  else checkPlain(index, content, plain, sources, findings);
}

/** Checks what was sealed: the commitment, and for a frame all that the entry says about it. */
export function checkPlain(
  index: number,
  content: EntryContent,
  plain: Uint8Array,
  sources: BodySources,
  findings: Findings,
): void {
  const where = `entry ${index}`;
  const stated = frameKeyOf(content.facts);
  if (!isCommitted(plain, content.body?.commitment, stated?.digest)) {
    findings.problem("BODY_NOT_COMMITTED", where, "its body is not the one that the entry commits to");
    return;
  }
  findings.checked.bodies++;
  if (content.kind === "frame") checkFrame(where, content, plain, sources, findings);
}

function checkFrame(
  where: string,
  content: EntryContent,
  body: Uint8Array,
  sources: BodySources,
  findings: Findings,
): void {
  const frame = parseFrame(body);
  const stated = frameKeyOf(content.facts);
  if (isRefusal(frame) || stated === undefined) {
    findings.problem("FRAME_MALFORMED", where, isRefusal(frame) ? frame.code : "its facts name no place in a chain");
    return;
  }
  const { header } = frame;
  const same =
    header.device === stated.device &&
    header.boot === stated.boot &&
    header.sequence === stated.sequence &&
    header.issuer === content.facts.iss &&
    equalBytes(header.previous, stated.previous) &&
    equalBytes(frameDigest(frame), stated.digest);
  if (!same) findings.problem("FRAME_FACTS_DIFFER", where, "the entry says other things than the frame");
  if (header.site !== sources.site())
    findings.problem("FRAME_OTHER_SITE", where, "the frame was signed for another site");
  const fault = sources.deviceKeys.fault(frame);
  if (fault !== undefined) findings.problem("FRAME_SIGNATURE_WRONG", where, fault);
  findings.checked.frames++;
}
