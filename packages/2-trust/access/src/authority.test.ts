import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { generateSigner, spkiOf } from "@twinward/frame";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openWorld, type World } from "./access.fixture.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** The server's and the client's view of one mutual TLS handshake. */
async function shakeHands(client: { key: string; cert: string } | undefined): Promise<[boolean, TLSSocket]> {
  const { authority } = world.access;
  const { key, certificate } = await world.access.serverCertificate(["localhost", "127.0.0.1"]);
  const server = createServer({
    key,
    cert: certificate,
    ca: authority.certificate,
    minVersion: "TLSv1.3",
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, "secureConnection") as Promise<[TLSSocket]>;
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate, ...client });
  await once(socket, "secureConnect");
  const [peer] = await accepted;
  const authorized = peer.authorized;
  socket.destroy();
  server.close();
  return [authorized, socket];
}

test("both ends of a TLS 1.3 connection believe our certificates, and only ours", async () => {
  const { signer, pem } = generateSigner("p256");
  const issued = await world.access.authority.issueDevice("plc1", spkiOf(signer.publicKey));
  const [authorized, socket] = await shakeHands({ key: pem, cert: issued.pem });
  expect(authorized).toBe(true);
  expect(socket.authorized).toBe(true);
  const other = await openWorld();
  const foreign = await other.access.authority.issueDevice("plc1", spkiOf(signer.publicKey));
  const [fooled] = await shakeHands({ key: pem, cert: foreign.pem });
  expect(fooled).toBe(false);
  await other.close();
});

test("an Ed25519 key gets a client certificate too", async () => {
  const { signer, pem } = generateSigner("ed25519");
  const issued = await world.access.authority.issueDevice("plc1", spkiOf(signer.publicKey));
  expect((await shakeHands({ key: pem, cert: issued.pem }))[0]).toBe(true);
});

test.each(["#", "+", "a/b", "..", "%2e", "nul\0", "plc1,O=admin", "рlc1", "x".repeat(200)])(
  "a hostile device id %j stays one name in its certificate",
  async (device) => {
    const { signer } = generateSigner("p256");
    const issued = await world.access.authority.issueDevice(device, spkiOf(signer.publicKey));
    expect(issued.names).toEqual([`urn:twinward:c-town:${encodeURIComponent(device)}`]);
    expect(issued.pem).toContain("BEGIN CERTIFICATE");
  },
);
