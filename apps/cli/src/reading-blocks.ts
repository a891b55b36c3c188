/**
 * The rows of a CSV file as blocks of readings of one device, one block per row. Missing values are left out.
 *
 * A device knows its own signals, not the site: its first column is the time.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Identity } from "@twinward/device";
import { blockOf, type ReadingBlock } from "@twinward/kernel";
import { openCsv, type Signal, type Site } from "@twinward/plant";

export async function* readingBlocks(path: string, identity: Identity): AsyncGenerator<ReadingBlock> {
  const { device, signals } = identity.facts;
  const onUnknownColumn = (name: string) =>
    console.error(`twinward: column ${name} is not a signal of ${device}: ignored`);
  const table = await openCsv(siteOfDevice(identity, await firstLine(path)), path, { onUnknownColumn });
  for await (const { timeMs, values } of table.rows) {
    const readings = signals.flatMap(([signal], i) => {
      const value = values[i] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [{ signal, timeMs, value, quality: 0 }];
    });
    if (readings.length > 0) yield blockOf(readings);
  }
}

async function firstLine(path: string): Promise<string> {
  const lines = createInterface({ input: createReadStream(path) });
  for await (const line of lines) return line;
  return "";
}

/** Only what reading a CSV needs: names, and how the file is written. */
function siteOfDevice(identity: Identity, header: string): Site {
  const { device, site, signals } = identity.facts;
  const delimiter = header.includes(";") ? ";" : ",";
  const timeColumn = (header.split(delimiter)[0] ?? "")
    .replace(/^\ufeff/, "")
    .replaceAll('"', "")
    .trim();
  const nothing = { files: [], zones: [], conduits: [], assets: [], modes: [], limits: [] };
  return {
    ...nothing,
    id: site,
    title: device,
    timeZone: "UTC",
    digest: "",
    devices: [
      { id: device, title: device, zone: "", asset: "", signedAt: "device", signals: signals.map(([name]) => name) },
    ],
    signals: signals.map(([id, unit], number) => signalNamed(id, unit, number, device)),
    behaviour: { kind: "none" },
    csv: { delimiter, timeColumn, timeFormat: "iso", labelColumn: undefined },
    samplePeriodMs: 0,
    latenessMsMax: 0,
    aheadMsMax: 0,
    openLinkMsMax: 0,
  };
}

function signalNamed(id: string, unit: string, number: number, device: string): Signal {
  const unchecked = { rateMax: undefined, flatlineMsMax: undefined, enum: undefined, rules: [] } as const;
  return {
    ...unchecked,
    id,
    number,
    title: id,
    device,
    element: id,
    kind: "other",
    unit,
    minimum: Number.NEGATIVE_INFINITY,
    maximum: Number.POSITIVE_INFINITY,
    resolution: 0,
    accuracy: 0,
    classification: "internal",
  };
}
