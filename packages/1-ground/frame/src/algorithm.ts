/**
 * Signature algorithms: which COSE numbers are accepted, and for which kind of key.
 *
 * Source: IANA COSE Algorithms. -19 and -9 are the fully specified names of RFC 9864; -8 and -7 are the older
 * ones of RFC 9053 that most libraries speak. A registered key fixes the curve, so that no algorithm can be
 * chosen by the sender.
 */

export type Curve = "ed25519" | "p256";

/** -19 Ed25519, -8 EdDSA, -9 ESP256, -7 ES256. */
export type CoseAlgorithm = -19 | -8 | -9 | -7;

/** Both curves: 64 bytes, R and S or r and s. */
export const SIGNATURE_BYTES = 64;

/** The curve of a COSE algorithm number; undefined when the number is not accepted. */
export function curveOf(algorithm: number): Curve | undefined {
  if (algorithm === -19 || algorithm === -8) return "ed25519";
  if (algorithm === -9 || algorithm === -7) return "p256";
  return undefined;
}

/** The algorithm number our own signers write: understood by every COSE library. */
export function usualAlgorithm(curve: Curve): CoseAlgorithm {
  return curve === "ed25519" ? -8 : -7;
}
