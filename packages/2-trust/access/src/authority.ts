/** The site's private certification authority. */

export interface ServerCertificate {
  /** PKCS#8 PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** Lower-case hexadecimal SHA-256 of the DER SubjectPublicKeyInfo. */
  readonly spkiHash: string;
  /** DER SubjectPublicKeyInfo, for the genesis entry's list of public keys. */
  readonly spki: Uint8Array;
  /** A TLS server certificate for these names and addresses; kept in DATA/keys and renewed when needed. */
  serverCertificate(hosts: readonly string[]): Promise<ServerCertificate>;
  /** A TLS client certificate for a device's public key. */
  issueDevice(device: string, spki: Uint8Array): Promise<{ readonly pem: string; readonly sha256: Uint8Array }>;
}
