/** Reads a data folder without leaving a trace; for `prove`, `show`, `export` and `verify --recompute`. */
import { isRefusal } from "@twinward/kernel";
import { parseCheckpoint, parseNote } from "@twinward/tlog";
import { DataKeys } from "../data-key.ts";
import { EvidenceError } from "../error.ts";
import { GrowingTree } from "../growing-tree.ts";
import { type Head, RowsReader } from "../reader.ts";
import type { Rows } from "../tables.ts";
import { openEvidence } from "./evidence-folder.ts";

export type AuditReader = RowsReader;

/** Throws LOG_DAMAGED when the folder has no readable checkpoint. Reaches as far as that checkpoint. */
export function openAuditReader(dir: string): AuditReader {
  const { folder, checkpoint, snapshot } = openEvidence(dir);
  const rows = snapshot as unknown as Rows;
  try {
    const head = headOf(checkpoint);
    const tree = new GrowingTree(dir, rows);
    return new RowsReader({
      rows,
      dataKeys: new DataKeys(folder.dataKeys),
      size: () => head.size,
      head: () => head,
      treeAt: (size) => tree.grownTo(size),
      close: () => snapshot.close(),
    });
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

function headOf(note: string | undefined): Head {
  const parsed = note === undefined ? undefined : parseNote(note);
  const checkpoint = parsed === undefined || isRefusal(parsed) ? undefined : parseCheckpoint(parsed.text);
  if (note === undefined || checkpoint === undefined || isRefusal(checkpoint)) {
    throw new EvidenceError("LOG_DAMAGED", "the folder has no readable checkpoint");
  }
  return { note, size: checkpoint.size };
}
