/**
 * The plant side of the demo: a real server on loopback, nine PLC threads that enrol, sign and send over TLS, and the
 * simulated town they measure.
 */
import type { EnrolmentToken } from "@twinward/device";
import type { ManualClock } from "@twinward/kernel";
import { openPlant, type PlacedScenario, type PlcFleet, type SimulatedPlant, startPlcs } from "@twinward/lab";
import { closeRows, type Runtime, type Server, startServer } from "@twinward/server";
import type { CredentialFile } from "../credential-file.ts";
import { orderToken } from "../enrolment-token.ts";
import { redeemSetupLink } from "../setup-link.ts";
import { DEMO_MISMATCH, DEMO_START_MS, type DemoSite } from "./demo-site.ts";

/** The plant waits for the judge when it is this many rows ahead. */
const UNJUDGED_ROWS_MAX = 64;

export interface DemoPlant {
  readonly server: Server;
  readonly credential: CredentialFile;
  readonly fleet: PlcFleet;
  readonly plant: SimulatedPlant;
}

export async function openDemoPlant(
  demo: DemoSite,
  runtime: Runtime,
  dataDir: string,
  seed: number,
  plan: readonly PlacedScenario[],
): Promise<DemoPlant> {
  const server = await startServer(runtime, { listen: { host: "127.0.0.1", port: 0 } });
  const credential = await redeemSetupLink(server.setupLink ?? "", "demo");
  const tokens = new Map<string, EnrolmentToken>();
  for (const device of demo.site.devices) tokens.set(device.id, await orderToken(credential, device.id));
  const fleet = await startPlcs({ site: demo.lab, dir: `${dataDir}.plcs`, tokens, seed, outstandingMax: 0 });
  const events = plan.flatMap((scenario) => scenario.events);
  const plant = await openPlant({ site: demo.lab, seed, mismatch: DEMO_MISMATCH, startMs: DEMO_START_MS, events });
  return { server, credential, fleet, plant };
}

export async function closeDemoPlant({ server, fleet, plant }: DemoPlant): Promise<void> {
  await fleet.stop();
  plant.close();
  await server.stop();
}

export interface Pace {
  /** Whether to go on with the sample at this simulated time; waits as long as the pace asks. */
  go(timeMs: number): Promise<boolean>;
}

/** Lets the town live until the pace says stop; returns the time of the last sample. */
export async function live(
  { plant, fleet }: DemoPlant,
  runtime: Runtime,
  clock: ManualClock,
  pace: Pace,
): Promise<number> {
  let lastMs = DEMO_START_MS;
  let rows = 0;
  for (const step of plant.steps()) {
    if (!(await pace.go(step.timeMs))) break;
    clock.set(step.timeMs);
    await fleet.send(step);
    await runtime.ingest.beat();
    rows += 1;
    lastMs = step.timeMs;
    if (rows - runtime.judgement.rows > UNJUDGED_ROWS_MAX) await catchUp(runtime, rows - UNJUDGED_ROWS_MAX / 2);
  }
  await fleet.drained();
  await closeRows(runtime, clock, lastMs);
  return lastMs;
}

/** A silent device holds rows back for the lateness limit: then the judge cannot catch up, and is not waited for. */
async function catchUp(runtime: Runtime, rows: number): Promise<void> {
  const waitedMax = 200;
  for (let waited = 0; runtime.judgement.rows < rows && waited < waitedMax; waited++) {
    if (runtime.judgement.lagEntries === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
