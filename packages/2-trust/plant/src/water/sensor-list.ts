/**
 * What a recording says about itself: its measured signals, and how its rows are written.
 *
 * Used when a site is made: the header names the sensors; the first rows, where there are any, show the time format
 * and the sample period. Only the head of the file is read.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "@twinward/kernel";
import { csvFields } from "../csv/csv-fields.ts";
import { headerNames } from "../csv/csv-header.ts";
import { knownTimeFormat } from "../csv/known-time-format.ts";
import { timeFormat } from "../csv/time-format.ts";
import type { CsvProfile } from "../site.ts";
import { waterSignal } from "./water-signal.ts";

export interface SensorList {
  /** Columns whose name is one of a water signal, in the order of the file. */
  readonly sensors: readonly string[];
  readonly csv: CsvProfile;
  /** Between the first two rows; undefined when there are fewer. */
  readonly samplePeriodMs: number | undefined;
}

const HEAD_BYTES = 4 * 1024 * 1024;
const LABEL_COLUMNS = /^(att_flag|label|attack|anomaly)$/i;
const USUAL: CsvProfile = { delimiter: ",", timeColumn: "DATETIME", timeFormat: "iso", labelColumn: undefined };

/** Throws UsageError when the file cannot be read or names no water signal. */
export function sensorList(path: string): SensorList {
  const [header, ...rows] = headLines(path);
  const { delimiter, names } = headerNames(USUAL, path, { line: 1, text: header ?? "" });
  const sensors = names.filter((name) => waterSignal(name) !== undefined);
  if (sensors.length === 0) {
    throw new UsageError(`${path}: its first line names no signal such as L_T1, F_PU1, S_PU1 or P_J280`);
  }
  const timeAt = Math.max(
    0,
    names.findIndex((name) => waterSignal(name) === undefined && !LABEL_COLUMNS.test(name)),
  );
  const times = rows.map((row) => csvFields(row, delimiter)?.[timeAt] ?? "");
  const format = knownTimeFormat(times[0] ?? "") ?? USUAL.timeFormat;
  const timeColumn = names[timeAt] ?? "";
  return {
    sensors,
    csv: {
      delimiter: delimiter === ";" ? ";" : ",",
      timeColumn: waterSignal(timeColumn) === undefined && timeColumn !== "" ? timeColumn : USUAL.timeColumn,
      timeFormat: format,
      labelColumn: names.find((name) => LABEL_COLUMNS.test(name)),
    },
    samplePeriodMs: periodOf(times.map((text) => timeFormat(format)?.parse(text))),
  };
}

function periodOf([first, second]: readonly (number | undefined)[]): number | undefined {
  return first !== undefined && second !== undefined && second > first ? second - first : undefined;
}

/** The first three lines that are not empty. */
function headLines(path: string): string[] {
  const bytes = headBytes(path);
  const text = new TextDecoder().decode(bytes);
  const lines = text.split(/\r?\n/).slice(0, 20);
  return lines.filter((line) => line !== "").slice(0, 3);
}

function headBytes(path: string): Uint8Array {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(HEAD_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read: ${code ?? "unknown cause"}`, { cause });
  }
}
