/** A site with three devices and an access over a log in a temporary folder, for tests. */
import type { LogKeeper } from "@twinward/evidence";
import { generateSigner, possessionStatement, type Signer, spkiOf, spkiPemOf } from "@twinward/frame";
import { ManualClock, toBase64 } from "@twinward/kernel";
import { type Access, openAccess } from "./access.ts";
import { openAuthority } from "./authority.ts";
import type { AccessSite } from "./enrolment.ts";
import { TestLog } from "./log.fixture.ts";
import type { Principal } from "./principal.ts";

export const START_MS = Date.UTC(2026, 0, 5);
export const SERVER = "https://127.0.0.1:8443";
export const ADMIN: Principal = { kind: "administrator", id: "0011223344556677", name: "Ada" };

export const SITE: AccessSite = {
  id: "c-town",
  devices: [
    { id: "plc1", signedAt: "device", signals: [["L_T1", "m"]] },
    { id: "plc2", signedAt: "device", signals: [["F_PU1", "L/s"]] },
    { id: "gateway", signedAt: "gateway", signals: [] },
  ],
};

export interface World {
  /** The data folder. */
  readonly dir: string;
  readonly clock: ManualClock;
  log: LogKeeper;
  access: Access;
  /** As after a restart of the process: everything from the log and the files again. */
  restart(): Promise<Access>;
  close(): Promise<void>;
}

export async function openWorld(site: AccessSite = SITE): Promise<World> {
  const clock = new ManualClock(START_MS);
  const disk = new TestLog(clock, "access");
  const { dir } = disk;
  const open = async (log: LogKeeper) => {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const authority = await openAuthority({ dataDir: dir, siteId: site.id, clock, random });
    return openAccess({ dataDir: dir, site, log, authority, clock });
  };
  const log = await disk.open();
  const world: World = {
    dir,
    clock,
    log,
    access: await open(log),
    restart: async () => {
      world.log = await disk.open();
      world.access = await open(world.log);
      return world.access;
    },
    close: () => disk.close(),
  };
  return world;
}

export interface EnrolmentKeys {
  readonly frame: Signer;
  readonly tls: Signer;
}

export function newKeys(curve: "ed25519" | "p256" = "ed25519"): EnrolmentKeys {
  return { frame: generateSigner(curve).signer, tls: generateSigner("p256").signer };
}

/** The JSON body of POST /v1/enrolments, as an honest device makes it. */
export function enrolmentRequest(device: string, secret: string, keys: EnrolmentKeys): Record<string, unknown> {
  const { frame, tls } = keys;
  return {
    v: 1,
    device,
    secret,
    framePublicKey: toBase64(frame.publicKey.raw),
    frameAlg: frame.publicKey.curve,
    proof: toBase64(frame.sign(possessionStatement(secret, frame.publicKey.raw))),
    tlsPublicKey: spkiPemOf(tls.publicKey),
    tlsProof: toBase64(tls.sign(possessionStatement(secret, spkiOf(tls.publicKey)))),
  };
}
