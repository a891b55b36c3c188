/** Files we made are only given out when they load: an id, a title or a sensor of the operator can be wrong. */
import { UsageError } from "@twinward/kernel";
import { siteOf } from "./load-site.ts";
import type { SiteFile } from "./site.ts";
import { formatSiteFault } from "./site-fault.ts";

/** The same files. Throws UsageError with the first faults. */
export function provenSite(files: SiteFile[]): SiteFile[] {
  const site = siteOf(files);
  if (!Array.isArray(site)) return files;
  throw new UsageError(`no site can be made of this: ${site.slice(0, 5).map(formatSiteFault).join("; ")}`);
}
