/**
 * Where a plant differs from its model: pumps worn or trimmed (another relative speed), meters and pipes that read a
 * little off (offset and gain), and how much is left after that.
 *
 * Ridge: a correction has to earn its place, so that a model that is right stays untouched.
 */
import type { Site } from "@twinward/plant";
import type { CleanRow } from "./learn-controls.ts";
import type { WaterNetwork } from "./network.ts";
import type { WaterParameters } from "./parameters.ts";
import { mean, quantile, tailedSigma } from "./spread.ts";
import type { Pass } from "./training-pass.ts";
import { assembleModel } from "./water-model.ts";
import { WaterTwin } from "./water-twin.ts";

/** Fewer samples of a running pump or a meter than this teach nothing. */
const SAMPLES_MIN = 15;
/** Doubts while speeds are calibrated: l/s and m. */
const SPEED_DOUBTS: Readonly<Record<string, number>> = { flow: 0.2, pressure: 2 };
/** A speed this close to nominal is nominal. */
const SPEED_NOMINAL = 0.002;
/** Ridge: strength of "offset 0, gain 1", in samples. */
const RIDGE = 20;
/** A correction must take this share of the squared residual away. */
const GAIN_SHARE_MIN = 0.3;
/** A residual tells when at least this share of the doubt is left in it (leverage below three quarters). */
const TELLING_SHARE = 0.5;
/** No instrument is better than this, in any unit. */
const SIGMA_MIN = 1e-4;

/**
 * Sets each signal's doubt to what was seen: the twin's own figure times the spread of the scores. A meter that alone
 * decides about itself (high leverage) shows no residual whatever its doubt: it gets the middle doubt of its kind.
 */
export function settleSigmas(site: Site, parameters: WaterParameters, seen: Pass): WaterParameters {
  const sigma = [...parameters.sigma];
  const silent: number[] = [];
  for (const { number, kind, resolution } of site.signals) {
    if (kind !== "flow" && kind !== "pressure") continue;
    const old = sigma[number]!;
    const telling = seen.residuals[number]!.filter((each) => each.fitted !== 0 && each.sigma > TELLING_SHARE * old);
    const floor = Math.max(resolution / Math.sqrt(12), SIGMA_MIN);
    if (telling.length < SAMPLES_MIN) silent.push(number);
    else sigma[number] = Math.max(floor, old * tailedSigma(telling.map((each) => each.residual / each.sigma)));
  }
  for (const number of silent) {
    const kind = site.signals[number]!.kind;
    const others = site.signals
      .filter((s) => s.kind === kind && !silent.includes(s.number))
      .map((s) => sigma[s.number]!);
    if (others.length > 0) sigma[number] = quantile(others, 0.5);
  }
  return { ...parameters, sigma };
}

/**
 * Relative speeds of pumps: freed in every row, the middle taken. Flows count for much and pressures for little here,
 * because it is the flow that has to be right for the tanks to fill as they do; pressures are corrected afterwards.
 */
export function calibrateSpeeds(
  site: Site,
  network: WaterNetwork,
  parameters: WaterParameters,
  stretches: readonly (readonly CleanRow[])[],
): WaterParameters {
  const found = new Map<string, number[]>();
  const trusted = new Uint8Array(site.signals.length).fill(1);
  const sigma = site.signals.map(({ kind, number }) => SPEED_DOUBTS[kind] ?? parameters.sigma[number]!);
  const model = assembleModel(site, network, { ...parameters, sigma });
  const pumps = network.actuators.filter((actuator) => actuator.isPump);
  for (const rows of stretches) {
    const twin = new WaterTwin(model);
    for (const row of rows) {
      const running = pumps.filter((pump) => isRunning(site, pump.id, row)).map((pump) => pump.id);
      const { speeds } = twin.step(row.timeMs, row.values, trusted, { freeSpeeds: running });
      running.forEach((id, place) => {
        found.set(id, [...(found.get(id) ?? []), speeds[place]!]);
      });
    }
  }
  const speeds: Record<string, number> = { ...parameters.speeds };
  for (const [id, list] of found) {
    const speed = quantile(list, 0.5);
    if (list.length >= SAMPLES_MIN && Math.abs(speed - 1) > SPEED_NOMINAL) speeds[id] = speed;
  }
  return { ...parameters, speeds };
}

function isRunning(site: Site, id: string, row: CleanRow): boolean {
  const status = site.signals.find((signal) => signal.kind === "status" && signal.element === id);
  return status !== undefined && row.values[status.number] === 1;
}

/**
 * Offsets and gains of pressures: a straight line through measured against fitted. Flows are left as they are: a
 * corrected flow would no longer be the one that fills the tank.
 */
export function calibratePressures(site: Site, parameters: WaterParameters, seen: Pass): WaterParameters {
  const offset = [...parameters.offset];
  const gain = [...parameters.gain];
  for (const { number, kind, resolution } of site.signals) {
    const pairs = seen.residuals[number]!;
    if (kind !== "pressure" || pairs.length < SAMPLES_MIN) continue;
    const line = ridgeLine(pairs);
    const before = mean(pairs.map((each) => each.residual ** 2));
    const after = mean(pairs.map((each) => (each.residual - line.offset - line.slope * each.fitted) ** 2));
    if (Math.sqrt(before) < resolution || after > (1 - GAIN_SHARE_MIN) * before) continue;
    gain[number] = gain[number]! * (1 + line.slope);
    offset[number] = offset[number]! * (1 + line.slope) + line.offset;
  }
  return { ...parameters, offset, gain };
}

/** residual ≈ offset + slope · fitted, drawn towards none. */
function ridgeLine(pairs: readonly { readonly residual: number; readonly fitted: number }[]) {
  const centre = mean(pairs.map((each) => each.fitted));
  const level = mean(pairs.map((each) => each.residual)) * (pairs.length / (pairs.length + RIDGE));
  const scale = Math.max(1e-9, mean(pairs.map((each) => (each.fitted - centre) ** 2)));
  const shared = pairs.reduce((sum, each) => sum + (each.fitted - centre) * (each.residual - level), 0);
  const doubt = RIDGE * Math.max(scale, centre ** 2 * 0.04);
  const slope = shared / (pairs.length * scale + doubt);
  return { slope, offset: level - slope * centre };
}
