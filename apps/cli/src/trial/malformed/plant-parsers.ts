/** Parsers of what operators bring: site.yaml, Thing Descriptions, CSV, notices, EPANET input, the model of the judge. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel, type Model, saveModel, untrainedModel } from "@twinward/detection";
import { isRefusal, UsageError } from "@twinward/kernel";
import { loadSite, openCsv, readInp, readNotices, type Site, type SiteFile, siteOf } from "@twinward/plant";
import { TRIAL_SITE } from "../field/trial-plant.ts";
import { demandSame, type OpenParser, type ParserCase, tokensOf } from "./parser-case.ts";

const YAML_TOKENS = tokensOf(
  "&a ",
  "*a",
  "<<: *a",
  "!!js/function ",
  "!!binary ",
  "!tag ",
  "- - - - - - - -",
  "? ",
  ": ",
  "|\n",
  ">-\n",
  "%YAML 1.1\n",
  "---\n",
  "...\n",
  "{a: {a: {a: {a: ",
  "[[[[[[[[",
  "\t",
  "\u0000",
  "\ufeff",
  "0x1f",
  "1e999",
  ".inf",
  "~",
  "__proto__: ",
  "'",
  '"\\u',
  "#",
  "  ",
  "\n",
);
const CSV_TOKENS = tokensOf(
  '"',
  '""',
  ",",
  ";",
  "\n",
  "\r\n",
  "\r",
  "NaN",
  "1e309",
  "-",
  "\u0000",
  "\ufeff",
  "2026-02-30T25:00:00Z",
  ",,,,,,,,",
);
const INP_TOKENS = tokensOf(
  "[",
  "]",
  "[END]\n",
  "[PUMPS]\n",
  "[JUNCTIONS]\n",
  ";",
  "\t",
  "\n",
  "1e309",
  "-1",
  "NaN",
  "HEAD",
  "OPEN",
  "LPS",
);
const JSON_TOKENS = tokensOf(
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "null",
  "1e309",
  "-0",
  "\\ud800",
  '"__proto__":{},',
  "\u0000",
  "[[[[[[",
);

function trialSite(): Site {
  const site = loadSite(TRIAL_SITE);
  if (Array.isArray(site)) throw new Error("the trial's site does not load");
  return site as Site;
}

/** One device with one signal and no network: what a site costs is then the file that is changed. */
function smallSite(): SiteFile[] {
  const yaml = [
    "format: twinward-site/1",
    "id: small",
    "title: Small",
    "timeZone: Etc/UTC",
    "timing: {samplePeriod: 1h, lateness: 2h, ahead: 1min, openLink: 3h}",
    'csv: {delimiter: ",", timeColumn: time, timeFormat: iso}',
    "behaviour: {kind: none}",
    "modes:",
    "  - {id: normal, title: Normal operation}",
    "zones:",
    "  - {id: field, title: Field, securityLevelTarget: 2}",
    "conduits: []",
    "assets:",
    "  - {id: PLC2, title: Tank 2, zone: field, kind: controller}",
    '  - {id: "2", title: Tank 2, zone: field, kind: tank}',
    "devices:",
    "  - {id: plc2, title: Tank 2, zone: field, asset: PLC2, thing: things/plc2.td.json, signedAt: device}",
    "signals:",
    "  - L_2",
    "",
  ];
  const thing = readFileSync(join(TRIAL_SITE, "things/plc2.td.json"));
  return [
    { path: "site.yaml", bytes: Buffer.from(yaml.join("\n")) },
    { path: "things/plc2.td.json", bytes: thing },
  ];
}

/** The small site with one of its files changed. */
function siteFileCase(name: string, path: string, tokens: readonly Uint8Array[], json: boolean): ParserCase {
  return {
    name,
    open: () => {
      const files = smallSite();
      if (Array.isArray(siteOf(files))) throw new Error(`the small site has faults: ${JSON.stringify(siteOf(files))}`);
      const samples = files.filter((file) => file.path === path).map((file) => file.bytes);
      return {
        samples,
        tokens,
        json,
        parse: (bytes) => {
          const site = siteOf(files.map((file) => (file.path === path ? { path, bytes } : file)));
          return Array.isArray(site) ? `${site[0]?.file}: ${site[0]?.path}`.slice(0, 40) : "accepted";
        },
      };
    },
  };
}

async function usage(read: () => Promise<void>): Promise<string> {
  try {
    await read();
    return "accepted";
  } catch (error) {
    if (error instanceof UsageError) return "usage error";
    throw error;
  }
}

export const PLANT_PARSERS: readonly ParserCase[] = [
  siteFileCase("site-yaml", "site.yaml", YAML_TOKENS, false),
  siteFileCase("thing-description", "things/plc2.td.json", JSON_TOKENS, true),
  {
    name: "csv",
    open: (dir): OpenParser => {
      const [site, path] = [trialSite(), join(dir, "input.csv")];
      const rows = [
        "DATETIME,L_2,F_9,S_9,P_10,ATT_FLAG",
        "2026-01-05T00:00:00Z,41.6,0,0,83.8,0",
        "2026-01-05T01:00:00Z,41.7,,1,NaN,1",
      ];
      return {
        samples: [`${rows.join("\n")}\n`, '"DATETIME","L_2",ATT_FLAG\r\n2026-01-05T00:00:00Z,"1.5",-999\r\n'].map(
          (text) => Buffer.from(text),
        ),
        tokens: CSV_TOKENS,
        parse: (input) => {
          writeFileSync(path, input);
          return usage(async () => {
            for await (const row of (await openCsv(site, path, { labelled: true })).rows) void row;
          });
        },
      };
    },
  },
  {
    name: "notices",
    open: (dir): OpenParser => {
      const [site, path] = [trialSite(), join(dir, "notices.csv")];
      const text =
        "start,end,what\n2026-01-05T00:00:00Z,2026-01-05T06:00:00Z,2\n2026-12-24T00:00:00Z,2026-12-26T00:00:00Z,holiday\n";
      return {
        samples: [Buffer.from(text)],
        tokens: CSV_TOKENS,
        parse: (input) => {
          writeFileSync(path, input);
          return usage(async () => void (await readNotices(site, path)));
        },
      };
    },
  },
  {
    name: "inp",
    open: (): OpenParser => ({
      samples: [readFileSync(join(TRIAL_SITE, "model/Net1.inp"))],
      tokens: INP_TOKENS,
      parse: (input) => (Array.isArray(readInp(new TextDecoder().decode(input))) ? "faults" : "accepted"),
    }),
  },
  {
    name: "model",
    open: (): OpenParser => {
      const site = trialSite();
      return {
        samples: [saveModel(untrainedModel(site))],
        tokens: JSON_TOKENS,
        json: true,
        parse: (input) => {
          const model = loadModel(site, input);
          if (isRefusal(model)) return model.code;
          demandSame(input, saveModel(model as Model), "model");
          return "accepted";
        },
      };
    },
  },
];
