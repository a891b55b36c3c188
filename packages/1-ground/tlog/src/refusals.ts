/** Every code with which this room refuses untrusted bytes, with the one party that can mend it. */
import { type Refusal, refuse } from "@twinward/kernel";

export type TlogRefusalCode =
  | "NOTE_MALFORMED"
  | "NOTE_UNSIGNED"
  | "NOTE_SIGNATURE_WRONG"
  | "VERIFIER_KEY_MALFORMED"
  | "CHECKPOINT_MALFORMED"
  | "PROOF_MALFORMED"
  | "INCLUSION_NOT_PROVEN"
  | "CONSISTENCY_NOT_PROVEN"
  | "BUNDLE_MALFORMED";

export type TlogRefusal = Refusal<TlogRefusalCode>;

/** For docs/refusals.md: each code in one line. */
export const TLOG_REFUSALS: Readonly<Record<TlogRefusalCode, string>> = {
  NOTE_MALFORMED: "the text is not a C2SP signed note",
  NOTE_UNSIGNED: "no known key signed the note",
  NOTE_SIGNATURE_WRONG: "a signature under a known key does not verify",
  VERIFIER_KEY_MALFORMED: "the text is not a C2SP verifier key for Ed25519",
  CHECKPOINT_MALFORMED: "the note's text is not a C2SP checkpoint, or not one of the expected origin",
  PROOF_MALFORMED: "the text is not a c2sp.org/tlog-proof@v1",
  INCLUSION_NOT_PROVEN: "the hashes do not lead from the leaf to the root",
  CONSISTENCY_NOT_PROVEN: "the hashes do not show that the later tree extends the earlier one",
  BUNDLE_MALFORMED: "the bytes are not a C2SP entry bundle",
};

export function tlogRefusal(code: TlogRefusalCode, detail: string): TlogRefusal {
  return refuse(code, "sender", detail);
}
