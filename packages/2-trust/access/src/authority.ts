/**
 * The site's private certification authority: how do both ends of a connection know each other?
 *
 * Made at the first start, never shipped: no default key exists. Devices pin the hash of its public key
 * (SubjectPublicKeyInfo) through their enrolment token, so nobody else's authority can vouch for the server.
 * TLS only says who may talk; whose readings a frame holds is said by the frame's own signature.
 *
 * Invariants: private keys lie in DATA/keys with mode 0600; the CA signs no other CA (path length 0); every certificate
 * it issues is told to `onIssued`, which puts its digest in the log.
 */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Clock, TwinwardError, toHex } from "@twinward/kernel";
import { makeFolder, writeDurably } from "@twinward/store";
import { readPrivate } from "./private-file.ts";
import type { RandomBytes } from "./secret.ts";

const DAY_MS = 86_400_000;
const CA_LIFE_MS = 20 * 365 * DAY_MS;
const SERVER_LIFE_MS = 397 * DAY_MS;
const SERVER_RENEW_BEFORE_MS = 30 * DAY_MS;
const DEVICE_LIFE_MS = 5 * 365 * DAY_MS;
/** Clocks of the field run behind: a fresh certificate is valid since yesterday. */
const BACKDATE_MS = DAY_MS;
const SERIAL_BYTES = 16;
const ECDSA_P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** RFC 5280, upper bound of a common name. */
const COMMON_NAME_MAX = 64;
const CRYPTO = webcrypto as unknown as Crypto;

export interface AuthorityOptions {
  readonly dataDir: string;
  readonly siteId: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface ServerCertificate {
  /** PKCS#8 PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

export interface IssuedCertificate {
  readonly purpose: "ca" | "server" | "device";
  /** Subject alternative names, or the name of the CA. */
  readonly names: readonly string[];
  readonly pem: string;
  /** SHA-256 of the DER. */
  readonly sha256: Uint8Array;
  readonly notAfterMs: number;
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
 * @throws TwinwardError CA_BROKEN when key and certificate do not belong together
 */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const paths = { key: join(options.dataDir, "keys", "ca.key"), certificate: join(options.dataDir, "keys", "ca.crt") };
  const stored = { key: readPrivate(paths.key), certificate: readPrivate(paths.certificate) };
  if (stored.key === undefined) return createAuthority(options, paths);
  if (stored.certificate === undefined) throw broken(`${paths.certificate} is missing`);
  const authority = new FileAuthority(options, await keyPairOf(stored.key), new X509Certificate(stored.certificate));
  if (!(await authority.isWhole())) throw broken(`${paths.certificate} does not belong to ${paths.key}`);
  return authority;
}

async function createAuthority(
  options: AuthorityOptions,
  paths: { readonly key: string; readonly certificate: string },
): Promise<Authority> {
  const keys = (await webcrypto.subtle.generateKey(ECDSA_P256, true, ["sign", "verify"])) as CryptoKeyPair;
  const nowMs = options.clock.nowMs();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialFrom(options.random),
      name: [{ CN: [`Twinward CA ${plain(options.siteId)}`.slice(0, COMMON_NAME_MAX)] }],
      notBefore: new Date(nowMs - BACKDATE_MS),
      notAfter: new Date(nowMs + CA_LIFE_MS),
      signingAlgorithm: ECDSA_P256,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    CRYPTO,
  );
  // The certificate first: dying between the two lines leaves no key, and the next start makes both anew.
  makeFolder(join(options.dataDir, "keys"));
  writeDurably(paths.certificate, certificate.toString("pem"));
  writeDurably(paths.key, await pemOf(keys.privateKey));
  return new FileAuthority(options, keys, certificate);
}

class FileAuthority implements Authority {
  readonly #options: AuthorityOptions;
  readonly #keys: CryptoKeyPair;
  readonly #certificate: X509Certificate;
  readonly issued: IssuedCertificate;

  constructor(options: AuthorityOptions, keys: CryptoKeyPair, certificate: X509Certificate) {
    this.#options = options;
    this.#keys = keys;
    this.#certificate = certificate;
    this.issued = issuedOf("ca", [certificate.subject], certificate);
  }

  get certificate(): string {
    return this.issued.pem;
  }

  get spki(): Uint8Array {
    return new Uint8Array(this.#certificate.publicKey.rawData);
  }

  get spkiHash(): string {
    return createHash("sha256").update(this.spki).digest("hex");
  }

  /** Whether the private key at hand made the certificate at hand. */
  isWhole(): Promise<boolean> {
    return this.#certificate.verify({ publicKey: this.#keys.publicKey, signatureOnly: true }, CRYPTO);
  }

  async serverCertificate(hosts: readonly string[]): Promise<ServerCertificate & { issued: IssuedCertificate }> {
    const folder = join(this.#options.dataDir, "keys");
    const paths = { key: join(folder, "server.key"), certificate: join(folder, "server.crt") };
    const stored = { key: readPrivate(paths.key), certificate: readPrivate(paths.certificate) };
    if (stored.key !== undefined && stored.certificate !== undefined) {
      const certificate = new X509Certificate(stored.certificate);
      if (await this.#serves(certificate, stored.key, hosts)) {
        return { key: stored.key, certificate: stored.certificate, issued: issuedOf("server", hosts, certificate) };
      }
    }
    const keys = (await webcrypto.subtle.generateKey(ECDSA_P256, true, ["sign", "verify"])) as CryptoKeyPair;
    const names = hosts.map((host) => ({ type: isIP(host) === 0 ? ("dns" as const) : ("ip" as const), value: host }));
    const certificate = await this.#issue(keys.publicKey, hosts[0] ?? "localhost", SERVER_LIFE_MS, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ]);
    const pem = { key: await pemOf(keys.privateKey), certificate: certificate.toString("pem") };
    writeDurably(paths.key, pem.key);
    writeDurably(paths.certificate, pem.certificate);
    return { ...pem, issued: issuedOf("server", hosts, certificate) };
  }

  async issueDevice(device: string, spki: Uint8Array): Promise<IssuedCertificate> {
    const name = `urn:twinward:${plain(this.#options.siteId)}:${plain(device)}`;
    const certificate = await this.#issue(new PublicKey(spki as BufferSource), device, DEVICE_LIFE_MS, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: "url", value: name }]),
    ]);
    return issuedOf("device", [name], certificate);
  }

  #issue(publicKey: CryptoKey | PublicKey, name: string, lifeMs: number, extensions: Extension[]) {
    const nowMs = this.#options.clock.nowMs();
    return X509CertificateGenerator.create(
      {
        serialNumber: serialFrom(this.#options.random),
        subject: [{ CN: [plain(name).slice(0, COMMON_NAME_MAX)] }],
        issuer: this.#certificate.subjectName,
        notBefore: new Date(nowMs - BACKDATE_MS),
        notAfter: new Date(nowMs + lifeMs),
        signingAlgorithm: ECDSA_P256,
        signingKey: this.#keys.privateKey,
        publicKey: publicKey as CryptoKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          ...extensions,
        ],
      },
      CRYPTO,
    );
  }

  async #serves(certificate: X509Certificate, keyPem: string, hosts: readonly string[]): Promise<boolean> {
    const nowMs = this.#options.clock.nowMs();
    const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
    const fresh =
      certificate.notAfter.getTime() - nowMs > SERVER_RENEW_BEFORE_MS && certificate.notBefore.getTime() <= nowMs;
    const named = hosts.length === names.length && hosts.every((host) => names.some((name) => name.value === host));
    if (!fresh || !named) return false;
    const own = await keyPairOf(keyPem);
    const spki = await webcrypto.subtle.exportKey("spki", own.publicKey);
    const ours = Buffer.from(spki).equals(Buffer.from(certificate.publicKey.rawData));
    return ours && certificate.verify({ publicKey: this.#keys.publicKey, signatureOnly: true }, CRYPTO);
  }
}

function issuedOf(
  purpose: IssuedCertificate["purpose"],
  names: readonly string[],
  certificate: X509Certificate,
): IssuedCertificate {
  const sha256 = new Uint8Array(createHash("sha256").update(new Uint8Array(certificate.rawData)).digest());
  return { purpose, names, pem: certificate.toString("pem"), sha256, notAfterMs: certificate.notAfter.getTime() };
}

/** An id inside a name: percent-encoded, since `#` at the start of an X.500 value means DER and `:` ends a URN part. */
function plain(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}

/** A positive serial number: at least 64 random bits (CA/Browser Forum BR 7.1), first bit clear. */
function serialFrom(random: RandomBytes): string {
  const bytes = random(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}

async function keyPairOf(pem: string): Promise<CryptoKeyPair> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, ECDSA_P256, true, ["sign"]);
  const jwk = await webcrypto.subtle.exportKey("jwk", privateKey);
  const { kty, crv, x, y } = jwk;
  const open = { kty, crv, x, y } as webcrypto.JsonWebKey;
  return {
    privateKey,
    publicKey: await webcrypto.subtle.importKey("jwk", open, ECDSA_P256, true, ["verify"]),
  } as CryptoKeyPair;
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key as webcrypto.CryptoKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

function broken(message: string): TwinwardError {
  return new TwinwardError("CA_BROKEN", message, {
    remedy: "restore DATA/keys from its backup; a new authority would make every device enrol again",
  });
}
