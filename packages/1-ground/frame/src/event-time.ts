/** Which event times a reading may have: absolute (RFC 8428 section 4.5.3) and exact as a number of milliseconds. */

/** 2^28 seconds, July 1978: below it SenML times are relative. */
export const TIME_MS_MIN = 2 ** 28 * 1000;
export const TIME_MS_MAX = Number.MAX_SAFE_INTEGER;

export function isEventTime(timeMs: number): boolean {
  return timeMs >= TIME_MS_MIN && timeMs <= TIME_MS_MAX;
}
