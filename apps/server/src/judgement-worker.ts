/**
 * The judgement worker: reads the log on its own connection, judges, and hands groups to the one writer.
 *
 * One group is under way at a time: the next is made only after the last is durable, so the cursor, the snapshots and
 * the output never disagree. If the process dies anywhere here, the next start goes on from the last durable snapshot
 * and makes the same bytes again.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createJudge, LogFollower, loadModel, modelDigest } from "@twinward/detection";
import { openLogReader } from "@twinward/evidence";
import { assert, isRefusal, TwinwardError } from "@twinward/kernel";
import { IncidentsAndTwin } from "./downstream.ts";
import type { FromWorker, JudgementOrder, ToWorker } from "./judgement-messages.ts";

assert(parentPort !== null, "the judgement worker runs in a worker thread");
const port = parentPort;
const order = workerData as JudgementOrder;
const reader = openLogReader(order.dataDir);
const model = loadModel(order.site, order.model);
if (isRefusal(model)) throw new TwinwardError(model.code, model.detail);
const downstream = new IncidentsAndTwin(order.site);
const follower = new LogFollower({
  reader,
  site: order.site,
  judge: await createJudge(order.site, model),
  code: order.code,
  model: modelDigest(model),
  downstream,
});

let waiting = false;

function go(): void {
  if (waiting) return;
  const size = reader.size();
  const group = follower.next();
  if (group === undefined) {
    say({ type: "idle", size });
    return;
  }
  waiting = true;
  const { drafts, states, rows } = group;
  const durable = states === undefined ? { drafts } : { drafts, states };
  say({ type: "group", group: durable, rows, view: downstream.view(), events: downstream.takeEvents() });
}

function say(message: FromWorker): void {
  port.postMessage(message);
}

port.on("message", (message: ToWorker) => {
  if (message.type === "appended") waiting = false;
  go();
});
say({ type: "restored", view: downstream.view() });
go();
