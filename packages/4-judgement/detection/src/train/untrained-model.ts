/** The model of a site nobody has trained yet: stated limits are checked, everything else stays unchecked. */
import type { Site } from "@twinward/plant";
import { MODEL_FORMAT, type Model } from "./model.ts";

export function untrainedModel(site: Site): Model {
  const each = <Value>(value: Value) => site.signals.map(() => value);
  return {
    format: MODEL_FORMAT,
    site: site.digest,
    signals: site.signals.map((signal) => signal.id),
    trainedOn: [],
    rows: 0,
    samplePeriodMs: site.samplePeriodMs,
    falseEpisodesPer30Days: 0,
    floor: site.signals.map((signal) => signal.resolution / 2),
    cross: { scale: { mean: each(0), spread: each(1) }, targets: [] },
    water: null,
    switching: { other: each(0), own: each(0) },
    repeats: { signals: [], copiedMin: [], frozenMin: [], rests: [] },
    streams: site.signals.map((signal) => ({
      minimum: signal.minimum,
      maximum: signal.maximum,
      ratePerMsMax: signal.rateMax === undefined ? Number.MAX_VALUE : signal.rateMax / 1000,
      sameMax: Number.MAX_VALUE,
      mean: 0,
      spread: 0,
      ewmaMax: 1,
      cusumMax: 1,
    })),
    limits: { voices: {}, misfit: 0, logic: {} },
  };
}
