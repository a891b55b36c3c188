/**
 * Frames between signature check and proof: the only place where unanswered work waits.
 *
 * Invariant: never more than the limits; when full, `ready` tells callers to wait instead of memory growing, and the
 * gate opens again only when half of it is free, so that sockets are not paused and resumed per frame.
 */
export class InFlight {
  readonly #framesMax: number;
  readonly #bytesMax: number;
  #frames = 0;
  #bytes = 0;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #idle: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(framesMax: number, bytesMax: number) {
    this.#framesMax = framesMax;
    this.#bytesMax = bytesMax;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Counts a frame in; false when there is no room. */
  enter(bytes: number): boolean {
    if (this.#frames >= this.#framesMax || this.#bytes + bytes > this.#bytesMax) return false;
    this.#frames += 1;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#frames -= 1;
    this.#bytes -= bytes;
    if (this.#room !== undefined && this.#frames <= this.#framesMax / 2 && this.#bytes <= this.#bytesMax / 2) {
      this.#room.resolve();
      this.#room = undefined;
    }
    if (this.#frames === 0) this.#idle?.resolve();
  }

  /** Undefined when there is room for a frame of usual size. */
  ready(): Promise<void> | undefined {
    if (this.#room === undefined && this.#frames < this.#framesMax && this.#bytes < this.#bytesMax) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Resolves when all frames have left. */
  empty(): Promise<void> {
    if (this.#frames === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }
}
