/** The server process of a benchmark: the real API over TLS 1.3, with the streaming checks behind the door. */
import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createApi, LiveFeed, Sessions } from "@twinward/api";
import { isRefusal } from "@twinward/kernel";
import { History } from "@twinward/twin";
import { benchDevices, benchSite } from "./bench-site.ts";
import { openParts } from "./product.ts";
import type { FromServer, ServerOrder, ServerUsage, ToServer } from "./server-words.ts";

const order = JSON.parse(process.argv[2] ?? "") as ServerOrder;
const site = benchSite(order.devices);
// The devices' private keys and tables are the client's: nothing of them stays in this process.
const { clock, log, access, ingest, stop } = await openParts(order.dir, site, benchDevices(site, order.seed));
const client = await issueClient();
const server = await access.serverCertificate(["127.0.0.1"]);
const app = await createApi(
  {
    site,
    timeBase: "simulated",
    clock,
    log,
    access,
    ingest,
    sessions: new Sessions(access.registry),
    live: new LiveFeed(),
    history: new History(join(order.dir, "cache", "history.db"), site),
    twin: () => undefined,
    incidents: () => [],
    act: async () => {},
    judgement: () => ({ rows: 0, lagEntries: 0, failed: false }),
    headShown: () => {},
  },
  { tls: { key: server.key, certificate: server.certificate, clientCa: access.authority.certificate } },
);
await app.listen({ host: "127.0.0.1", port: 0 });
say({ kind: "ready", port: (app.server.address() as AddressInfo).port, ca: access.authority.certificate, ...client });

process.on("message", (message: ToServer) => {
  if (message.kind === "usage") say(usage());
  else void stop().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));

function say(message: FromServer): void {
  process.send?.(message);
}

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  return { kind: "usage", rssBytes: process.memoryUsage.rss(), cpuUs: user + system };
}

/** A relay: its certificate lets it knock, the frames are signed by others. */
async function issueClient(): Promise<{ cert: string; key: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  const { pem, sha256 } = await access.authority.issueDevice("device-0", spki);
  const again = benchDevices(benchSite(1), order.seed + 1)[0]!;
  // An administrator must exist before devices are let in; the relay is a device of its own key.
  await access.issueCredential("bench", { kind: "anonymous" });
  const registered = await access.registry.register({
    device: "relay",
    key: again.signer.publicKey,
    signedAt: "gateway",
    certificate: sha256,
    by: "bench",
  });
  if (isRefusal(registered)) throw new Error(registered.detail);
  return { cert: pem, key: privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
}
