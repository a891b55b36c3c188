/** Door and access together: a device enrols, sends, enrols again, is revoked. */
import { randomBytes } from "node:crypto";
import { openAccess, openAuthority } from "@twinward/access";
import { generateSigner, possessionStatement, type Signer, spkiOf, spkiPemOf } from "@twinward/frame";
import { isRefusal, ManualClock, toBase64 } from "@twinward/kernel";
import { expect, test } from "vitest";
import { codeOf, SITE, START_MS, TestDevice, VIA } from "./door.fixture.ts";
import { createIngest } from "./door.ts";
import { TestLog } from "./log.fixture.ts";

function request(secret: string, frame: Signer) {
  const tls = generateSigner("p256").signer;
  return {
    v: 1,
    device: "plc1",
    secret,
    framePublicKey: toBase64(frame.publicKey.raw),
    frameAlg: frame.publicKey.curve,
    proof: toBase64(frame.sign(possessionStatement(secret, frame.publicKey.raw))),
    tlsPublicKey: spkiPemOf(tls.publicKey),
    tlsProof: toBase64(tls.sign(possessionStatement(secret, spkiOf(tls.publicKey)))),
  };
}

test("from the token to the proof, and to the end", async () => {
  const clock = new ManualClock(START_MS);
  const disk = new TestLog(clock, "enrolled");
  const log = await disk.open();
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const authority = await openAuthority({ dataDir: disk.dir, siteId: SITE.id, clock, random });
  const devices = SITE.devices.map(({ id, signedAt }) => ({ id, signedAt, signals: [["L_T1", "m"]] as const }));
  const access = await openAccess({ dataDir: disk.dir, site: { id: SITE.id, devices }, log, authority, clock });
  const { registry, ledger } = access;
  const door = await createIngest({
    site: SITE,
    log,
    registry,
    ledger,
    clock,
    timer: () => ({ stop: () => undefined }),
  });
  const by = { kind: "administrator", id: "0011223344556677", name: "Ada" } as const;
  const enrol = async (signer: Signer) => {
    const token = await access.issueToken({ device: "plc1", server: "https://localhost" }, by);
    if (isRefusal(token)) throw new Error(token.code);
    expect(isRefusal(await access.enrol(request(token.secret, signer), "test"))).toBe(false);
    return Object.assign(new TestDevice("plc1", 1), { signer });
  };
  const send = async (bytes: Uint8Array) => codeOf(await door.accept(bytes, VIA));

  const first = await enrol(generateSigner("ed25519").signer);
  expect(await send(first.next())).toBe("accepted");
  const second = await enrol(generateSigner("p256").signer);
  Object.assign(second, { boot: 2, previous: first.previous });
  expect(await send(first.next())).toBe("KEY_RETIRED");
  expect(await send(second.next())).toBe("accepted");
  const revoking = registry.revoke("plc1", "stolen", "administrator:0011223344556677");
  expect(await send(second.next())).toBe("DEVICE_REVOKED");
  await revoking;
  expect(door.health().devices[0]).toMatchObject({ device: "plc1", openLinks: 0 });
  await door.stop();
  expect(log.entries(0, 100, ["refusals"]).map(({ facts }) => facts.code)).toEqual(["KEY_RETIRED", "DEVICE_REVOKED"]);
  await disk.close();
});
