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

export type ToServer = { readonly kind: "memory" } | { readonly kind: "stop" };
export type FromServer = ServerReady | { readonly kind: "memory"; readonly rssBytes: number };
