/** Everything a judge carries from row to row, as plain data. */
import type { Notice } from "@twinward/plant";
import type { VerdictState } from "../verdict/verdict.ts";
import type { DistrustState } from "./distrust.ts";
import type { EpisodeState } from "./episode.ts";
import type { HearingState } from "./hearing.ts";

export interface SiteJudgeState {
  readonly hearing: HearingState;
  readonly notices: readonly Notice[];
  readonly episode: EpisodeState;
  readonly distrust: DistrustState;
  readonly ranking: readonly number[];
  readonly verdict: VerdictState;
  readonly estimatesBefore: readonly number[];
  readonly zBefore: readonly number[];
  readonly alternatives: readonly (readonly number[])[];
  /** Bytes of the water twin's own snapshot. */
  readonly water: readonly number[] | null;
}
