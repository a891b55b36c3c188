/** Training: from clean rows to a frozen model. */
import type { Site } from "@twinward/plant";
import type { Row } from "../judge.ts";
import type { Model } from "./model.ts";

/** Rows in time order; called once per pass, so that a file can be read twice instead of held in memory. */
export type RowSource = () => AsyncIterable<Row> | Iterable<Row>;

export interface LabelledRow extends Row {
  /** 1 attack, 0 none, -999 unknown. */
  readonly label: number;
}

export interface TrainOptions {
  /** Rows with known attacks, to refine the thresholds; never needed. */
  readonly labelled?: () => AsyncIterable<LabelledRow> | Iterable<LabelledRow>;
  /** False-alarm episodes per 30 days that the thresholds are chosen for, on the clean rows. */
  readonly falseEpisodesPer30Days?: number;
  /** Called about once a second of work with the share done, 0 to 1. */
  readonly progress?: (share: number) => void;
}

/** Fits and freezes everything the judge of this site uses. Throws UsageError when there are too few rows. */
export async function train(_site: Site, _rows: RowSource, _options: TrainOptions = {}): Promise<Model> {
  throw new Error("not built yet");
}
