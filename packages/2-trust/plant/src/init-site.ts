export type SiteTemplate = "c-town" | "epanet" | "empty";
export const SITE_TEMPLATES: readonly SiteTemplate[] = ["c-town", "epanet", "empty"];

export interface InitSite {
  readonly template: SiteTemplate;
  /** Site id; default: the folder's name. */
  readonly id?: string;
  /** Path of an EPANET input file, for `epanet`. */
  readonly model?: string;
  /** Path of a CSV file whose header names the measured signals, for `epanet`. */
  readonly sensors?: string;
}

/**
 * Makes a new site folder and returns the paths written, relative to it.
 * Throws UsageError when the folder is not empty or the model cannot be used.
 */
export function initSite(_dir: string, _init: InitSite): string[] {
  throw new Error("not built yet");
}
