import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TECHNIQUES } from "./technique.ts";

const BUNDLE = join(import.meta.dirname, "../../../../../shared/reference/mitre-attack-ics/ics-attack-18.1.json");
const missing = !existsSync(BUNDLE);
if (missing)
  console.warn("not run: ATT&CK for ICS ids and names, because shared/reference/mitre-attack-ics is missing");

interface StixObject {
  readonly type: string;
  readonly name?: string;
  readonly revoked?: boolean;
  readonly x_mitre_deprecated?: boolean;
  readonly external_references?: readonly { readonly source_name: string; readonly external_id?: string }[];
}

test.skipIf(missing)("every technique has the id and name of ATT&CK for ICS v18.1", () => {
  const { objects } = JSON.parse(readFileSync(BUNDLE, "utf8")) as { objects: StixObject[] };
  const current = objects.filter(
    (object) => object.type === "attack-pattern" && !object.revoked && !object.x_mitre_deprecated,
  );
  const names = new Map(
    current.map((object) => [
      object.external_references?.find((reference) => reference.source_name === "mitre-attack")?.external_id,
      object.name,
    ]),
  );
  for (const { id, name } of Object.values(TECHNIQUES)) expect([id, names.get(id)]).toEqual([id, name]);
});
