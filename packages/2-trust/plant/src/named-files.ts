/**
 * The files a site.yaml names: Thing Descriptions and the model, each read once, within the limits of a site.
 *
 * They are looked for even when site.yaml has not its shape, so that all faults of a site come out at once.
 */
import type { LocatedText } from "./located-text.ts";
import type { Network } from "./network/network.ts";
import { readInp } from "./network/read-inp.ts";
import type { SiteFile } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";
import type { ReadFile } from "./site-folder.ts";
import { MODEL_BYTES_MAX, SITE_BYTES_MAX, SITE_FILES_MAX, THING_BYTES_MAX } from "./site-limits.ts";
import type { SiteParts } from "./site-parts.ts";
import { readThing, type Thing } from "./thing.ts";

export const SITE_YAML = "site.yaml";

interface NamedFile {
  readonly path: string;
  /** Where in site.yaml it is named. */
  readonly at: readonly PropertyKey[];
}

/** Reads what `yaml` names. @param bytes of site.yaml itself, which counts too */
export function readNamedFiles(
  yaml: LocatedText,
  bytes: Uint8Array,
  read: ReadFile,
): { parts: SiteParts; faults: SiteFault[] } {
  const taking = new Taking(yaml, bytes, read);
  const things = new Map<string, Thing>();
  for (const name of namedThings(yaml.value)) {
    const text = things.has(name.path) ? undefined : taking.take(name, THING_BYTES_MAX, "THING_BYTES_MAX");
    if (text === undefined) continue;
    const thing = readThing(name.path, text);
    things.set(name.path, thing);
    taking.faults.push(...thing.faults);
  }
  const network = readModel(yaml.value, taking);
  return { parts: { yaml, things, network, files: taking.files }, faults: taking.faults };
}

function readModel(value: unknown, taking: Taking): Network | undefined {
  const path = (value as { behaviour?: { model?: unknown } | null } | null)?.behaviour?.model;
  if (typeof path !== "string") return undefined;
  const bytes = taking.take({ path, at: ["behaviour", "model"] }, MODEL_BYTES_MAX, "MODEL_BYTES_MAX");
  if (bytes === undefined) return undefined;
  const network = readInp(new TextDecoder().decode(bytes));
  if (!Array.isArray(network)) return network;
  taking.faults.push(...network.map((fault) => ({ file: path, path: "", ...fault })));
  return undefined;
}

/** Files taken so far, and what was wrong with those that were not. */
class Taking {
  readonly files: SiteFile[];
  readonly faults: SiteFault[] = [];
  readonly #yaml: LocatedText;
  readonly #read: ReadFile;
  #bytes: number;

  constructor(yaml: LocatedText, bytes: Uint8Array, read: ReadFile) {
    this.files = [{ path: SITE_YAML, bytes }];
    this.#yaml = yaml;
    this.#read = read;
    this.#bytes = bytes.length;
  }

  take({ path, at }: NamedFile, bytesMax: number, limitName: string): Uint8Array | undefined {
    const left = SITE_BYTES_MAX - this.#bytes;
    const taken =
      this.#refusal(path) ?? this.#read(path, Math.min(bytesMax, left), left < bytesMax ? "SITE_BYTES_MAX" : limitName);
    if (typeof taken === "string") {
      this.faults.push(this.#yaml.fault(at, taken));
      return undefined;
    }
    this.#bytes += taken.length;
    this.files.push({ path, bytes: taken });
    return taken;
  }

  #refusal(path: string): string | undefined {
    if (this.files.some((file) => file.path === path)) return `${path} is used for something else already`;
    return this.files.length >= SITE_FILES_MAX ? `names more than SITE_FILES_MAX (${SITE_FILES_MAX}) files` : undefined;
  }
}

function namedThings(value: unknown): NamedFile[] {
  const devices = (value as { devices?: unknown } | null)?.devices;
  if (!Array.isArray(devices)) return [];
  return devices.flatMap((device: unknown, i) => {
    const path = (device as { thing?: unknown } | null)?.thing;
    return typeof path === "string" ? [{ path, at: ["devices", i, "thing"] }] : [];
  });
}
