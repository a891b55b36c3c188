/**
 * Planned events: they widen what is expected of the elements they name, and are named in the judgement.
 *
 * A notice never hides anything: it makes the notified element's own deviations count less, and everything else
 * counts as before. A holiday changes demand everywhere, so it widens every expectation a little.
 */
import type { Notice, Site } from "@twinward/plant";

/** Factor on the spread of the notified element's signals, and of all signals on a holiday. */
const ELEMENT_WIDENING = 4;
const HOLIDAY_WIDENING = 1.6;
/** Demand does not return to its old shape at the stroke of the hour. */
const HOLIDAY_AFTER_MS = 3 * 3_600_000;

export interface Widening {
  /** Factor on the spread per signal; undefined when nothing is planned. */
  readonly factor: Float64Array | undefined;
  /** Signals whose element is notified. */
  readonly notified: ReadonlySet<number>;
  /** `what` of the active notices, joined by `, `. */
  readonly named: string;
}

const NOTHING: Widening = { factor: undefined, notified: new Set(), named: "" };

export class Notices {
  readonly #site: Site;
  readonly #known = new Map<string, Notice>();

  constructor(site: Site, notices: readonly Notice[]) {
    this.#site = site;
    for (const notice of notices) this.add(notice);
  }

  add(notice: Notice): void {
    this.#known.set(`${notice.startMs} ${notice.endMs} ${notice.what}`, notice);
  }

  at(timeMs: number): Widening {
    const active = [...this.#known.values()].filter((notice) => {
      const after = notice.what === "holiday" ? HOLIDAY_AFTER_MS : 0;
      return notice.startMs <= timeMs && timeMs < notice.endMs + after;
    });
    if (active.length === 0) return NOTHING;
    const what = new Set(active.map((notice) => notice.what));
    const notified = new Set(
      this.#site.signals.flatMap((s) =>
        what.has(s.element) || what.has(s.id) || what.has(s.device) ? [s.number] : [],
      ),
    );
    const all = what.has("holiday") ? HOLIDAY_WIDENING : 1;
    const factor = Float64Array.from(this.#site.signals, (s) => (notified.has(s.number) ? ELEMENT_WIDENING : all));
    return { factor, notified, named: [...what].sort().join(", ") };
  }

  state(): readonly Notice[] {
    return [...this.#known.values()];
  }

  restore(notices: readonly Notice[]): void {
    this.#known.clear();
    for (const notice of notices) this.add(notice);
  }
}
