/**
 * The site's private certification authority: how do both ends of a connection know each other?
 *
 * Made at the first start, never shipped: no default key exists. Devices pin the hash of its public key
 * (SubjectPublicKeyInfo) through their enrolment token, so nobody else's authority can vouch for the server.
 * TLS only says who may talk; whose readings a frame holds is said by the frame's own signature.
 *
 * Invariants: private keys lie in DATA/keys with mode 0600; a key that others could read, or that does not belong to its
 * certificate, is not used.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { X509Certificate } from "@peculiar/x509";
import { type Clock, TwinwardError } from "@twinward/kernel";
import { makeFolder, writeDurably } from "@twinward/store";
import {
  certificateOf,
  deviceName,
  type IssuedCertificate,
  type Issuer,
  isAbout,
  isSignedBy,
  issuedOf,
  keysOfPem,
  names,
  newKeys,
  pemOfKey,
  type SigningMoment,
  signDevice,
  signRoot,
  signServer,
} from "./certificates.ts";
import { readPrivate } from "./private-file.ts";
import type { RandomBytes } from "./secret.ts";

const SERVER_RENEW_BEFORE_MS = 30 * 86_400_000;

export interface AuthorityOptions {
  readonly dataDir: string;
  readonly siteId: string;
  /** Wall clock: TLS peers compare certificates with theirs, whatever clock the log has. */
  readonly clock: Clock;
  readonly random: RandomBytes;
}

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
  readonly issued: IssuedCertificate;
  /** A TLS server certificate for these names and addresses; kept in DATA/keys, new when they change or it expires. */
  serverCertificate(hosts: readonly string[]): Promise<ServerCertificate & { readonly issued: IssuedCertificate }>;
  /**
   * A TLS client certificate for a device's public key.
   * @param spki DER SubjectPublicKeyInfo, P-256 or Ed25519, checked by the caller
   */
  issueDevice(device: string, spki: Uint8Array): Promise<IssuedCertificate>;
}

/**
 * Opens the site's authority, or makes it when DATA/keys has none.
 * @throws TwinwardError CA_BROKEN, KEY_FILE_MODE
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const files = new KeyFiles(options.dataDir, "ca");
  const stored = files.read();
  if (stored.key === undefined) return createAuthority(options, files);
  if (stored.certificate === undefined) throw broken("DATA/keys/ca.crt is missing");
  const issuer = await readIssuer(stored.key, stored.certificate);
  const belongs = isSignedBy(issuer.certificate, issuer.keys.publicKey).catch(() => false);
  if (!(await belongs)) {
    throw broken("DATA/keys/ca.crt does not belong to DATA/keys/ca.key");
  }
  return new FileAuthority(options, issuer);
}

/** A damaged file makes the parsers throw all kinds of things; to the operator it is one thing. */
async function readIssuer(key: string, certificate: string): Promise<Issuer> {
  try {
    return { keys: await keysOfPem(key), certificate: certificateOf(certificate) };
  } catch (cause) {
    throw broken("DATA/keys/ca.key or DATA/keys/ca.crt cannot be read", cause);
  }
}

async function createAuthority(options: AuthorityOptions, files: KeyFiles): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await signRoot(options.siteId, keys, momentOf(options));
  files.write(await pemOfKey(keys.privateKey), certificate.toString("pem"));
  return new FileAuthority(options, { keys, certificate });
}

class FileAuthority implements Authority {
  readonly #options: AuthorityOptions;
  readonly #issuer: Issuer;
  readonly issued: IssuedCertificate;

  constructor(options: AuthorityOptions, issuer: Issuer) {
    this.#options = options;
    this.#issuer = issuer;
    this.issued = issuedOf("ca", [issuer.certificate.subject], issuer.certificate);
  }

  get certificate(): string {
    return this.issued.pem;
  }

  get spki(): Uint8Array {
    return new Uint8Array(this.#issuer.certificate.publicKey.rawData);
  }

  get spkiHash(): string {
    return createHash("sha256").update(this.spki).digest("hex");
  }

  async serverCertificate(hosts: readonly string[]): Promise<ServerCertificate & { issued: IssuedCertificate }> {
    const files = new KeyFiles(this.#options.dataDir, "server");
    const stored = files.read();
    if (stored.key !== undefined && stored.certificate !== undefined) {
      const certificate = certificateOf(stored.certificate);
      const pair = { key: stored.key, certificate: stored.certificate };
      if (await this.#serves(certificate, pair.key, hosts))
        return { ...pair, issued: issuedOf("server", hosts, certificate) };
    }
    const keys = await newKeys();
    const certificate = await signServer(this.#issuer, keys.publicKey, hosts, momentOf(this.#options));
    const pair = { key: await pemOfKey(keys.privateKey), certificate: certificate.toString("pem") };
    files.write(pair.key, pair.certificate);
    return { ...pair, issued: issuedOf("server", hosts, certificate) };
  }

  async issueDevice(device: string, spki: Uint8Array): Promise<IssuedCertificate> {
    const site = this.#options.siteId;
    const certificate = await signDevice(this.#issuer, spki, { site, device }, momentOf(this.#options));
    return issuedOf("device", [deviceName(site, device)], certificate);
  }

  /** Whether a stored certificate still does for these hosts. */
  async #serves(certificate: X509Certificate, keyPem: string, hosts: readonly string[]): Promise<boolean> {
    const nowMs = this.#options.clock.nowMs();
    const isFresh = certificate.notAfter.getTime() - nowMs > SERVER_RENEW_BEFORE_MS;
    if (!isFresh || certificate.notBefore.getTime() > nowMs || !names(certificate, hosts)) return false;
    const { publicKey } = await keysOfPem(keyPem);
    return (await isAbout(certificate, publicKey)) && isSignedBy(certificate, this.#issuer.keys.publicKey);
  }
}

/** A key and its certificate in DATA/keys. */
class KeyFiles {
  readonly #folder: string;
  readonly #key: string;
  readonly #certificate: string;

  constructor(dataDir: string, name: string) {
    this.#folder = join(dataDir, "keys");
    this.#key = join(this.#folder, `${name}.key`);
    this.#certificate = join(this.#folder, `${name}.crt`);
  }

  read(): { readonly key: string | undefined; readonly certificate: string | undefined } {
    return { key: readPrivate(this.#key), certificate: readPrivate(this.#certificate) };
  }

  write(key: string, certificate: string): void {
    makeFolder(this.#folder);
    // The certificate first: dying between the two lines leaves no matching key, and the next start makes both anew.
    writeDurably(this.#certificate, certificate);
    writeDurably(this.#key, key);
  }
}

function momentOf({ clock, random }: AuthorityOptions): SigningMoment {
  return { nowMs: clock.nowMs(), random };
}

function broken(message: string, cause?: unknown): TwinwardError {
  return new TwinwardError("CA_BROKEN", message, {
    cause,
    remedy: "restore DATA/keys from its backup; a new authority would make every device enrol again",
  });
}
