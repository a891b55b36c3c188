/**
 * How far can the forecast of a tank level be off because something switched between two samples?
 *
 * The twin runs from sample to sample; it sees that a pump switched but not when. In quiet samples a forecast is good
 * to millimetres, around a switch it may be off by decimetres, so the two must not share one spread.
 */
import type { Site } from "@twinward/plant";

/** Per level: `quiet`; `other`: some actuator switched; `own`: one of its own did, or its level met a threshold. */
export const SWITCHING_KINDS = ["quiet", "other", "own"] as const;
export type SwitchingKind = (typeof SWITCHING_KINDS)[number];

/** A level this close to a threshold may have crossed it unseen, metres. */
const NEAR = 0.03;

export interface SwitchingRow {
  readonly values: Float64Array;
  /** Values of the row before; undefined on the first row. */
  readonly before: Float64Array | undefined;
  /** The twin's forecast of this row. */
  readonly forecast: Float64Array;
}

export class Switching {
  readonly #statuses: readonly number[];
  readonly #own: ReadonlyMap<number, { readonly statuses: readonly number[]; readonly thresholds: readonly number[] }>;

  constructor(site: Site) {
    const controls = site.behaviour.kind === "epanet" ? site.behaviour.controls : [];
    const statusOf = new Map(
      site.signals.flatMap((s) => (s.kind === "status" ? [[s.element, s.number] as const] : [])),
    );
    this.#statuses = [...statusOf.values()];
    const levels = site.signals.filter((signal) => signal.kind === "level");
    this.#own = new Map(
      levels.map((level) => {
        const own = controls.filter((control) => control.tank === level.element);
        const statuses = own.flatMap((control) => statusOf.get(control.actuator) ?? []);
        return [level.number, { statuses, thresholds: own.flatMap((control) => [control.onBelow, control.offAbove]) }];
      }),
    );
  }

  kindOf(level: number, row: SwitchingRow): SwitchingKind {
    const own = this.#own.get(level);
    if (!own || !row.before) return "own";
    if (own.statuses.some((status) => switched(status, row)) || own.thresholds.some((at) => meets(at, level, row)))
      return "own";
    return this.#statuses.some((status) => switched(status, row)) ? "other" : "quiet";
  }
}

/** Seen to change, expected to, or not known. */
function switched(status: number, { values, before, forecast }: SwitchingRow): boolean {
  const now = values[status]!;
  if (now !== before?.[status]) return true;
  return !Number.isNaN(forecast[status]!) && Math.abs(forecast[status]! - now) > 0.5;
}

function meets(threshold: number, level: number, { values, before, forecast }: SwitchingRow): boolean {
  const seen = [values[level]!, before?.[level] ?? Number.NaN, forecast[level]!].filter(
    (value) => !Number.isNaN(value),
  );
  return Math.min(...seen) - NEAR <= threshold && threshold <= Math.max(...seen) + NEAR;
}
