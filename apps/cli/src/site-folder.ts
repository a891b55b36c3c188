/** Loads the site a command names, or stops with every fault of it at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@twinward/kernel";
import { formatSiteFault, loadSite, type Site } from "@twinward/plant";

const FAULTS_SHOWN_MAX = 50;

export async function siteFrom(dir: string): Promise<Site> {
  if (!existsSync(join(dir, "site.yaml")))
    throw new UsageError(`${dir} is no site folder: it holds no site.yaml`, {
      remedy: "Make one with `twinward init`.",
    });
  const loaded = loadSite(dir);
  if (!Array.isArray(loaded)) return loaded as Site;
  const shown = loaded.slice(0, FAULTS_SHOWN_MAX).map((fault) => `  ${formatSiteFault(fault)}`);
  const rest = loaded.length > shown.length ? `\n  … and ${loaded.length - shown.length} more` : "";
  const count = loaded.length === 1 ? "a fault" : `${loaded.length} faults`;
  throw new UsageError(`the site ${dir} has ${count}:\n${shown.join("\n")}${rest}`);
}
