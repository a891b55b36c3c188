/**
 * From a folder, or from the files the log holds, to a site that can be believed, or to every fault in it at once.
 *
 * The order: site.yaml by its shape; each file it names; what the names point at; only then the site is built. A file
 * whose own shape is wrong is left out of the later steps, so that one slip is one fault and not twenty.
 */
import { assert } from "@twinward/kernel";
import { buildSite } from "./build-site.ts";
import { type LocatedText, readLocated } from "./located-text.ts";
import { readInp } from "./network/read-inp.ts";
import type { Site, SiteFile } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";
import { folderReader, type ReadFile, tooBig } from "./site-folder.ts";
import {
  FAULTS_MAX,
  MODEL_BYTES_MAX,
  SITE_BYTES_MAX,
  SITE_FILES_MAX,
  SITE_YAML_BYTES_MAX,
  THING_BYTES_MAX,
} from "./site-limits.ts";
import type { SiteOptions, SiteParts } from "./site-parts.ts";
import { referenceFaults } from "./site-references.ts";
import { type SiteYaml, siteYaml } from "./site-yaml.ts";
import { readThing, type Thing } from "./thing.ts";

const SITE_YAML = "site.yaml";

/** Reads the site in a folder. Every fault comes back at once; never throws for what the folder holds. */
export function loadSite(dir: string, options: SiteOptions = {}): Site | SiteFault[] {
  return readSite(folderReader(dir), options);
}

/** The same from files in memory: how an auditor rebuilds the site that the log holds. */
export function siteOf(files: readonly SiteFile[], options: SiteOptions = {}): Site | SiteFault[] {
  const byPath = new Map(files.map((file) => [file.path, file.bytes]));
  const read: ReadFile = (path, bytesMax, limitName) => {
    const bytes = byPath.get(path);
    if (bytes === undefined) return `${path} is missing`;
    return bytes.length > bytesMax ? tooBig(path, bytes.length, bytesMax, limitName) : bytes;
  };
  return readSite(read, options);
}

function readSite(read: ReadFile, options: SiteOptions): Site | SiteFault[] {
  const bytes = read(SITE_YAML, SITE_YAML_BYTES_MAX, "SITE_YAML_BYTES_MAX");
  if (typeof bytes === "string") return [{ file: SITE_YAML, line: 1, path: "", message: bytes }];
  const yaml = readLocated(SITE_YAML, bytes);
  if (yaml.faults.length > 0) return bounded(yaml.faults);
  const faults: SiteFault[] = [];
  const parsed = siteYaml.safeParse(yaml.value);
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => shapeFaults(yaml, issue)));
  const parts = readParts(yaml, bytes, parsed.success ? parsed.data : undefined, read, faults);
  if (parts.shape !== undefined) faults.push(...referenceFaults({ ...parts, shape: parts.shape }, options));
  if (faults.length > 0) return bounded(faults);
  assert(parts.shape !== undefined, "a site.yaml without a shape has faults");
  return buildSite({ ...parts, shape: parts.shape });
}

interface ShapeIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function shapeFaults(yaml: LocatedText, issue: ShapeIssue & { readonly keys?: readonly string[] }): SiteFault[] {
  if (issue.keys === undefined || issue.code !== "unrecognized_keys") return [yaml.fault(issue.path, issue.message)];
  return issue.keys.map((key) => yaml.fault([...issue.path, key], "is no key of a site file"));
}

function readParts(
  yaml: LocatedText,
  bytes: Uint8Array,
  shape: SiteYaml | undefined,
  read: ReadFile,
  faults: SiteFault[],
): SiteParts {
  const files: SiteFile[] = [{ path: SITE_YAML, bytes }];
  let total = bytes.length;
  const take = ({ path, at }: Named, bytesMax: number, limitName: string): Uint8Array | undefined => {
    const left = SITE_BYTES_MAX - total;
    const taken = read(path, Math.min(bytesMax, left), left < bytesMax ? "SITE_BYTES_MAX" : limitName);
    if (typeof taken === "string") {
      faults.push(yaml.fault(at, taken));
      return undefined;
    }
    total += taken.length;
    files.push({ path, bytes: taken });
    return taken;
  };
  const named = namedThings(yaml.value);
  if (named.length > SITE_FILES_MAX)
    faults.push(yaml.fault(["devices"], `name more than SITE_FILES_MAX (${SITE_FILES_MAX}) files`));
  const things = new Map<string, Thing>();
  for (const name of named.slice(0, SITE_FILES_MAX)) {
    if (things.has(name.path)) continue;
    const text = take(name, THING_BYTES_MAX, "THING_BYTES_MAX");
    if (text === undefined) continue;
    const thing = readThing(name.path, text);
    things.set(name.path, thing);
    faults.push(...thing.faults);
  }
  const model = shape?.behaviour.kind === "epanet" ? shape.behaviour.model : undefined;
  const inp =
    model === undefined || things.has(model)
      ? undefined
      : take({ path: model, at: ["behaviour", "model"] }, MODEL_BYTES_MAX, "MODEL_BYTES_MAX");
  const network = inp === undefined ? undefined : readInp(new TextDecoder().decode(inp));
  if (Array.isArray(network)) faults.push(...network.map((fault) => ({ file: model as string, path: "", ...fault })));
  return { yaml, shape, things, network: Array.isArray(network) ? undefined : network, files };
}

interface Named {
  readonly path: string;
  readonly at: readonly PropertyKey[];
}

/** The Thing Descriptions that site.yaml names, also when other parts of it are wrong. */
function namedThings(value: unknown): Named[] {
  const devices = (value as { devices?: unknown } | null)?.devices;
  if (!Array.isArray(devices)) return [];
  return devices.flatMap((device: unknown, i) => {
    const path = (device as { thing?: unknown } | null)?.thing;
    return typeof path === "string" ? [{ path, at: ["devices", i, "thing"] }] : [];
  });
}

function bounded(faults: readonly SiteFault[]): SiteFault[] {
  if (faults.length <= FAULTS_MAX) return [...faults];
  const more = faults.length - FAULTS_MAX + 1;
  const last = faults[FAULTS_MAX - 1] as SiteFault;
  return [...faults.slice(0, FAULTS_MAX - 1), { ...last, path: "", message: `and ${more} more faults` }];
}
