/** Times leave as ISO 8601 in UTC, never as numbers. */
export const isoTime = (timeMs: number): string => new Date(timeMs).toISOString();

export const isoOf = (timeMs: number | null | undefined): string | null =>
  timeMs === null || timeMs === undefined ? null : isoTime(timeMs);
