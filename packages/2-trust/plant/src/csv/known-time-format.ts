/** Time formats people use, told apart by one example. Day first or year first, never month first. */
import { timeFormat } from "./time-format.ts";

const DATES = ["DD/MM/YY", "DD/MM/YYYY", "DD.MM.YY", "DD.MM.YYYY", "DD-MM-YYYY", "YYYY-MM-DD", "YYYY/MM/DD"];
const TIMES = [" HH", " HH:mm", " HH:mm:ss", ""];
const FORMATS = ["iso", ...DATES.flatMap((date) => TIMES.map((time) => date + time))];

/** The first known format that reads `text`, for `timeFormat`. */
export function knownTimeFormat(text: string): string | undefined {
  return FORMATS.find((format) => timeFormat(format)?.parse(text) !== undefined);
}
