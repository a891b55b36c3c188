/** The smallest site that loads: one zone and nothing in it, with a word on where to go on. */
import { provenSite } from "./proven-site.ts";
import type { SiteFile } from "./site.ts";
import { SITE_FORMAT } from "./site-yaml.ts";

/** Throws UsageError when `id` is no site id. */
export function emptySite(id: string): SiteFile[] {
  return provenSite([{ path: "site.yaml", bytes: new TextEncoder().encode(siteText(id)) }]);
}

function siteText(id: string): string {
  return `# A site of Twinward. What each key means: docs/formats/site.md
# Next: an asset, a device in it with its Thing Description (things/ID.td.json), and its signals in order.

format: ${SITE_FORMAT}
id: ${JSON.stringify(id)}
title: ${JSON.stringify(id)}
timeZone: Etc/UTC
timing:
  samplePeriod: 1min
  lateness: 2min
  ahead: 1min
  openLink: 3min
csv:
  delimiter: ","
  timeColumn: time
  timeFormat: iso
behaviour:
  kind: none
modes:
  - {id: normal, title: Normal operation}
zones:
  - {id: plant, title: The plant, securityLevelTarget: 2}
conduits: []
assets: []
devices: []
signals: []
`;
}
