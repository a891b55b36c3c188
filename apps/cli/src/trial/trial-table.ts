/** All tests of this release, with their counts. What the design names beyond it is not built yet: docs/trial.md. */
import { PARSER_NAMES } from "./malformed/parsers.ts";
import { killUnderLoad } from "./t03-kills.ts";
import { killReplay } from "./t03-replay-kills.ts";
import { restartLarge } from "./t03-restart.ts";
import { cutPower } from "./t04-power-cuts.ts";
import { feedParser } from "./t10-malformed.ts";
import { tamperStructures } from "./t11-structural.ts";
import { flipStored } from "./t11-tampering.ts";
import { forge } from "./t13-forgeries.ts";
import type { TrialTest } from "./trial-test.ts";

export const TRIAL_TESTS: readonly TrialTest[] = [
  {
    id: "T3-kills",
    title: "kill -9 of server and devices under load",
    counts: { smoke: 5, quick: 50, full: 500 },
    partMax: 50,
    run: killUnderLoad,
  },
  {
    id: "T3-replay",
    title: "kill -9 of replay, compared with a run that nobody touched",
    counts: { smoke: 2, quick: 50, full: 500 },
    partMax: 50,
    run: killReplay,
  },
  {
    id: "T3-restart",
    title: "serve up again with a large log (entries)",
    counts: { smoke: 0, quick: 1_000_000, full: 1_000_000 },
    partMax: 1_000_000,
    run: restartLarge,
  },
  {
    id: "T4-power",
    title: "power cuts under load on XFS and ext4, and the control that has to lose",
    counts: { smoke: 2, quick: 20, full: 250 },
    partMax: 20,
    run: cutPower,
  },
  ...PARSER_NAMES.map(([name]) => ({
    id: `T10-${name}`,
    title: `malformed input to the parser ${name}`,
    counts: { smoke: 5_000, quick: 200_000, full: 5_000_000 },
    partMax: 200_000,
    run: feedParser(name),
  })),
  {
    id: "T11-flips",
    title: "single bits and values of every stored kind",
    counts: { smoke: 20, quick: 200, full: 2_000 },
    partMax: 200,
    run: flipStored,
  },
  {
    id: "T11-structural",
    title: "rounds of structural tampering: deleted, doubled, swapped, cut, rolled back, spliced, signed anew",
    counts: { smoke: 1, quick: 12, full: 100 },
    partMax: 12,
    run: tamperStructures,
  },
  {
    id: "T13-forgeries",
    title: "forgeries, replays and downgrades at the door",
    counts: { smoke: 1_000, quick: 10_000, full: 100_000 },
    partMax: 10_000,
    run: forge,
  },
];
