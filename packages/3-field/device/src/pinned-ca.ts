/**
 * Trust on a hash: finds the CA certificate whose public key the token names in the chain that the server shows.
 *
 * The connection made here carries no data. Nothing of it is believed but the one certificate whose key has the pinned
 * hash; the connection that carries the secret is a new one that trusts this certificate and checks everything.
 */
import { createHash, X509Certificate } from "node:crypto";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { unreachable } from "./https-json.ts";
import { type DeviceRefusal, refuseDevice } from "./refusals.ts";

const CONNECT_MS_MAX = 10_000;
const CHAIN_MAX = 8;

/** PEM of the CA. Throws SERVER_UNREACHABLE. */
export async function pinnedCa(server: string, caSpki: string): Promise<string | DeviceRefusal> {
  const chain = await shownChain(new URL(server));
  const ca = chain.find((certificate) => certificate.ca && spkiHash(certificate) === caSpki);
  return ca === undefined ? refuseDevice("ENROLMENT_CA") : ca.toString();
}

/** Lower-case hexadecimal SHA-256 of the DER SubjectPublicKeyInfo. */
export function spkiHash(certificate: X509Certificate): string {
  return createHash("sha256")
    .update(certificate.publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
}

function shownChain(url: URL): Promise<X509Certificate[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      minVersion: "TLSv1.3",
      // The chain is looked at, not trusted: see above.
      rejectUnauthorized: false,
      timeout: CONNECT_MS_MAX,
    });
    socket.on("timeout", () => socket.destroy(new Error("no answer in time")));
    socket.on("error", (error) => reject(unreachable(url, error)));
    socket.on("secureConnect", () => {
      const chain = certificatesOf(socket.getPeerCertificate(true));
      socket.destroy();
      resolve(chain);
    });
  });
}

function certificatesOf(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next: DetailedPeerCertificate | undefined = leaf; next?.raw && chain.length < CHAIN_MAX; ) {
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}
