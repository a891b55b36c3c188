/** Frames at an even pace over one connection, whatever the answers do, and how long each answer took. */
import type { WebSocket } from "ws";

/** With 100 readings each: 100,000 readings a second. */
export const FRAMES_PER_SECOND = 1_000;
const TICK_MS = 1;

export class PacedLoad {
  /** Milliseconds from sending to answer, in the order of sending. */
  readonly waits: number[] = [];
  readonly #socket: WebSocket;
  readonly #next: () => Uint8Array | undefined;
  readonly #startMs = performance.now();
  readonly #sentAt: number[] = [];
  readonly #done = Promise.withResolvers<void>();
  #isOver = false;
  #answered = 0;

  /** Begins at once; ends when `next` has no more. */
  constructor(socket: WebSocket, next: () => Uint8Array | undefined) {
    this.#socket = socket;
    this.#next = next;
    const hear = () => this.#hear();
    socket.on("message", hear);
    void this.answered().then(() => socket.off("message", hear));
    this.#tick();
  }

  /** Resolves when everything that was sent is answered. */
  answered(): Promise<void> {
    return this.#done.promise;
  }

  /** Sends no more; frames answered per second so far. */
  stop(): number {
    this.#isOver = true;
    return Math.round((1000 * this.#answered) / (performance.now() - this.#startMs));
  }

  #hear(): void {
    const sentMs = this.#sentAt[this.#answered++] ?? Number.NaN;
    this.waits.push(performance.now() - sentMs);
    this.#endWhenAnswered();
  }

  #endWhenAnswered(): void {
    if (this.#isOver && this.#answered === this.#sentAt.length) this.#done.resolve();
  }

  // A timer, not a busy loop: the client must not take the processor that the server needs.
  #tick(): void {
    const due = Math.floor(((performance.now() - this.#startMs) / 1000) * FRAMES_PER_SECOND);
    while (!this.#isOver && this.#sentAt.length < due) this.#send();
    if (!this.#isOver) setTimeout(() => this.#tick(), TICK_MS);
  }

  #send(): void {
    const frame = this.#next();
    if (frame === undefined) {
      this.#isOver = true;
      this.#endWhenAnswered();
      return;
    }
    this.#sentAt.push(performance.now());
    this.#socket.send(frame);
  }
}
