/**
 * Which MITRE ATT&CK for ICS techniques the evidence is consistent with.
 *
 * "Consistent with" is all that is claimed: the plant shows effects, not tools. Nothing is named while only one check
 * on one signal speaks, because a single residual fits a broken sensor as well.
 *
 * Source: MITRE ATT&CK for ICS v18.1; a test compares ids and names with the bundle.
 */
import type { DoorEventKind } from "@twinward/detection";
import type { QuantityKind } from "@twinward/plant";
import type { Technique } from "./incident.ts";

export const TECHNIQUES = {
  spoofReporting: { id: "T0856", name: "Spoof Reporting Message" },
  manipulationOfView: { id: "T0832", name: "Manipulation of View" },
  manipulationOfControl: { id: "T0831", name: "Manipulation of Control" },
  unauthorizedCommand: { id: "T0855", name: "Unauthorized Command Message" },
  modifyParameter: { id: "T0836", name: "Modify Parameter" },
  blockReporting: { id: "T0804", name: "Block Reporting Message" },
  adversaryInTheMiddle: { id: "T0830", name: "Adversary-in-the-Middle" },
  validAccounts: { id: "T0859", name: "Valid Accounts" },
} as const satisfies Readonly<Record<string, Technique>>;

export interface ProcessEvidence {
  /** Kind of the most suspected signal. */
  readonly kind: QuantityKind | undefined;
  readonly checks: readonly string[];
  /** Pairs of check and signal that spoke. */
  readonly witnesses: number;
  readonly verdict: "attack" | "undetermined";
  /** Pumps or valves act on the suspected level by themselves. */
  readonly isControlInput: boolean;
}

export function processTechniques(evidence: ProcessEvidence): Technique[] {
  if (evidence.verdict !== "attack" || evidence.witnesses < 2) return [];
  if (evidence.kind === "status" || (evidence.kind === "flow" && evidence.checks.includes("control-logic"))) {
    return [TECHNIQUES.unauthorizedCommand, TECHNIQUES.modifyParameter, TECHNIQUES.manipulationOfControl];
  }
  const seen = [TECHNIQUES.spoofReporting, TECHNIQUES.manipulationOfView];
  return evidence.isControlInput ? [...seen, TECHNIQUES.manipulationOfControl] : seen;
}

const BY_REFUSAL: Readonly<Record<string, readonly Technique[]>> = {
  FRAME_SIGNATURE_INVALID: [TECHNIQUES.adversaryInTheMiddle, TECHNIQUES.spoofReporting],
  FRAME_KEY_MISMATCH: [TECHNIQUES.spoofReporting],
  KEY_RETIRED: [TECHNIQUES.validAccounts],
  DEVICE_REVOKED: [TECHNIQUES.validAccounts],
  ISSUER_WRONG: [TECHNIQUES.spoofReporting],
  DEVICE_FOREIGN: [TECHNIQUES.spoofReporting],
};

/** Silence alone names nothing: lines break. */
export function doorTechniques(what: DoorEventKind, code: string): readonly Technique[] {
  if (what === "fork") return [TECHNIQUES.spoofReporting, TECHNIQUES.validAccounts];
  if (what === "suppressed-frames") return [TECHNIQUES.blockReporting];
  if (what === "foreign-signals") return [TECHNIQUES.spoofReporting];
  return what === "refused" ? (BY_REFUSAL[code] ?? []) : [];
}
