/**
 * The twin now: one state per signal, changed by each judged row and by nothing else.
 *
 * The measured value stays as it was signed, whatever the judge thinks of it; the estimate stands beside it and is
 * marked where it stands in. A signal that nothing redundant checks has no trust figure at all: it says `unchecked`.
 *
 * Invariant: the state is a function of the judged rows in order, so it can be rebuilt from the log.
 */
import { type AlignedRow, decodeJson, encodeJson, type Judgement, NO_READING } from "@twinward/detection";
import { QUALITIES } from "@twinward/kernel";
import type { Signal, Site } from "@twinward/plant";
import { CAUSES_MAX, type SignalState, type Standing, TRUSTED_MIN, type TwinView } from "./signal-state.ts";

const CAUSE_CHARACTERS_MAX = 300;
const NOTHING_YET = { timeMs: null, alarm: false, score: 0, verdict: "", notice: "" } as const;

export class TwinState {
  readonly #site: Site;
  #view: TwinView;

  constructor(site: Site) {
    this.#site = site;
    const signedAt = new Map(site.devices.map((device) => [device.id, device.signedAt]));
    const signals = site.signals.map((signal) => unseen(signal.id, signedAt.get(signal.device) ?? "device"));
    this.#view = { site: site.id, ...NOTHING_YET, uncheckedShare: uncheckedShareOf(signals), signals };
  }

  step(row: AlignedRow, judgement: Judgement): void {
    const causes = causesBySignal(judgement);
    const substituted = new Set(judgement.substituted);
    const signals = this.#view.signals.map((state, i) => {
      const signal = this.#site.signals[i];
      return signal === undefined ? state : nextState(state, signal, row, judgement, causes, substituted);
    });
    const { timeMs, alarm, verdict, notice } = judgement;
    const score = Number.isFinite(judgement.score) ? judgement.score : 0;
    const uncheckedShare = uncheckedShareOf(signals);
    this.#view = { site: this.#site.id, timeMs, alarm, score, verdict, notice, uncheckedShare, signals };
  }

  /** Never changed afterwards: each step makes a new one. */
  view(): TwinView {
    return this.#view;
  }

  snapshot(): Uint8Array {
    return encodeJson({ digest: this.#site.digest, view: this.#view });
  }

  /** A snapshot of another version of the site is not taken over: its signals may be others. */
  restore(snapshot: Uint8Array): void {
    const { digest, view } = decodeJson<{ digest: string; view: TwinView }>(snapshot);
    if (digest === this.#site.digest) this.#view = view;
  }
}

function unseen(signal: string, signedAt: SignalState["signedAt"]): SignalState {
  return {
    signal,
    value: null,
    timeMs: null,
    quality: null,
    standing: "missing",
    trust: null,
    causes: [],
    estimate: null,
    substituted: false,
    signedAt,
    sinceMs: null,
  };
}

function nextState(
  before: SignalState,
  signal: Signal,
  row: AlignedRow,
  judgement: Judgement,
  causes: ReadonlyMap<string, readonly string[]>,
  substituted: ReadonlySet<number>,
): SignalState {
  const n = signal.number;
  const value = finite(row.values[n]);
  const trust = finite(judgement.trust[n]);
  const estimated = finite(judgement.estimates[n]);
  const standing = standingOf(value, trust);
  const seen = value === null ? { value: before.value, timeMs: before.timeMs } : { value, timeMs: row.timeMs };
  return {
    ...seen,
    signal: signal.id,
    quality: qualityOf(row.qualities[n]) ?? before.quality,
    standing,
    trust,
    causes: causes.get(signal.id) ?? [],
    estimate: estimated === null ? null : { value: estimated, sigma: finite(judgement.sigmas[n]) ?? 0 },
    substituted: substituted.has(n) && estimated !== null,
    signedAt: before.signedAt,
    sinceMs: standing === before.standing && before.sinceMs !== null ? before.sinceMs : row.timeMs,
  };
}

function standingOf(value: number | null, trust: number | null): Standing {
  if (value === null) return "missing";
  if (trust === null) return "unchecked";
  return trust >= TRUSTED_MIN ? "trusted" : "doubted";
}

function qualityOf(wire: number | undefined): SignalState["quality"] {
  return wire === undefined || wire === NO_READING ? null : (QUALITIES[wire] ?? null);
}

/** Strongest first. */
function causesBySignal(judgement: Judgement): Map<string, string[]> {
  const bySignal = new Map<string, string[]>();
  for (const cause of [...judgement.causes].sort((a, b) => b.deviation - a.deviation)) {
    const lines = bySignal.get(cause.signal) ?? [];
    if (lines.length < CAUSES_MAX) lines.push(`${cause.check}: ${cause.text}`.slice(0, CAUSE_CHARACTERS_MAX));
    bySignal.set(cause.signal, lines);
  }
  return bySignal;
}

function uncheckedShareOf(signals: readonly SignalState[]): number {
  return signals.filter((signal) => signal.trust === null).length / Math.max(1, signals.length);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
