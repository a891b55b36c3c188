/**
 * Writes the figures of a run into docs/performance.md, so that the page never says what no run showed.
 *
 *   twinward bench ingest | node --conditions=source bench/ingest-figures.ts
 *
 * Reads the JSON line that the benchmark prints last, and replaces what lies between the page's two markers.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { text } from "node:stream/consumers";

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Result {
  readonly figures: Readonly<Record<string, { readonly framesPerSecond: Spread; readonly cpuUsPerFrame: Spread }>>;
  readonly ratios: Readonly<Record<string, { readonly rate: Spread; readonly cpu: Spread }>>;
  readonly waiting: Readonly<Record<string, number>>;
  readonly goals: readonly {
    readonly name: string;
    readonly figure: number;
    readonly bound: number;
    readonly sense: string;
    readonly met: boolean;
  }[];
}

const PAGE = new URL("../docs/performance.md", import.meta.url);
const BEGIN = "<!-- figures -->";
const END = "<!-- end of figures -->";

const lines = (await text(process.stdin)).split("\n");
const result = JSON.parse(lines.findLast((line) => line.startsWith("{")) ?? "") as Result;
const page = readFileSync(PAGE, "utf8");
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${PAGE.pathname} has lost its markers`);
writeFileSync(PAGE, `${before}${BEGIN}\n${tables(result)}\n${END}${after}`);

function tables({ figures, ratios, waiting, goals }: Result): string {
  const spread = ({ median, min, max }: Spread) => `${median} [${min}..${max}]`;
  return [
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}; ${new Date().toISOString().slice(0, 10)}.`,
    "",
    "| figure | result | bound | |",
    "|---|---|---|---|",
    ...goals.map(
      (g) =>
        `| ${g.name} | ${Number(g.figure.toPrecision(3))} | ${g.sense} ${g.bound} | ${g.met ? "met" : "**missed**"} |`,
    ),
    "",
    "| share | by rate | by CPU time |",
    "|---|---|---|",
    ...Object.entries(ratios).map(([name, { rate, cpu }]) => `| ${name} | ${spread(rate)} | ${spread(cpu)} |`),
    "",
    "| candidate, frames of 100 readings | frames/s | CPU µs per frame |",
    "|---|---|---|",
    ...Object.entries(figures).map(
      ([name, { framesPerSecond, cpuUsPerFrame }]) =>
        `| ${name} | ${spread(framesPerSecond)} | ${spread(cpuUsPerFrame)} |`,
    ),
    "",
    `Waiting, milliseconds: ${Object.entries(waiting)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}.`,
  ].join("\n");
}
