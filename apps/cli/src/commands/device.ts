/** `twinward device`: identities, and sending readings by hand or from CSV. */
import { existsSync } from "node:fs";
import { type EnrolmentToken, enrol, FrameSigner, Identity, Outbox, readToken, Sender } from "@twinward/device";
import { isRefusal, type Refusal, UsageError } from "@twinward/kernel";
import { writeDurably } from "@twinward/store";
import { readCredential } from "../credential-file.ts";
import { orderToken } from "../enrolment-token.ts";
import type { ExitCode } from "../exit.ts";
import { plain } from "../plain-text.ts";
import { progressOn } from "../progress.ts";
import { readingBlocks } from "../reading-blocks.ts";
import { callServer } from "../server-call.ts";

interface EnrolWords {
  readonly server: string;
  readonly token: string;
  readonly out: string;
}

export async function enrolDevice({ server, token, out }: EnrolWords): Promise<ExitCode> {
  if (existsSync(out)) throw new UsageError(`${out} exists already; give another --out`);
  const ticket: EnrolmentToken = readToken(token);
  const identity = await enrol(ticket, out, { server });
  if (isRefusal(identity)) return refused(identity);
  console.log(`${out}: device ${identity.facts.device} of site ${identity.facts.site}, key ${identity.facts.kid}`);
  console.log(`log key: ${identity.facts.logKey}`);
  return 0;
}

interface InviteWords {
  readonly server: string;
  readonly credential: string;
  readonly out: string;
}

export async function inviteDevice(device: string, { server, credential, out }: InviteWords): Promise<ExitCode> {
  const token = await orderToken(await readCredential(credential), device, server);
  writeDurably(out, `${JSON.stringify(token, undefined, 2)}\n`, 0o600);
  console.log(`${out}: one-use token for ${device}, good until ${token.expires}`);
  console.log(`Next: twinward device enrol --server ${server} --token ${out} --out ${device}`);
  return 0;
}

interface SendWords {
  readonly identity: string;
  readonly input: string;
  readonly json?: boolean;
}

/** Exit code 1 when a frame was refused or the log itself is in doubt. */
export async function sendReadings({ identity: dir, input, json }: SendWords): Promise<ExitCode> {
  const identity = Identity.load(dir);
  const outbox = Outbox.open(identity.outboxDir);
  const counts = { frames: 0, readings: 0, proven: 0, refused: 0 };
  const progress = progressOn(process.stderr, Date.now);
  const sender = new Sender({
    identity,
    outbox,
    events: {
      onReceipt: () => progress.at(++counts.proven, undefined, "frames proven"),
      onRefused: (_frame, code, detail) => {
        counts.refused += 1;
        console.error(plain(`twinward: refused ${code}: ${detail}`));
      },
      onAlarm: (refusal) => void refused(refusal),
    },
  });
  const signer = new FrameSigner({
    signer: identity.signer,
    device: identity.facts.device,
    site: identity.facts.site,
    table: identity.table,
    chain: outbox.startBoot(),
  });
  sender.start();
  for await (const block of readingBlocks(input, identity)) {
    // Durable in the outbox before it is sent: what a crash leaves behind is sent at the next start.
    outbox.put(signer.sign(block));
    await outbox.flush();
    sender.nudge();
    counts.frames += 1;
    counts.readings += block.values.length;
  }
  await sender.drained();
  const inDoubt = sender.state === "alarm";
  sender.stop();
  await outbox.close();
  progress.end();
  if (json) console.log(JSON.stringify(counts));
  else
    console.log(
      `${counts.frames} frames with ${counts.readings} readings sent, ${counts.proven} proven, ${counts.refused} refused`,
    );
  return counts.refused > 0 || inDoubt ? 1 : 0;
}

interface ListWords {
  readonly server: string;
  readonly credential: string;
  readonly json?: boolean;
}

interface ListedDevice {
  readonly id: string;
  readonly status: string;
  readonly lastSeen: string | null;
  readonly signals: readonly string[];
}

export async function listDevices({ server, credential, json }: ListWords): Promise<ExitCode> {
  const { caCrt: ca, token } = await readCredential(credential);
  const listed = (await callServer({ server, ca, token, path: "/v1/devices" })) as { items: ListedDevice[] };
  if (json) console.log(JSON.stringify(listed));
  else
    for (const { id, status, lastSeen, signals } of listed.items)
      console.log(
        plain(
          `${id.padEnd(16)} ${status.padEnd(14)} ${(lastSeen ?? "never seen").padEnd(26)} ${signals.length} signals`,
        ),
      );
  return 0;
}

function refused({ code, detail }: Refusal): ExitCode {
  console.error(plain(`twinward: ${detail} (${code})`));
  return 1;
}
