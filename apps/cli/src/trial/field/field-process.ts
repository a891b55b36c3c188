/**
 * The devices of the trial, in a process of their own that can be killed: they sign, keep, send, and write down for the
 * checker what they signed (before anything can send it) and every proof they were given.
 *
 * Lines of the record: `S device boot sequence digest`, `P base64(proof)`, `R device code`, `A code`.
 */
import { appendFileSync } from "node:fs";
import { FrameSigner, Identity, Outbox, Sender } from "@twinward/device";
import { blockOf, type Chance, isRefusal, seededChance, toHex } from "@twinward/kernel";

const [recordPath = "", seed = "1", stop = "never", ...dirs] = process.argv.slice(2);
/** Frames of one device that may wait for their proofs; beyond it the device measures nothing new. */
const WAITING_MAX = 512;
const FRAMES_AT_ONCE = 32;
const HOUR_MS = 3_600_000;
/** Measured long ago, sent now: backfill closes rows, so that judging goes on under load. It must never reach today. */
const MEASURED_FROM_MS = Date.UTC(1980, 0, 1);
const BETWEEN_FRAMES_MS = 300_000;

appendFileSync(recordPath, "\n");
const note = (line: string) => appendFileSync(recordPath, `${line}\n`);

interface Working {
  readonly sender: Sender;
  readonly outbox: Outbox;
  work(): Promise<boolean>;
}

function deviceIn(dir: string, chance: Chance): Working {
  const identity = Identity.load(dir);
  const { device, site } = identity.facts;
  const outbox = Outbox.open(identity.outboxDir);
  const chain = outbox.startBoot();
  const sender = new Sender({
    identity,
    outbox,
    uniform: () => 0,
    transport: "websocket",
    // A trial has no patience for long pauses after kills.
    after: (ms, run) => {
      const timer = setTimeout(run, Math.min(ms, ms > 20_000 ? ms : 300));
      return () => clearTimeout(timer);
    },
    events: {
      onReceipt: (_frame, _receipt, proof) => note(`P ${Buffer.from(proof).toString("base64")} .`),
      onState: (state, reason) => console.log(`${device}: ${state} ${reason}`),
      onRefused: (_frame, code) => note(`R ${device} ${code}`),
      onAlarm: (refusal) => note(`A ${isRefusal(refusal) ? refusal.code : "?"}`),
    },
  });
  const signer = new FrameSigner({ signer: identity.signer, device, site, table: identity.table, chain });
  // Each boot measures a time of its own.
  let timeMs = MEASURED_FROM_MS + chain.boot * 500 * HOUR_MS;
  const measure = () => {
    timeMs += BETWEEN_FRAMES_MS;
    const signals = identity.table.names;
    return blockOf(signals.map((signal) => ({ signal, timeMs, value: 35 + 5 * chance.uniform(), quality: 0 })));
  };
  const work = async () => {
    if (outbox.pendingCount >= WAITING_MAX) return false;
    for (let i = 0; i < FRAMES_AT_ONCE; i++) {
      const sequence = signer.sequence;
      const frame = signer.sign(measure());
      note(`S ${device} ${chain.boot} ${sequence} ${toHex(frame.digest)}`);
      outbox.put(frame);
    }
    await outbox.flush();
    sender.nudge();
    return true;
  };
  sender.start();
  return { sender, outbox, work };
}

const devices = dirs.map((dir, i) => deviceIn(dir, seededChance(Number(seed) * 31 + i)));

/** `drain`: sign nothing new, deliver what waits, and end. */
if (stop === "drain") {
  await Promise.all(devices.map(({ sender }) => sender.drained()));
  process.exit(devices.some(({ outbox }) => outbox.pendingCount > 0) ? 1 : 0);
}
for (;;) {
  const worked = await Promise.all(devices.map((device) => device.work()));
  await new Promise((resolve) => setTimeout(resolve, worked.includes(true) ? 1 : 10));
}
