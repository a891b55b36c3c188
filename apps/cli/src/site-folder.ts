/** Loads the site a command names, or stops with every fault of it at once. */
import { UsageError } from "@twinward/kernel";
import { formatSiteFault, loadSite, type Site } from "@twinward/plant";

const FAULTS_SHOWN_MAX = 50;

export async function siteFrom(dir: string): Promise<Site> {
  const loaded = await loadSite(dir);
  if (!Array.isArray(loaded)) return loaded as Site;
  const shown = loaded.slice(0, FAULTS_SHOWN_MAX).map((fault) => `  ${formatSiteFault(fault)}`);
  const rest = loaded.length > shown.length ? `\n  … and ${loaded.length - shown.length} more` : "";
  throw new UsageError(`the site ${dir} has ${loaded.length} faults:\n${shown.join("\n")}${rest}`);
}
