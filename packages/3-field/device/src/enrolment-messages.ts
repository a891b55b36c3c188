/**
 * What a device and a server say to each other at enrolment (`POST /v1/enrolments`, JSON both ways).
 *
 * Normative text: docs/formats/enrolment.md. Every byte string is base64 with padding (RFC 4648 section 4), every
 * digest lower-case hexadecimal. Unknown fields are ignored by the device and refused by nobody.
 */

/** The enrolment token file, made by an administrator for one device. */
export interface EnrolmentToken {
  readonly v: 1;
  /** `https://host:port`. */
  readonly server: string;
  readonly site: string;
  readonly device: string;
  /** One-use, shown to nobody else. */
  readonly secret: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo of the server's CA, lower-case hexadecimal. */
  readonly caSpki: string;
  /** ISO 8601; the server decides, the device only warns early. */
  readonly expires: string;
}

/** Device to server. */
export interface EnrolmentRequest {
  readonly v: 1;
  readonly device: string;
  readonly secret: string;
  /** Raw public key: 32 bytes Ed25519, or 65 bytes uncompressed P-256. */
  readonly framePublicKey: string;
  /** Fixed for the key from now on. */
  readonly frameAlg: "ed25519" | "p256";
  /** Signature of the frame key over `possessionStatement(secret, raw frame key)` of the frame package. */
  readonly proof: string;
  /** SubjectPublicKeyInfo PEM of the TLS key (P-256 or Ed25519). */
  readonly tlsPublicKey: string;
  /** Signature of the TLS key over `possessionStatement(secret, DER of tlsPublicKey)`; P-256 as r || s (IEEE P1363). */
  readonly tlsProof: string;
}

/** Server to device, 200 or 201. Refusals are RFC 9457 problem+json with a `code`. */
export interface EnrolmentAnswer {
  readonly v: 1;
  readonly device: string;
  readonly site: string;
  /** First 16 bytes of SHA-256 of the raw frame public key, lower-case hexadecimal. */
  readonly kid: string;
  /** C2SP verifier key of the log. */
  readonly logKey: string;
  readonly caCrt: string;
  /** Certificate for `tlsPublicKey`, issued by `caCrt`; PEM. */
  readonly tlsCrt: string;
  /** [name, UCUM unit], in the order of the signal table. */
  readonly signals: readonly (readonly [string, string])[];
  /** SHA-256 of the deterministic CBOR signal table, lower-case hexadecimal. */
  readonly signalTableDigest: string;
  /** Boot counter of the device's newest frame in the log; 0 when there is none. Its next boot is higher. */
  readonly lastBoot: number;
  /** Digest of that frame, lower-case hexadecimal; 64 zeros when there is none. */
  readonly lastDigest: string;
}
