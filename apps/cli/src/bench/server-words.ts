/** What the benchmark and its server process say to each other. */

export interface ServerOrder {
  readonly dir: string;
  readonly devices: number;
  readonly seed: number;
}

export interface ServerReady {
  readonly kind: "ready";
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What the server process has used up to now. */
export interface ServerUsage {
  readonly kind: "usage";
  readonly rssBytes: number;
  /** Microseconds of CPU (user and system) of all its threads. */
  readonly cpuUs: number;
}

export type ToServer = { readonly kind: "usage" } | { readonly kind: "stop" };
export type FromServer = ServerReady | ServerUsage;
