/**
 * Quality of a value, as the sender or the twin states it.
 *
 * `substituted` marks an estimate that stands beside (never instead of) a measured value; control
 * never consumes it without approval. The numbers are the wire form of the column profile.
 */
export const QUALITIES = ["good", "uncertain", "bad", "substituted"] as const;

export type Quality = (typeof QUALITIES)[number];

/** The wire number of a quality in the column profile: its place in QUALITIES. */
export function qualityNumber(quality: Quality): number {
  return QUALITIES.indexOf(quality);
}
