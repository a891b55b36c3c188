/** C-Town as the simulated plant sees it, for tests. */
import { fileURLToPath } from "node:url";
import { loadSite } from "@twinward/plant";
import { type LabSite, labSiteOf } from "./lab-site.ts";

export function siteForTests(name: "c-town" | "net1"): LabSite {
  const site = loadSite(fileURLToPath(new URL(`../../sites/${name}`, import.meta.url)));
  if (Array.isArray(site)) throw new Error(`sites/${name}: ${JSON.stringify(site)}`);
  return labSiteOf(site);
}
