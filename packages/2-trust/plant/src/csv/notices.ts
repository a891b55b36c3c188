import type { Notice, Site } from "../site.ts";

/** Reads planned events (`start,end,what`, times as in the site's recorded data). Throws UsageError with the line. */
export async function readNotices(_site: Site, _path: string): Promise<Notice[]> {
  throw new Error("not built yet");
}
