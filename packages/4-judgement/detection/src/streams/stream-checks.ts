/** Streaming checks in typed arrays. */
export const STREAM_FLAGS = { range: 1, rate: 2, stuck: 4, ewma: 8, cusum: 16 } as const;

export class StreamChecks {}
