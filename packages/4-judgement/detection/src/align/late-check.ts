/**
 * Late readings, judged in their place: only what the site states about one value by itself.
 *
 * The rows around a late reading are long judged, and everything that compares rows (rates, statistics, physics) went
 * on without it; its range and its allowed values hold at any time.
 */
import { roundToResolution, type Signal, type Site } from "@twinward/plant";
import type { Cause } from "../judge.ts";
import type { LateReading } from "./aligned.ts";

export function lateCheck(site: Site): (reading: LateReading) => readonly Cause[] {
  return (reading) => {
    const signal = site.signals[reading.signal];
    return signal === undefined ? [] : causesOf(signal, roundToResolution(reading.value, signal.resolution));
  };
}

function causesOf(signal: Signal, value: number): Cause[] {
  const { id, minimum, maximum, accuracy } = signal;
  const bound = value < minimum ? minimum : value > maximum ? maximum : undefined;
  if (bound !== undefined) {
    const deviation = Math.abs(value - bound) / (accuracy > 0 ? accuracy : 1);
    const text = `${id} is ${value}, outside ${minimum} to ${maximum}`;
    return [{ check: "range", signal: id, measured: value, expected: bound, deviation, text }];
  }
  if (signal.enum === undefined || signal.enum.includes(value)) return [];
  const text = `${id} is ${value}, not one of ${signal.enum.join(", ")}`;
  return [{ check: "enum", signal: id, measured: value, expected: null, deviation: 1, text }];
}
