import type { Site, SiteFile } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";

export interface SiteOptions {
  /** Says what is wrong with a CEL rule, or undefined when it compiles. Without it rules are taken as they are. */
  readonly checkRule?: (rule: string) => string | undefined;
}

/** Reads the site in a folder. Every fault comes back at once; never throws for what the folder holds. */
export function loadSite(_dir: string, _options: SiteOptions = {}): Site | SiteFault[] {
  throw new Error("not built yet");
}

/** The same from files in memory: how an auditor rebuilds the site that the log holds. */
export function siteOf(_files: readonly SiteFile[], _options: SiteOptions = {}): Site | SiteFault[] {
  throw new Error("not built yet");
}
