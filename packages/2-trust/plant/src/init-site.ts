/**
 * A new site folder from a template. Never writes into a folder that holds anything.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TwinwardError, UsageError } from "@twinward/kernel";
import { emptySite } from "./empty-site.ts";
import type { SiteFile } from "./site.ts";
import { makeWaterSite } from "./water/make-water-site.ts";
import { sensorList } from "./water/sensor-list.ts";

export type SiteTemplate = "c-town" | "epanet" | "empty";
export const SITE_TEMPLATES: readonly SiteTemplate[] = ["c-town", "epanet", "empty"];

export interface InitSite {
  readonly template: SiteTemplate;
  /** Site id; default: made from the folder's name. C-Town keeps its own. */
  readonly id?: string;
  /** Path of an EPANET input file, for `epanet`. */
  readonly model?: string;
  /** Path of a CSV file whose header names the measured signals, for `epanet`. */
  readonly sensors?: string;
}

/** The example sites lie beside the packages in a clone; src and dist are equally deep. */
const SITES = fileURLToPath(new URL("../../../../sites/", import.meta.url));

/**
 * Makes a new site folder and returns the paths written, relative to it.
 * Throws UsageError when the folder is not empty or the model or the sensors cannot be used.
 */
export function initSite(dir: string, init: InitSite): string[] {
  const files = init.template === "c-town" ? undefined : templateFiles(dir, init);
  if (files === undefined && (init.model !== undefined || init.sensors !== undefined)) {
    throw new UsageError("template c-town brings its own model and sensors: use --template epanet");
  }
  refuseFilled(dir);
  try {
    if (files === undefined) return copyExample(dir, "c-town");
    for (const file of files) {
      const path = join(dir, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.bytes, { flag: "wx" });
    }
    return files.map((file) => file.path);
  } catch (cause) {
    if (cause instanceof TwinwardError) throw cause;
    throw new TwinwardError("SITE_NOT_WRITTEN", `${dir} cannot be written`, { cause });
  }
}

function templateFiles(dir: string, init: InitSite): SiteFile[] {
  const id = init.id ?? siteIdOf(dir);
  if (init.template === "empty") return emptySite(id);
  if (init.template !== "epanet") {
    throw new UsageError(`no template is called "${String(init.template)}": use ${SITE_TEMPLATES.join(", ")}`);
  }
  if (init.model === undefined) throw new UsageError("template epanet needs a model: --model FILE.inp");
  const inp = modelBytes(init.model);
  if (init.sensors === undefined) return makeWaterSite({ id, inp, modelPath: "model/network.inp" });
  const { sensors, csv, samplePeriodMs } = sensorList(init.sensors);
  const period = samplePeriodMs === undefined ? {} : { samplePeriodMs };
  return makeWaterSite({ id, inp, modelPath: "model/network.inp", sensors, csv, ...period });
}

/** A folder name becomes a site id: lower case, everything else a dash. */
function siteIdOf(dir: string): string {
  const id = basename(resolve(dir))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);
  return id === "" ? "site" : id;
}

function modelBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read: ${code ?? "unknown cause"}`, { cause });
  }
}

function refuseFilled(dir: string): void {
  let names: string[];
  try {
    names = existsSync(dir) ? readdirSync(dir) : [];
  } catch (cause) {
    throw new UsageError(`${dir} is not a folder`, { cause });
  }
  if (names.length > 0)
    throw new UsageError(`${dir} is not empty`, { remedy: "name a folder that is empty or not there yet" });
}

function copyExample(dir: string, name: string): string[] {
  const from = join(SITES, name);
  if (!existsSync(join(from, "site.yaml"))) {
    throw new TwinwardError("TEMPLATE_MISSING", `the example site ${name} is not installed here`, {
      remedy: "run from a clone of the repository, or use --template epanet with your own model",
    });
  }
  cpSync(from, dir, { recursive: true });
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(dir, "/").length))
    .sort();
}
