/** `twinward evidence verify`: checks a data folder or a bundle without trusting whoever keeps it. */
import { type VerifyOptions, type VerifyReport, verifyLog } from "@twinward/evidence";
import type { ExitCode } from "../exit.ts";
import { plain } from "../plain-text.ts";
import { progressOn } from "../progress.ts";

interface Options {
  readonly logKey: string;
  readonly checkpoint?: string;
  readonly witness?: readonly string[];
  readonly requireAnchor?: boolean;
  readonly recompute?: boolean;
  readonly json?: boolean;
}

export async function verify(path: string, options: Options): Promise<ExitCode> {
  const progress = progressOn(process.stderr, Date.now);
  const report = await verifyLog(path, await verifyOptions(options, (done, of) => progress.at(done, of, "entries")));
  progress.end();
  if (options.json) console.log(JSON.stringify(report));
  else print(report);
  return report.ok ? 0 : 1;
}

async function verifyOptions(options: Options, onProgress: (done: number, of: number) => void): Promise<VerifyOptions> {
  const { logKey, checkpoint, witness, requireAnchor, recompute } = options;
  return {
    logKeys: [logKey],
    onProgress,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(witness === undefined ? {} : { witnesses: witness }),
    ...(requireAnchor === undefined ? {} : { requireAnchor }),
    ...(recompute ? { recompute: await recomputation() } : {}),
  };
}

/** Judging again takes longer than all else: it says what it did, on stderr, so that `--json` stays one object. */
async function recomputation(): Promise<NonNullable<VerifyOptions["recompute"]>> {
  const { recomputeLog } = await import("../recompute.ts");
  return async (log) => {
    const { problems, compared } = await recomputeLog(log);
    console.error(`recomputed: ${compared} judgements and incidents compared, ${problems.length} differ`);
    return problems;
  };
}

function print(report: VerifyReport): void {
  const { checked } = report;
  console.log(`verdict: ${report.verdict}`);
  console.log(plain(`log: ${report.origin} (site ${report.site}, time base ${report.timeBase})`));
  console.log(
    `checked: ${checked.entries} entries, ${checked.frames} frames, ${checked.bodies} bodies, ${checked.erased} erased, ${checked.files} files`,
  );
  for (const warning of report.warnings) console.log(plain(`note: ${warning}`));
  for (const problem of report.problems) console.log(plain(`${problem.code} ${problem.where}: ${problem.detail}`));
  if (report.problemsLeftOff > 0) console.log(`… and ${report.problemsLeftOff} more`);
  if (report.verdict === "consistent, NOT anchored") {
    console.log(
      "Give --checkpoint FILE or --witness VKEY from outside: whoever owns the folder could have rewritten all of it.",
    );
  }
}
