/** The times of a recorded file: as they are written, and how far apart. */
import { openCsv, type Site } from "@twinward/plant";

const ROWS_LOOKED_AT = 200;

export interface RowTime {
  readonly timeText: string;
  readonly timeMs: number;
}

export async function readRowTimes(site: Site, path: string): Promise<RowTime[]> {
  const { rows } = await openCsv(site, path);
  const times: RowTime[] = [];
  for await (const { timeText, timeMs } of rows) times.push({ timeText, timeMs });
  return times;
}

/** Data recorded more often than the site samples is replayed at its own pace: every row stays a row. */
export function pacedBy(site: Site, times: readonly RowTime[]): Site {
  const looked = times.slice(0, ROWS_LOOKED_AT);
  const gaps = looked.slice(1).map((time, i) => time.timeMs - (looked[i]?.timeMs ?? 0));
  const shortest = Math.min(...gaps.filter((gap) => gap > 0));
  return shortest < site.samplePeriodMs ? { ...site, samplePeriodMs: shortest } : site;
}
