/** What we believe: live state with trust, and its history. */
export type { Bucket } from "./bucket.ts";
export { History, type HistoryPage, type HistoryQuery, POINTS_MAX, ROWS_READ_MAX } from "./history.ts";
export {
  CAUSES_MAX,
  type Estimate,
  type SignalState,
  type Standing,
  TRUSTED_MIN,
  type TwinView,
} from "./signal-state.ts";
export { TwinState } from "./twin-state.ts";
