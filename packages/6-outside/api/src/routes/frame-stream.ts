/**
 * Many frames over one WebSocket: a binary message is a frame, a text message is its proof or its refusal, in order.
 *
 * Invariants: every message gets exactly one answer, in the order of the messages; one bad frame never silences the
 * connection; while the door is full the socket is paused, so that nothing piles up here.
 */
import type { Duplex } from "node:stream";
import type { Accepted, Ingest } from "@twinward/ingest";
import { isRefusal, type Refusal } from "@twinward/kernel";
import type { WebSocket } from "ws";
import { refuseApi } from "../refusals.ts";

/** A relay that does not read its answers is cut off: they must not pile up here. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;
/** Close code of RFC 6455: we cannot go on. */
const SERVER_FAULT = 1011;

export class FrameStream {
  readonly #socket: WebSocket;
  readonly #carrier: Duplex;
  readonly #ingest: Ingest;
  readonly #source: string;
  #tail: Promise<void> = Promise.resolve();
  #isCorked = false;

  /** @param carrier the connection below the WebSocket */
  constructor(socket: WebSocket, carrier: Duplex, ingest: Ingest, source: string) {
    this.#socket = socket;
    this.#carrier = carrier;
    this.#ingest = ingest;
    this.#source = source;
  }

  start(): void {
    this.#socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    this.#socket.on("error", () => this.#socket.terminate());
  }

  #take(data: unknown, isBinary: boolean): void {
    if (!isBinary || !Buffer.isBuffer(data)) {
      this.#answer(Promise.resolve(refuseApi("BAD_REQUEST", "Send frames as binary messages.")));
      return;
    }
    this.#answer(this.#ingest.accept(data, { source: this.#source }));
    const room = this.#ingest.ready();
    if (room === undefined) return;
    this.#socket.pause();
    void room.then(() => this.#socket.resume());
  }

  #answer(coming: Promise<Accepted | Refusal>): void {
    this.#tail = this.#tail.then(async () => {
      const outcome = await coming;
      this.#cork();
      this.#socket.send(isRefusal(outcome) ? JSON.stringify(outcome) : outcome.proof());
      if (this.#socket.bufferedAmount > UNSENT_BYTES_MAX) this.#socket.terminate();
    });
    // The log has failed: the process is stopping, the sender keeps its frames and asks again later.
    this.#tail.catch(() => this.#socket.close(SERVER_FAULT));
  }

  /** One group commit answers many frames at once: their answers leave in one write, when all of them are said. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#carrier.cork();
    // Runs when all promises that the commit resolved have run.
    process.nextTick(() => {
      this.#isCorked = false;
      this.#carrier.uncork();
    });
  }
}
