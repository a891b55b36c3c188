/** Finds C-Town's network for tests: in the repository's own site, else in the data folder beside the checkout. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cTownColumns } from "./c-town-columns.ts";
import type { LabSite } from "./lab-site.ts";

const PLACES = ["../../sites/c-town/ctown.inp", "../../../shared/data/epanet/ctown.inp"];

/** Undefined, and a line on the console, when the network is nowhere. */
export function cTownForTests(): LabSite | undefined {
  const path = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (path === undefined) console.warn("not run: tests of the simulated plant need ctown.inp");
  return path === undefined ? undefined : cTownColumns(readFileSync(path, "utf8"));
}
