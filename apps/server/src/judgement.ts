/**
 * The judgement of a running site, as the process that owns the log sees it: starts the worker, makes its groups
 * durable, and tells whoever listens.
 */
import { Worker } from "node:worker_threads";
import type { EvidenceLog } from "@twinward/evidence";
import type { IncidentEvent } from "@twinward/incident";
import { TwinwardError } from "@twinward/kernel";
import type { TwinView } from "@twinward/twin";
import type { FromWorker, JudgementOrder, ToWorker } from "./judgement-messages.ts";

export interface JudgementListener {
  /** Called once, with what was believed when the last process stopped. */
  onRestored(view: TwinView): void;
  /** Called after the group is durable. */
  onJudged(view: TwinView, rows: number): void;
  onIncident(event: IncidentEvent): void;
  /** Called once: nothing is judged any more, and the log goes on without. */
  onFailed(cause: unknown): void;
}

export class Judgement {
  readonly #worker: Worker;
  readonly #log: EvidenceLog;
  readonly #listener: JudgementListener;
  readonly #idleWaiters: { resolve: () => void; reject: (reason: unknown) => void }[] = [];
  #rows = 0;
  #seenSize = 0;
  #told = true;
  #failure: unknown;
  #stopping = false;

  constructor(log: EvidenceLog, order: JudgementOrder, listener: JudgementListener) {
    this.#log = log;
    this.#listener = listener;
    this.#worker = new Worker(new URL("./judgement-worker.ts", import.meta.url), { workerData: order });
    this.#worker.on("message", (message: FromWorker) => this.#hear(message));
    this.#worker.on("error", (cause: Error) => this.#fail(stopped(cause)));
    this.#worker.on("exit", () => {
      if (!this.#stopping) this.#fail(stopped());
    });
  }

  /** Rows judged since the start. */
  get rows(): number {
    return this.#rows;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  get lagEntries(): number {
    return this.#log.size() - this.#seenSize;
  }

  /** Call when the log has grown; cheap, and safe to call often. */
  grown(): void {
    if (this.#told) return;
    this.#told = true;
    this.#say({ type: "grown" });
  }

  /** Resolves when the worker has read all that is in the log. Rejects when it failed. */
  idle(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!this.#told && this.lagEntries === 0) return Promise.resolve();
    this.grown();
    return new Promise((resolve, reject) => this.#idleWaiters.push({ resolve, reject }));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if (message.type === "restored") {
      this.#listener.onRestored(message.view);
      return;
    }
    if (message.type === "group") {
      void this.#append(message).catch((cause) => this.#fail(cause));
      return;
    }
    this.#seenSize = message.size;
    this.#told = false;
    if (this.lagEntries > 0) this.grown();
    else for (const waiter of this.#idleWaiters.splice(0)) waiter.resolve();
  }

  async #append(message: FromWorker & { type: "group" }): Promise<void> {
    await this.#log.appendAll(message.group);
    this.#rows += message.rows;
    for (const event of message.events) this.#listener.onIncident(event);
    this.#listener.onJudged(message.view, message.rows);
    this.#say({ type: "appended" });
  }

  #fail(cause: unknown): void {
    if (this.#failure === undefined) {
      this.#failure = cause;
      if (!this.#stopping) this.#listener.onFailed(cause);
    }
    for (const waiter of this.#idleWaiters.splice(0)) waiter.reject(this.#failure);
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

/** Errors lose their class on the way out of a worker. */
function stopped(cause?: Error): TwinwardError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return new TwinwardError("JUDGEMENT_STOPPED", `the judgement worker stopped${why}`, { cause });
}
