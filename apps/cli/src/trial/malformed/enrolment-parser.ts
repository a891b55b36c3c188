/** The enrolment request: JSON from somebody who holds a token, the deepest a stranger gets. */
import { join } from "node:path";
import { openAccess, openAuthority } from "@twinward/access";
import { createLog } from "@twinward/evidence";
import { possessionStatement, signerFromSeed, spkiOf, spkiPemOf } from "@twinward/frame";
import { isRefusal, seededChance, systemClock, toBase64 } from "@twinward/kernel";
import { type OpenParser, type ParserCase, tokensOf } from "./parser-case.ts";

const TOKENS = tokensOf(
  "{",
  "}",
  '"',
  "null",
  "-----BEGIN PUBLIC KEY-----\\n",
  "==",
  "\\u0000",
  "MCowBQYDK2VwAyEA",
  ",",
  "ed25519",
  "p256",
);
const BY = { kind: "administrator", id: "trial", name: "trial" } as const;

async function open(dir: string): Promise<OpenParser> {
  const chance = seededChance(3);
  const dataDir = join(dir, "enrolment");
  const site = {
    id: "trial",
    devices: [{ id: "plc1", signedAt: "device" as const, signals: [["L_T1", "m"] as const] }],
  };
  const log = await createLog({ dir: dataDir, clock: systemClock, site: "trial", timeBase: "simulated" });
  const random = (length: number) => chance.bytes(length);
  const authority = await openAuthority({ dataDir, siteId: "trial", clock: systemClock, random });
  const access = await openAccess({ dataDir, site, log, authority, clock: systemClock });
  const [frame, tls] = [signerFromSeed(chance.bytes(32)), signerFromSeed(chance.bytes(32))];
  const token = await access.issueToken({ device: "plc1", server: "https://127.0.0.1:1" }, BY);
  if (isRefusal(token)) throw new Error(token.detail);
  const request = {
    v: 1,
    device: "plc1",
    secret: token.secret,
    framePublicKey: toBase64(frame.publicKey.raw),
    frameAlg: "ed25519",
    proof: toBase64(frame.sign(possessionStatement(token.secret, frame.publicKey.raw))),
    tlsPublicKey: spkiPemOf(tls.publicKey),
    // Over the wrong statement, so that no input can use the token up and all of them get as far as the last check.
    tlsProof: toBase64(tls.sign(possessionStatement("another secret", spkiOf(tls.publicKey)))),
  };
  return {
    samples: [Buffer.from(JSON.stringify(request))],
    tokens: TOKENS,
    json: true,
    right: "ENROLMENT_PROOF",
    parse: async (input) => {
      const answer = await access.enrol(jsonOf(input), "trial");
      return isRefusal(answer) ? answer.code : "accepted";
    },
  };
}

function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(input));
  } catch {
    return undefined;
  }
}

export const ENROLMENT_PARSERS: readonly ParserCase[] = [{ name: "enrolment", open }];
