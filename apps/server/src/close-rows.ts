/**
 * The end of a run with a clock of its own: every row up to the last sample is judged.
 *
 * Usually all rows have closed by then. Where a device fell silent before the end they wait for the lateness limit, and
 * only then may the run's clock pass it: time that goes on without samples is silence of every device.
 */
import type { ManualClock } from "@twinward/kernel";
import type { Runtime } from "./runtime.ts";

/** @param lastMs event time of the last sample */
export async function closeRows(runtime: Runtime, clock: ManualClock, lastMs: number): Promise<void> {
  await runtime.judgement.idle();
  if ((runtime.view()?.timeMs ?? 0) >= lastMs) return;
  const { latenessMsMax, samplePeriodMs } = runtime.site;
  clock.set(Math.max(clock.nowMs(), lastMs + latenessMsMax + samplePeriodMs));
  await runtime.ingest.beat();
  await runtime.judgement.idle();
}
