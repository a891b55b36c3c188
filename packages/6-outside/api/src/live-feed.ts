/**
 * The live feed: what changes now, to whoever listens, without waiting for the slowest.
 *
 * A listener that does not keep up is dropped, never buffered without end; it reconnects and reads the state.
 */

export interface LiveEvent {
  readonly event: "state" | "incident" | "door";
  readonly data: unknown;
}

export type LiveListener = (event: LiveEvent) => void;

export class LiveFeed {
  readonly #listeners = new Set<LiveListener>();

  publish(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
