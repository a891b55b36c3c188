/** A PLC in a thread of its own: enrols when it has no identity yet, then signs and sends what it is given. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { enrol, Identity } from "@twinward/device";
import { assert, isRefusal, TwinwardError } from "@twinward/kernel";
import { Plc } from "./plc.ts";
import type { FromPlc, PlcOrder, ToPlc } from "./plc-words.ts";

assert(parentPort !== null, "a PLC runs in a worker thread");
const port = parentPort;
const order = workerData as PlcOrder;
const tell = (message: FromPlc) => port.postMessage(message);

try {
  const identity = await identityOf(order);
  const { signals, profile, seed } = order;
  const plc = new Plc({ identity, signals, profile, seed, tell });
  port.on("message", (message: ToPlc) => {
    if (message.kind === "sample") plc.take(message);
    else void plc.stop().then(() => port.close());
  });
  tell({ kind: "ready", kid: identity.facts.kid, logKey: identity.facts.logKey });
} catch (error) {
  const { code = "PLC_FAILED", message } = error as Error & { code?: string };
  tell({ kind: "failed", code, message });
}

async function identityOf({ dir, token }: PlcOrder): Promise<Identity> {
  if (existsSync(join(dir, "identity.json"))) return Identity.load(dir);
  if (token === undefined) throw new TwinwardError("PLC_NO_TOKEN", "no identity and no enrolment token");
  const identity = await enrol(token, dir);
  if (isRefusal(identity)) throw new TwinwardError(identity.code, identity.detail);
  return identity;
}
