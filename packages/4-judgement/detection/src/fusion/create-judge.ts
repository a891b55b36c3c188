/** Wires the judge of a site from its frozen model. */
import type { Notice, Site } from "@twinward/plant";
import type { Judge } from "../judge.ts";
import type { Model } from "../train/model.ts";

export interface JudgeOptions {
  /** Planned events known from the start; later ones come through Judge.announce. */
  readonly notices?: readonly Notice[];
}

/** Asynchronous only because the hydraulic solver loads its WebAssembly module. */
export async function createJudge(_site: Site, _model: Model, _options: JudgeOptions = {}): Promise<Judge> {
  throw new Error("not built yet");
}
