/** Writes entries [from, to) as one self-contained file (docs/formats/export.md), bodies in the clear. */
import { TwinwardError } from "@twinward/kernel";

export interface ExportSummary {
  readonly origin: string;
  readonly entries: number;
  readonly bodies: number;
  readonly erased: number;
  readonly bytes: number;
}

export async function exportRange(dir: string, from: number, to: number, out: string): Promise<ExportSummary> {
  throw new TwinwardError("NOT_YET", `exportRange ${dir} ${from} ${to} ${out}`);
}
