/** Wires the judge of a site from its frozen model. */
import { TwinwardError } from "@twinward/kernel";
import type { Notice, Site } from "@twinward/plant";
import type { Judge } from "../judge.ts";
import type { Model } from "../train/model.ts";
import { SiteJudge } from "./site-judge.ts";
import { WaterWitness } from "./water-witness.ts";

export interface JudgeOptions {
  /** Planned events known from the start; later ones come through Judge.announce. */
  readonly notices?: readonly Notice[];
}

/**
 * Asynchronous only because the hydraulic solver loads its WebAssembly module.
 * Throws MODEL_OTHER_SITE when the model's signals are not the site's.
 */
export async function createJudge(site: Site, model: Model, options: JudgeOptions = {}): Promise<Judge> {
  const ids = site.signals.map((signal) => signal.id);
  if (model.signals.length !== ids.length || model.signals.some((id, i) => id !== ids[i])) {
    throw new TwinwardError("MODEL_OTHER_SITE", "the model was trained for other signals than this site has", {
      remedy: "train a model for this site: twinward train",
    });
  }
  const floor = Float64Array.from(model.floor);
  const water = model.water ? await WaterWitness.open(site, model.water, floor, model.switching) : undefined;
  return new SiteJudge(site, model, water, options.notices ?? []);
}
