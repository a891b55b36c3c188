import { X509Certificate } from "node:crypto";
import { generateSigner, signerFromSeed } from "@twinward/frame";
import { isRefusal, toBase64, toHex } from "@twinward/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, enrolmentRequest, newKeys, openWorld, SERVER, START_MS, type World } from "./access.fixture.ts";
import type { EnrolmentAnswer } from "./enrolment.ts";
import { TOKEN_LIFE_MS } from "./tokens.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function tokenFor(device: string): Promise<string> {
  const token = await world.access.issueToken({ device, server: SERVER }, ADMIN);
  if (isRefusal(token)) throw new Error(token.code);
  return token.secret;
}

async function enrolled(device: string, keys = newKeys()): Promise<EnrolmentAnswer> {
  const answer = await world.access.enrol(enrolmentRequest(device, await tokenFor(device), keys), "test");
  if (isRefusal(answer)) throw new Error(answer.code);
  return answer;
}

const codeOf = (answer: unknown) => (isRefusal(answer) ? answer.code : "accepted");

describe("a device with a token", () => {
  test.each(["ed25519", "p256"] as const)("enrols with an %s key and is known by it at once", async (curve) => {
    const keys = newKeys(curve);
    const answer = await enrolled("plc1", keys);
    expect(answer).toMatchObject({ v: 1, device: "plc1", site: "c-town", signals: [["L_T1", "m"]] });
    expect(answer.logKey).toBe(world.log.verifierKey);
    expect(answer.kid).toBe(toHex(keys.frame.publicKey.kid));
    const registered = world.access.registry.byKid(keys.frame.publicKey.kid);
    expect(registered).toMatchObject({ device: "plc1", status: "active", signedAt: "device" });
    expect(registered?.key.curve).toBe(curve);
  });

  test("gets a client certificate of our authority that lets it in, and only to what devices may do", async () => {
    const answer = await enrolled("plc1");
    const ca = new X509Certificate(answer.caCrt);
    const certificate = new X509Certificate(answer.tlsCrt);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    const who = world.access.authenticate({
      authorization: undefined,
      certificate: certificate.raw,
      source: "10.0.0.5",
    });
    expect(who).toEqual({ kind: "device", device: "plc1" });
  });

  test("is still known after a restart, and its token still used up", async () => {
    const keys = newKeys();
    const secret = await tokenFor("plc1");
    const request = enrolmentRequest("plc1", secret, keys);
    const answer = (await world.access.enrol(request, "test")) as EnrolmentAnswer;
    await world.restart();
    expect(world.access.registry.byKid(keys.frame.publicKey.kid)).toMatchObject({ device: "plc1", status: "active" });
    const raw = new X509Certificate(answer.tlsCrt).raw;
    expect(world.access.authenticate({ authorization: undefined, certificate: raw, source: "x" })).toMatchObject({
      kind: "device",
    });
    expect(codeOf(await world.access.enrol(enrolmentRequest("plc1", secret, newKeys()), "test"))).toBe("TOKEN_INVALID");
  });

  test("that enrols again retires its first key", async () => {
    const [first, second] = [newKeys(), newKeys()];
    await enrolled("plc1", first);
    await enrolled("plc1", second);
    expect(world.access.registry.byKid(first.frame.publicKey.kid)?.status).toBe("retired");
    expect(world.access.registry.byKid(second.frame.publicKey.kid)?.status).toBe("active");
    await world.restart();
    expect(world.access.registry.byKid(first.frame.publicKey.kid)?.status).toBe("retired");
    expect(world.access.registry.byDevice("plc1")?.status).toBe("active");
  });
});

describe("a token", () => {
  test("works once, also when two requests come at the same time", async () => {
    const secret = await tokenFor("plc1");
    const answers = await Promise.all(
      [newKeys(), newKeys(), newKeys()].map((keys) =>
        world.access.enrol(enrolmentRequest("plc1", secret, keys), "test"),
      ),
    );
    expect(answers.map(codeOf).sort()).toEqual(["TOKEN_INVALID", "TOKEN_INVALID", "accepted"]);
  });

  test("is for its own device only", async () => {
    const request = enrolmentRequest("plc2", await tokenFor("plc1"), newKeys());
    expect(codeOf(await world.access.enrol(request, "test"))).toBe("TOKEN_INVALID");
  });

  test("expires, and a clock turned back does not bring it back", async () => {
    const request = enrolmentRequest("plc1", await tokenFor("plc1"), newKeys());
    world.clock.set(START_MS + TOKEN_LIFE_MS);
    expect(codeOf(await world.access.enrol(request, "test"))).toBe("TOKEN_INVALID");
    world.clock.set(START_MS);
    expect(codeOf(await world.access.enrol(request, "test"))).toBe("TOKEN_INVALID");
  });

  test("dies with the revocation of its device, also after a restart", async () => {
    await enrolled("plc1");
    const secret = await tokenFor("plc1");
    await world.access.registry.revoke("plc1", "stolen", "administrator:x");
    expect(codeOf(await world.access.enrol(enrolmentRequest("plc1", secret, newKeys()), "test"))).toBe("TOKEN_INVALID");
    await world.restart();
    expect(codeOf(await world.access.enrol(enrolmentRequest("plc1", secret, newKeys()), "test"))).toBe("TOKEN_INVALID");
  });

  test("in the hands of somebody who is enrolling dies with a revocation too, whoever is first", async () => {
    for (const ticks of [0, 1, 2, 3, 5, 8, 20]) {
      await enrolled("plc1");
      const keys = newKeys();
      const enrolling = world.access.enrol(enrolmentRequest("plc1", await tokenFor("plc1"), keys), "test");
      for (let i = 0; i < ticks; i++) await new Promise((resolve) => setImmediate(resolve));
      await world.access.registry.revoke("plc1", "stolen", "administrator:x");
      await enrolling;
      expect(world.access.registry.byDevice("plc1")?.status, `after ${ticks}`).toBe("revoked");
      await world.restart();
      expect(world.access.registry.byDevice("plc1")?.status, `after ${ticks}`).toBe("revoked");
    }
  });

  test("that is being issued dies with a revocation", async () => {
    await enrolled("plc1");
    const issuing = tokenFor("plc1");
    await world.access.registry.revoke("plc1", "stolen", "administrator:x");
    expect(codeOf(await world.access.enrol(enrolmentRequest("plc1", await issuing, newKeys()), "test"))).toBe(
      "TOKEN_INVALID",
    );
  });

  test("is only made for a device of the site", async () => {
    for (const device of ["plc99", "", "#", "+", "plc1/", "../plc1", "PLC1", "plc1\0", "рlc1", "__proto__"]) {
      expect(codeOf(await world.access.issueToken({ device, server: SERVER }, ADMIN))).toBe("DEVICE_NOT_IN_SITE");
    }
  });

  test("is in the log only as a salted hash", async () => {
    const secret = await tokenFor("plc1");
    await world.access.enrol(enrolmentRequest("plc1", secret, newKeys()), "test");
    const everything = JSON.stringify(world.log.entries(0, 1000), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    );
    for (const part of secret.split(".").slice(1)) expect(everything).not.toContain(part);
  });
});

describe("an enrolment request is refused, and uses nothing up, when", () => {
  const other = signerFromSeed(new Uint8Array(32).fill(7));
  test.each([
    ["it is no object", "ENROLMENT_MALFORMED", () => "hello"],
    ["it is null", "ENROLMENT_MALFORMED", () => null],
    ["a field is missing", "ENROLMENT_MALFORMED", (r: object) => ({ ...r, proof: undefined })],
    ["a field is inherited", "ENROLMENT_MALFORMED", (r: object) => Object.create(r)],
    ["a field is far too long", "ENROLMENT_MALFORMED", (r: object) => ({ ...r, secret: "x".repeat(5000) })],
    ["the version is another", "ENROLMENT_MALFORMED", (r: object) => ({ ...r, v: 2 })],
    ["base64 is not canonical", "ENROLMENT_MALFORMED", (r: object) => ({ ...r, proof: "AB==" })],
    ["the curve is unknown", "ENROLMENT_MALFORMED", (r: object) => ({ ...r, frameAlg: "rsa" })],
    [
      "the key has a wrong length",
      "KEY_INVALID",
      (r: object) => ({ ...r, framePublicKey: toBase64(new Uint8Array(31)) }),
    ],
    ["the key is of small order", "KEY_WEAK", (r: object) => ({ ...r, framePublicKey: toBase64(smallOrderKey()) })],
    ["the TLS key is no key", "KEY_INVALID", (r: object) => ({ ...r, tlsPublicKey: "-----BEGIN PUBLIC KEY-----" })],
    ["another key signed", "ENROLMENT_PROOF", (r: object) => ({ ...r, framePublicKey: toBase64(other.publicKey.raw) })],
    [
      "the TLS proof is missing its point",
      "ENROLMENT_PROOF",
      (r: object) => ({ ...r, tlsProof: toBase64(new Uint8Array(64)) }),
    ],
  ])("%s", async (_, code, spoil) => {
    const secret = await tokenFor("plc1");
    const keys = newKeys();
    const request = enrolmentRequest("plc1", secret, keys);
    expect(codeOf(await world.access.enrol(spoil(request), "test"))).toBe(code);
    expect(codeOf(await world.access.enrol(request, "test"))).toBe("accepted");
  });

  test("one key is to serve two purposes or two devices", async () => {
    const signer = generateSigner("p256").signer;
    const same = enrolmentRequest("plc1", await tokenFor("plc1"), { frame: signer, tls: signer });
    expect(codeOf(await world.access.enrol(same, "test"))).toBe("ENROLMENT_MALFORMED");
    const keys = newKeys();
    await enrolled("plc1", keys);
    const taken = enrolmentRequest("plc2", await tokenFor("plc2"), keys);
    expect(codeOf(await world.access.enrol(taken, "test"))).toBe("KEY_IN_USE");
    const swapped = { frame: newKeys().frame, tls: keys.tls };
    expect(codeOf(await world.access.enrol(enrolmentRequest("plc2", await tokenFor("plc2"), swapped), "test"))).toBe(
      "KEY_IN_USE",
    );
  });
});

function smallOrderKey(): Uint8Array {
  const identity = new Uint8Array(32);
  identity[0] = 1;
  return identity;
}
