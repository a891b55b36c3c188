/** Writing a SenML pack: the first record carries the base time, every record its own name, unit and value. */
import { assert, QUALITIES, READINGS_MAX, type ReadingBlock } from "@twinward/kernel";
import { CborWriter } from "./cbor-writer.ts";
import { isEventTime } from "./event-time.ts";

/** @param units SenML unit of each name of the block; undefined writes none */
export function encodeSenml(block: ReadingBlock, units: readonly (string | undefined)[] = []): Uint8Array {
  const count = block.values.length;
  assert(count >= 1 && count <= READINGS_MAX, "a block has 1 to READINGS_MAX readings");
  assert(block.values.every(Number.isFinite), "a block holds finite values");
  assert(block.timesMs.every(isEventTime), "times are absolute");
  const baseSeconds = Math.floor(block.timesMs[0]! / 1000);
  const writer = new CborWriter(48 * count).arrayHead(count);
  for (let i = 0; i < count; i++) writeRecord(writer, block, units, i, baseSeconds);
  return writer.finish();
}

function writeRecord(
  writer: CborWriter,
  block: ReadingBlock,
  units: readonly (string | undefined)[],
  i: number,
  baseSeconds: number,
): void {
  const signal = block.signals[i]!;
  const unit = units[signal];
  const quality = block.qualities[i]!;
  const offsetMs = block.timesMs[i]! - baseSeconds * 1000;
  writer.mapHead(2 + Number(i === 0) + Number(unit !== undefined) + Number(offsetMs !== 0) + Number(quality !== 0));
  if (i === 0) writer.integer(-3).unsigned(baseSeconds);
  writer.unsigned(0).text(block.names[signal]!);
  if (unit !== undefined) writer.unsigned(1).text(unit);
  writer.unsigned(2).number(block.values[i]!);
  if (offsetMs !== 0) writer.unsigned(6).number(offsetMs / 1000);
  if (quality !== 0) writer.text("quality").text(QUALITIES[quality]!);
}
