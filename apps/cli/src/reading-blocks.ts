/** The rows of a CSV file as blocks of readings of one device, one block per row. Missing values are left out. */
import type { Identity } from "@twinward/device";
import { blockOf, type ReadingBlock } from "@twinward/kernel";
import { openReadings } from "@twinward/plant";

export async function* readingBlocks(path: string, identity: Identity): AsyncGenerator<ReadingBlock> {
  const { device, signals } = identity.facts;
  const names = signals.map(([name]) => name);
  const onUnknownColumn = (name: string) =>
    console.error(`twinward: column ${name} is no signal of ${device}: ignored`);
  const rows = await openReadings(path, names, { onUnknownColumn });
  for await (const { timeMs, values } of rows) {
    const readings = names.flatMap((signal, i) => {
      const value = values[i] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [{ signal, timeMs, value, quality: 0 }];
    });
    if (readings.length > 0) yield blockOf(readings);
  }
}
