import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRefusal } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, openWorld, SERVER, START_MS, type World } from "./access.fixture.ts";
import { SETUP_LINK_LIFE_MS } from "./administrators.ts";
import { WRONG_SECRETS_MAX } from "./attempts.ts";
import { ACTIONS, type Action } from "./decision.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const codeOf = (answer: unknown) => (isRefusal(answer) ? answer.code : "accepted");
const bearer = (token: string, source = "10.0.0.9") => ({
  authorization: `Bearer ${token}`,
  certificate: undefined,
  source,
});

async function setupSecret(): Promise<string> {
  const path = await world.access.openSetup(SERVER);
  return (
    readFileSync(path ?? "", "utf8")
      .trim()
      .split("#")[1] ?? ""
  );
}

async function administrator(): Promise<string> {
  const credential = await world.access.useSetup(await setupSecret(), "Ada", "127.0.0.1");
  if (isRefusal(credential)) throw new Error(credential.code);
  return credential.token;
}

describe("the set-up link", () => {
  test("makes the first administrator, once", async () => {
    const secret = await setupSecret();
    const [one, two] = await Promise.all([
      world.access.useSetup(secret, "Ada", "127.0.0.1"),
      world.access.useSetup(secret, "Eve", "127.0.0.1"),
    ]);
    expect([codeOf(one), codeOf(two)]).toEqual(["accepted", "SETUP_LINK_INVALID"]);
    expect(world.access.isSetUp()).toBe(true);
    expect(await world.access.openSetup(SERVER)).toBeUndefined();
    expect(readdirSync(world.dir)).not.toContain("setup-link");
  });

  test("lies in a file only its owner can read, as do all keys", async () => {
    await setupSecret();
    await world.access.serverCertificate(["localhost", "127.0.0.1"]);
    const files = readdirSync(world.dir, { recursive: true, encoding: "utf8" }).map((name) => join(world.dir, name));
    const kinds = files.filter((path) => path.includes("/keys") || path.endsWith("setup-link"));
    expect(kinds.length).toBeGreaterThanOrEqual(6);
    for (const path of kinds) expect(statSync(path).mode & 0o077, path).toBe(0);
  });

  test("dies after fifteen minutes", async () => {
    const secret = await setupSecret();
    world.clock.set(START_MS + SETUP_LINK_LIFE_MS);
    expect(codeOf(await world.access.useSetup(secret, "Eve", "x"))).toBe("SETUP_LINK_INVALID");
  });

  test("of before a restart is worthless", async () => {
    const secret = await setupSecret();
    await world.restart();
    await setupSecret();
    expect(codeOf(await world.access.useSetup(secret, "Eve", "x"))).toBe("SETUP_LINK_INVALID");
  });
});

describe("before set-up", () => {
  test("only health and the set-up link answer, whoever asks", () => {
    const principals: Principal[] = [ANONYMOUS, ADMIN, { kind: "device", device: "plc1" }];
    for (const principal of principals) {
      const allowed = ACTIONS.filter((action) => world.access.allow(principal, action, "x") === undefined);
      expect(allowed).toEqual(["health.read", "setup.use"]);
    }
  });
});

describe("the decision table", () => {
  const allowed = (principal: Principal) =>
    ACTIONS.filter((action) => world.access.allow(principal, action, "x") === undefined);

  test("is as written: nobody, a device, an administrator", async () => {
    await administrator();
    expect(allowed(ANONYMOUS)).toEqual(["health.read", "setup.use", "enrolment.use"]);
    expect(allowed({ kind: "device", device: "plc1" })).toEqual([
      "health.read",
      "setup.use",
      "enrolment.use",
      "frame.send",
      "proof.read",
      "checkpoint.read",
    ]);
    expect(allowed(ADMIN)).toEqual([...ACTIONS]);
  });

  test("denies every word that is not in it, however spelled", async () => {
    await administrator();
    const spellings = ["", "Frame.Send", "twin.read/", "twin.read%2e", "*", "twin.*", "__proto__", "constructor"];
    for (const word of spellings) expect(codeOf(world.access.allow(ADMIN, word as Action, "x"))).toBe("FORBIDDEN");
  });

  test("tells a stranger to say who they are, and a known one that they may not", async () => {
    await administrator();
    expect(codeOf(world.access.allow(ANONYMOUS, "twin.read", "x"))).toBe("UNAUTHENTICATED");
    expect(codeOf(world.access.allow({ kind: "device", device: "plc1" }, "twin.read", "x"))).toBe("FORBIDDEN");
  });
});

describe("a bearer credential", () => {
  test("names its administrator, also after a restart, until it is revoked", async () => {
    const token = await administrator();
    const who = world.access.authenticate(bearer(token)) as Principal & { id: string };
    expect(who).toMatchObject({ kind: "administrator", name: "Ada" });
    await world.restart();
    expect(world.access.authenticate(bearer(token))).toEqual(who);
    await world.access.revokeCredential(who.id, ADMIN);
    expect(codeOf(world.access.authenticate(bearer(token)))).toBe("UNAUTHENTICATED");
    await world.restart();
    expect(codeOf(world.access.authenticate(bearer(token)))).toBe("UNAUTHENTICATED");
    expect(world.access.isSetUp()).toBe(true);
    expect(codeOf(await world.access.revokeCredential(who.id, ADMIN))).toBe("CREDENTIAL_UNKNOWN");
  });

  test("opens nothing when a single character differs", async () => {
    const token = await administrator();
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const spoiled = token.slice(0, at) + character + token.slice(at + 1);
        fc.pre(spoiled !== token);
        expect(isRefusal(world.access.authenticate(bearer(spoiled)))).toBe(true);
      }),
    );
  });

  test.each(["", "Bearer", "Bearer ", "Basic YWRtaW46YWRtaW4=", "Bearer admin", "bearer null", "Bearer \u0000"])(
    "%j is nobody's",
    async (authorization) => {
      await administrator();
      const facts = { authorization, certificate: undefined, source: "x" };
      expect(codeOf(world.access.authenticate(facts))).toBe("UNAUTHENTICATED");
    },
  );

  test("nothing shown is anonymous, a certificate we never issued is refused", async () => {
    await administrator();
    const nothing = { authorization: undefined, certificate: undefined, source: "x" };
    expect(world.access.authenticate(nothing)).toEqual(ANONYMOUS);
    expect(codeOf(world.access.authenticate({ ...nothing, certificate: new Uint8Array(300) }))).toBe("UNAUTHENTICATED");
  });
});

describe("guessing", () => {
  test("is told off after a few tries, without locking out the rightful holder", async () => {
    const token = await administrator();
    const guess = () => codeOf(world.access.authenticate(bearer(`0011223344556677.${"A".repeat(43)}`)));
    const answers = Array.from({ length: WRONG_SECRETS_MAX + 2 }, guess);
    expect(answers.slice(-2)).toEqual(["TOO_MANY_ATTEMPTS", "TOO_MANY_ATTEMPTS"]);
    expect(codeOf(world.access.authenticate(bearer(token)))).toBe("accepted");
    world.clock.set(START_MS + 61_000);
    expect(guess()).toBe("UNAUTHENTICATED");
  });

  test("at the set-up link and the token counts too", async () => {
    const attempts = Array.from({ length: WRONG_SECRETS_MAX + 1 }, () => world.access.useSetup("nothing", "Eve", "a"));
    expect(codeOf((await Promise.all(attempts)).at(-1))).toBe("TOO_MANY_ATTEMPTS");
    expect(codeOf(await world.access.useSetup("nothing", "Eve", "b"))).toBe("SETUP_LINK_INVALID");
  });
});

describe("the private authority", () => {
  test("is the same after a restart, its certificates have their digests in the log", async () => {
    const spki = world.access.authority.spkiHash;
    const first = await world.access.serverCertificate(["localhost"]);
    await world.restart();
    expect(world.access.authority.spkiHash).toBe(spki);
    expect(await world.access.serverCertificate(["localhost"])).toEqual(first);
    const acts = world.log.entries(0, 100, ["administrator"]).map(({ facts }) => [facts.act, facts.purpose]);
    expect(acts).toEqual([
      ["certificate", "ca"],
      ["certificate", "server"],
    ]);
  });

  test("makes another server certificate for other hosts and before the old one expires", async () => {
    const first = await world.access.serverCertificate(["localhost"]);
    const second = await world.access.serverCertificate(["localhost", "10.1.2.3"]);
    expect(second.certificate).not.toBe(first.certificate);
    world.clock.set(START_MS + 370 * 86_400_000);
    const third = await world.access.serverCertificate(["localhost", "10.1.2.3"]);
    expect(third.certificate).not.toBe(second.certificate);
  });

  test("does not start with a key that others could read, with half of itself, or beside a foreign log", async () => {
    const other = await openWorld();
    writeFileSync(join(world.dir, "keys/ca.crt"), readFileSync(join(other.dir, "keys/ca.crt")));
    await expect(world.restart()).rejects.toMatchObject({ code: "CA_BROKEN" });
    writeFileSync(join(world.dir, "keys/ca.key"), readFileSync(join(other.dir, "keys/ca.key")));
    await expect(world.restart()).rejects.toMatchObject({ code: "CA_FOREIGN" });
    writeFileSync(join(world.dir, "loose"), "");
    const { chmodSync } = await import("node:fs");
    chmodSync(join(world.dir, "keys/ca.key"), 0o644);
    await expect(world.restart()).rejects.toMatchObject({ code: "KEY_FILE_MODE" });
    await other.close();
  });
});
