/** A writer that can be killed: appends frames of one device in bursts and prints each proof once it has it. */
import { writeSync } from "node:fs";
import { ManualClock } from "@twinward/kernel";
import type { Receipt } from "./entry.ts";
import { openLog } from "./index.ts";
import { START_MS, TestDevice } from "./log.fixture.ts";

const BURST = 40;
const [dir = "", boot = "1", anchor = ""] = process.argv.slice(2);
const log = await openLog({ dir, clock: new ManualClock(START_MS), checkpointOut: anchor });
const device = new TestDevice("plc1", Number(boot));
await log.append(device.registration());
for (;;) {
  const drafts = Array.from({ length: BURST }, () => device.frame());
  const receipts = (await Promise.all(drafts.map((draft) => log.append(draft)))) as Receipt[];
  for (const receipt of receipts) writeSync(1, `${JSON.stringify(receipt.proof())}\n`);
}
