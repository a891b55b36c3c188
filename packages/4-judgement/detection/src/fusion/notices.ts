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
/** Neither demand nor tanks return to what they were at the stroke of the hour: widening lasts longer than the notice. */
const AFTER_MS = 3 * 3_600_000;

export interface Widening {
  /** Factor on the spread per signal; undefined when nothing is planned. */
  readonly factor: Float64Array | undefined;
  /** Factor on the misfit of the hydraulic state, which is of squares and knows no signal. */
  readonly misfit: number;
  /** Signals whose element is notified for this very time: only then may an actuator disobey. */
  readonly notified: ReadonlySet<number>;
  /** `what` of the active notices, joined by `, `. */
  readonly named: string;
}

const NOTHING: Widening = { factor: undefined, misfit: 1, notified: new Set(), named: "" };

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
    const active = [...this.#known.values()].filter(
      (notice) => notice.startMs <= timeMs && timeMs < notice.endMs + AFTER_MS,
    );
    if (active.length === 0) return NOTHING;
    const touched = this.#signalsOf(active);
    const notified = this.#signalsOf(active.filter((notice) => timeMs < notice.endMs));
    const what = new Set(active.map((notice) => notice.what));
    const all = what.has("holiday") ? HOLIDAY_WIDENING : 1;
    const factor = Float64Array.from(this.#site.signals, (s) => (touched.has(s.number) ? ELEMENT_WIDENING : all));
    const misfit = touched.size > 0 ? ELEMENT_WIDENING ** 2 : 1;
    return { factor, misfit, notified, named: [...what].sort().join(", ") };
  }

  #signalsOf(notices: readonly Notice[]): ReadonlySet<number> {
    const what = new Set(notices.map((notice) => notice.what));
    const concerned = this.#site.signals.filter((s) => what.has(s.element) || what.has(s.id) || what.has(s.device));
    return new Set(concerned.map((signal) => signal.number));
  }

  state(): readonly Notice[] {
    return [...this.#known.values()];
  }

  restore(notices: readonly Notice[]): void {
    this.#known.clear();
    for (const notice of notices) this.add(notice);
  }
}
