/** Times in recorded data: a pattern read both ways. */
export interface TimeFormat {
  /** Unix milliseconds, or undefined when the text is no such time. No offset means UTC. */
  parse(text: string): number | undefined;
  format(timeMs: number): string;
}

/** @param format `iso`, or a pattern of DD MM YY YYYY HH mm ss. Undefined when it is neither. */
export function timeFormat(_format: string): TimeFormat | undefined {
  throw new Error("not built yet");
}
