/** The site as the log holds it: by content, so that an auditor needs no folder from us. */
import type { LogReader } from "@twinward/evidence";
import { fromBase64, type Refusal, refuse } from "@twinward/kernel";
import { type Site, siteOf } from "@twinward/plant";

const VERSIONS_MAX = 10_000;

/** The newest version. */
export function siteInLog(log: LogReader): Site | Refusal<"SITE_NOT_IN_LOG"> {
  const entry = log.entries(0, VERSIONS_MAX, ["site"]).at(-1);
  const body = entry === undefined ? undefined : log.body(entry.index);
  if (entry === undefined || !(body instanceof Uint8Array))
    return refuse("SITE_NOT_IN_LOG", "operator", "the log holds no site");
  const { files } = JSON.parse(new TextDecoder().decode(body)) as { files: { path: string; base64: string }[] };
  const site = siteOf(files.map((file) => ({ path: file.path, bytes: fromBase64(file.base64) ?? new Uint8Array() })));
  if (Array.isArray(site)) return refuse("SITE_NOT_IN_LOG", "operator", `the site of entry ${entry.index} has faults`);
  // A run on recorded data may have been paced by the data.
  return { ...(site as Site), samplePeriodMs: Number(entry.facts.samplePeriodMs ?? (site as Site).samplePeriodMs) };
}
