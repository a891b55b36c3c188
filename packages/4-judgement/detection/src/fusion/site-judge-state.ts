/** Everything a judge carries from row to row, as plain data. */
import type { Notice } from "@twinward/plant";
import type { SuspicionState } from "../localisation/suspicion.ts";
import type { VerdictState } from "../verdict/verdict.ts";
import type { Contradiction } from "./disobedience.ts";
import type { EpisodeState } from "./episode.ts";
import type { HearingState } from "./hearing.ts";
import type { TwoWatersState } from "./two-waters.ts";

export interface SiteJudgeState {
  readonly hearing: HearingState;
  readonly notices: readonly Notice[];
  readonly episode: EpisodeState;
  readonly suspicion: SuspicionState;
  readonly disobedience: readonly Contradiction[];
  readonly verdict: VerdictState;
  readonly estimatesBefore: readonly number[];
  readonly zBefore: readonly number[];
  readonly water: TwoWatersState | null;
}
