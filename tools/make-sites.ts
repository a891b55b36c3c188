/**
 * Writes the generated files of the example sites from the models that lie in them.
 *
 *   node --conditions=source tools/make-sites.ts
 *
 * A test of the plant package checks that the committed folders are what this writes.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cTownSite, net1Site } from "../packages/2-trust/plant/src/water/example-sites.ts";

const sites = join(import.meta.dirname, "../sites");

function write(name: string, model: string, make: typeof cTownSite): void {
  for (const file of make(readFileSync(join(sites, name, model)))) {
    const path = join(sites, name, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.bytes);
  }
}

write("c-town", "model/ctown.inp", cTownSite);
write("net1", "model/Net1.inp", net1Site);
