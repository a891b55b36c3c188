/**
 * The readings of a verified frame, whichever profile it uses, in the words of the device's signal table.
 *
 * Never call this before `verifyFrame`: decoding is for believed bytes only.
 */
import { isRefusal, type ReadingBlock, senmlUnitOf } from "@twinward/kernel";
import { COLUMNS_TYPE, decodeColumns } from "./columns.ts";
import type { ParsedFrame } from "./frame.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";
import { decodeSenml, type SenmlPack } from "./senml.ts";
import { encodeSenml } from "./senml-encode.ts";
import { guideOf, type SenmlGuide } from "./senml-guide.ts";
import type { SignalTable } from "./signal-table.ts";

/** @param table the table whose digest the frame carries; the caller found it by that digest */
export function decodePayload(frame: ParsedFrame, table: SignalTable): ReadingBlock | FrameRefusal {
  if (frame.header.contentType === COLUMNS_TYPE) return decodeColumns(frame.payload, table.names);
  const guide = guideOf(table);
  const pack = decodeSenml(frame.payload, guide);
  return isRefusal(pack) ? pack : (misfit(pack, table, guide) ?? pack);
}

/** A name outside the table, or a unit that is not the table's; a missing unit means the table's. */
function misfit(pack: SenmlPack, table: SignalTable, guide: SenmlGuide): FrameRefusal | undefined {
  for (let i = 0; i < pack.names.length; i++) {
    const name = pack.names[i]!;
    const unit = pack.units[i];
    if (name === table.names[i] && (unit === undefined || unit === guide.units[i])) continue;
    const ucum = table.units.get(name);
    if (ucum === undefined) return refuseFrame("SIGNAL_UNKNOWN", `It is ${name}.`);
    if (unit !== undefined && unit !== senmlUnitOf(ucum)) return refuseFrame("SIGNAL_UNIT", `It is ${name}.`);
  }
  return undefined;
}

/** The SenML pack of a block, with the units of the table. */
export function encodeSenmlFor(block: ReadingBlock, table: SignalTable): Uint8Array {
  return encodeSenml(
    block,
    block.names.map((name) => senmlUnitOf(table.units.get(name) ?? "")),
  );
}
