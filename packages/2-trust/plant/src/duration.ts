/** Durations as people write them in site.yaml: `90s`, `15min`, `1h`, `2d`. */
const MS_OF: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, or undefined when `text` is no duration. Fractions are written in the smaller unit. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|min|h|d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * (MS_OF[match[2] as string] as number);
}

/** The same duration in the largest unit that says it in whole numbers. */
export function durationText(ms: number): string {
  const unit = ["d", "h", "min", "s"].find(
    (name) => ms >= (MS_OF[name] as number) && ms % (MS_OF[name] as number) === 0,
  );
  return `${ms / (MS_OF[unit ?? "ms"] as number)}${unit ?? "ms"}`;
}
