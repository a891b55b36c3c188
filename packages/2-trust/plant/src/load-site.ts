/**
 * From a folder, or from the files the log holds, to a site that can be believed, or to every fault in it at once.
 *
 * The order: site.yaml by its shape; each file it names; what the names point at; only then the site is built. A file
 * whose own shape is wrong is left out of the later steps, so that one slip is one fault and not twenty.
 */
import { buildSite } from "./build-site.ts";
import { type LocatedText, readLocated } from "./located-text.ts";
import { readNamedFiles, SITE_YAML } from "./named-files.ts";
import type { Site, SiteFile } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";
import { folderReader, type ReadFile, tooBig } from "./site-folder.ts";
import { FAULTS_MAX, SITE_YAML_BYTES_MAX } from "./site-limits.ts";
import type { SiteOptions } from "./site-parts.ts";
import { referenceFaults } from "./site-references.ts";
import { siteYaml } from "./site-yaml.ts";

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
  const shape = siteYaml.safeParse(yaml.value);
  const { parts, faults } = readNamedFiles(yaml, bytes, read);
  if (!shape.success) {
    return bounded([...shape.error.issues.flatMap((issue) => shapeFaults(yaml, issue)), ...faults]);
  }
  const shaped = { ...parts, shape: shape.data };
  const all = [...faults, ...referenceFaults(shaped, options)];
  return all.length > 0 ? bounded(all) : buildSite(shaped);
}

interface ShapeIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function shapeFaults(yaml: LocatedText, issue: ShapeIssue & { readonly keys?: readonly string[] }): SiteFault[] {
  if (issue.keys === undefined || issue.code !== "unrecognized_keys") return [yaml.fault(issue.path, issue.message)];
  return issue.keys.slice(0, FAULTS_MAX).map((key) => yaml.fault([...issue.path, key], "is no key of a site file"));
}

/** In the order of reading: site.yaml first, each file from top to bottom, and not more than FAULTS_MAX. */
function bounded(found: readonly SiteFault[]): SiteFault[] {
  const rank = (fault: SiteFault) => (fault.file === SITE_YAML ? "" : fault.file);
  const faults = found.toSorted((a, b) => (rank(a) === rank(b) ? a.line - b.line : rank(a) < rank(b) ? -1 : 1));
  if (faults.length <= FAULTS_MAX) return [...faults];
  const more = faults.length - FAULTS_MAX + 1;
  const last = faults[FAULTS_MAX - 1] as SiteFault;
  return [...faults.slice(0, FAULTS_MAX - 1), { ...last, path: "", message: `and ${more} more faults` }];
}
