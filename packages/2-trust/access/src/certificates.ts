/**
 * X.509 certificates of the site: how they look, and nothing about where they lie.
 *
 * P-256 and SHA-256 throughout; profile of RFC 5280. The CA signs no other CA (path length 0); a server certificate is
 * good for servers only, a device certificate for clients only. This is the only file that loads the
 * certificate library, because `reflect-metadata` must be loaded before it.
 */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { isIP } from "node:net";
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
import { toHex } from "@twinward/kernel";
import type { RandomBytes } from "./secret.ts";

const DAY_MS = 86_400_000;
const CA_LIFE_MS = 20 * 365 * DAY_MS;
const SERVER_LIFE_MS = 397 * DAY_MS;
const DEVICE_LIFE_MS = 5 * 365 * DAY_MS;
/** Clocks of the field run behind: a fresh certificate is valid since yesterday. */
const BACKDATE_MS = DAY_MS;
const SERIAL_BYTES = 16;
/** RFC 5280, upper bound of a common name. */
const COMMON_NAME_MAX = 64;
const ECDSA_P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const CRYPTO = webcrypto as unknown as Crypto;

export interface IssuedCertificate {
  readonly purpose: "ca" | "server" | "device";
  /** Subject alternative names, or the subject of the CA. */
  readonly names: readonly string[];
  readonly pem: string;
  /** SHA-256 of the DER. */
  readonly sha256: Uint8Array;
  readonly notAfterMs: number;
}

/** Time and chance of one signing. */
export interface SigningMoment {
  readonly nowMs: number;
  readonly random: RandomBytes;
}

export interface Issuer {
  readonly keys: CryptoKeyPair;
  readonly certificate: X509Certificate;
}

export function newKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA_P256, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

export function signRoot(site: string, keys: CryptoKeyPair, moment: SigningMoment): Promise<X509Certificate> {
  const root = {
    ...validity(moment, CA_LIFE_MS),
    name: [{ CN: [commonName(`Twinward CA ${plain(site)}`)] }],
    signingAlgorithm: ECDSA_P256,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  };
  return X509CertificateGenerator.createSelfSigned(root, CRYPTO);
}

/** For the listener of these names and addresses. */
export function signServer(
  issuer: Issuer,
  key: CryptoKey,
  hosts: readonly string[],
  moment: SigningMoment,
): Promise<X509Certificate> {
  const names = hosts.map((host) => ({ type: isIP(host) === 0 ? ("dns" as const) : ("ip" as const), value: host }));
  return sign(issuer, key, hosts[0] ?? "localhost", validity(moment, SERVER_LIFE_MS), [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
  ]);
}

/** @param spki DER SubjectPublicKeyInfo of the device's TLS key, checked by the caller */
export function signDevice(
  issuer: Issuer,
  spki: Uint8Array,
  names: { readonly site: string; readonly device: string },
  moment: SigningMoment,
): Promise<X509Certificate> {
  const key = new PublicKey(spki as BufferSource);
  return sign(issuer, key, plain(names.device), validity(moment, DEVICE_LIFE_MS), [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension([{ type: "url", value: deviceName(names.site, names.device) }]),
  ]);
}

export function certificateOf(pem: string): X509Certificate {
  return new X509Certificate(pem);
}

export function deviceName(site: string, device: string): string {
  return `urn:twinward:${plain(site)}:${plain(device)}`;
}

export function issuedOf(
  purpose: IssuedCertificate["purpose"],
  names: readonly string[],
  certificate: X509Certificate,
): IssuedCertificate {
  const sha256 = new Uint8Array(createHash("sha256").update(new Uint8Array(certificate.rawData)).digest());
  return { purpose, names, pem: certificate.toString("pem"), sha256, notAfterMs: certificate.notAfter.getTime() };
}

/** Whether `issuer` signed it; says nothing about time. */
export function isSignedBy(certificate: X509Certificate, issuer: CryptoKey): Promise<boolean> {
  return certificate.verify({ publicKey: issuer, signatureOnly: true }, CRYPTO);
}

/** Whether it names exactly these hosts. */
export function names(certificate: X509Certificate, hosts: readonly string[]): boolean {
  const named = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return hosts.length === named.length && hosts.every((host) => named.some(({ value }) => value === host));
}

/** Whether the certificate is about this key. */
export async function isAbout(certificate: X509Certificate, key: CryptoKey): Promise<boolean> {
  const spki = await webcrypto.subtle.exportKey("spki", key as webcrypto.CryptoKey);
  return Buffer.from(spki).equals(Buffer.from(certificate.publicKey.rawData));
}

/** Both halves of a P-256 key from its PKCS#8 PEM. */
export async function keysOfPem(pem: string): Promise<CryptoKeyPair> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, ECDSA_P256, true, ["sign"]);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const open = { kty, crv, x, y } as webcrypto.JsonWebKey;
  const publicKey = await webcrypto.subtle.importKey("jwk", open, ECDSA_P256, true, ["verify"]);
  return { privateKey, publicKey } as CryptoKeyPair;
}

/** PKCS#8 PEM. */
export async function pemOfKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key as webcrypto.CryptoKey));
  const lines = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

function sign(
  issuer: Issuer,
  publicKey: CryptoKey | PublicKey,
  name: string,
  valid: ReturnType<typeof validity>,
  extensions: Extension[],
): Promise<X509Certificate> {
  const certificate = {
    ...valid,
    subject: [{ CN: [commonName(name)] }],
    issuer: issuer.certificate.subjectName,
    signingAlgorithm: ECDSA_P256,
    signingKey: issuer.keys.privateKey,
    publicKey: publicKey as CryptoKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...extensions,
    ],
  };
  return X509CertificateGenerator.create(certificate, CRYPTO);
}

function validity({ nowMs, random }: SigningMoment, lifeMs: number) {
  return {
    serialNumber: serialFrom(random),
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + lifeMs),
  };
}

/** A positive serial number with more than 64 random bits. */
function serialFrom(random: RandomBytes): string {
  const bytes = random(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}

/** An id inside a name: percent-encoded, since `#` at the start of an X.500 value means DER and `:` ends a URN part. */
function plain(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}

function commonName(name: string): string {
  return name.slice(0, COMMON_NAME_MAX);
}
