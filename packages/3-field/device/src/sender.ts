/**
 * Sending: frames leave the outbox only against their checked receipts.
 *
 * One link at a time, `windowFrames` frames on the way, answers in order. When the link breaks, everything without an
 * answer is sent again from the outbox: a frame that had arrived is a duplicate there and gets its original proof.
 *
 * Invariants: only durable frames are sent; a frame is freed exactly when its receipt passed `checkReceipt` and
 * `LogHead`; a log that shrank or changed stops the sender for good (state `alarm`) and frees nothing.
 */
import { isRefusal, type Refusal, TwinwardError } from "@twinward/kernel";
import { parseVerifierKey, type VerifierKey } from "@twinward/tlog";
import { type Answer, answerOf } from "./answer.ts";
import { backoffMs } from "./backoff.ts";
import { openHttpsLink } from "./https-link.ts";
import type { Identity } from "./identity.ts";
import type { Link, OpenLink } from "./link.ts";
import { LogHead } from "./log-head.ts";
import type { Outbox, OutboxFrame } from "./outbox.ts";
import { type CheckedReceipt, checkReceipt, rememberingVerify } from "./receipt.ts";
import type { DeviceRefusal } from "./refusals.ts";
import { openWebSocketLink } from "./websocket-link.ts";

export const WINDOW_FRAMES = 256;
/** No answer for this long while frames are on the way: the link is dead. */
export const SILENCE_MS_MAX = 30_000;
/** A frame refused this often in a row, though only for the moment, is set aside so that those behind it get through. */
export const REFUSALS_MAX = 8;

/** So many answers in a row that prove nothing: this is another log, or a liar; asking on helps nobody. */
export const DISTRUSTED_ANSWERS_MAX = 5;

export type SenderState = "stopped" | "connecting" | "open" | "waiting" | "alarm";

export interface SenderEvents {
  onState?(state: SenderState, reason: string): void;
  onReceipt?(frame: OutboxFrame, receipt: CheckedReceipt, proof: string): void;
  onRefused?(frame: OutboxFrame, code: string, detail: string): void;
  /** The server or a relay answered something that no honest log answers. */
  onAlarm?(refusal: Refusal): void;
}

export interface SenderOptions {
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly events?: SenderEvents;
  /** `auto` takes WebSocket, and HTTPS for the next try when a WebSocket did not even open. Default `auto`. */
  readonly transport?: "auto" | "websocket" | "https";
  readonly windowFrames?: number;
  /** Uniform in [0, 1), for jitter. */
  readonly uniform?: () => number;
  /** Runs something later; answers how to call it off. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #logKey: VerifierKey;
  readonly #head: LogHead;
  readonly #verify = rememberingVerify();
  readonly #window: number;
  readonly #after: (ms: number, run: () => void) => () => void;
  #state: SenderState = "stopped";
  #link: Link | undefined;
  #cancelTimer: () => void = () => undefined;
  /** Sent and not answered, oldest first. */
  #inFlight: OutboxFrame[] = [];
  /** Frames below this number are on the way or answered. */
  #next = 0;
  #failures = 0;
  #useHttps = false;
  #distrusted = 0;
  #refused = { number: -1, times: 0 };
  #idle: (() => void)[] = [];

  /** Throws IDENTITY_UNREADABLE when the identity's log key is none. */
  constructor(options: SenderOptions) {
    this.#options = options;
    const logKey = parseVerifierKey(options.identity.facts.logKey);
    if (isRefusal(logKey)) throw new TwinwardError("IDENTITY_UNREADABLE", `logKey: ${logKey.detail}`);
    this.#logKey = logKey;
    this.#head = new LogHead(options.outbox, logKey);
    this.#window = options.windowFrames ?? WINDOW_FRAMES;
    this.#after = options.after ?? systemTimer;
    this.#useHttps = options.transport === "https";
  }

  get state(): SenderState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "stopped") this.#connect();
  }

  /** Call after `outbox.flush()`: there may be durable frames to send. */
  nudge(): void {
    if (this.#state === "open") this.#fill();
  }

  /** Resolves when no frame is pending, or the sender is stopped or in alarm. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#tellIdle();
    });
  }

  stop(): void {
    this.#drop("stopped", "stopped by us");
  }

  #connect(): void {
    this.#enter("connecting", this.#useHttps ? "https" : "websocket");
    const { identity, outbox } = this.#options;
    const { tlsKey: key, tlsCrt: cert, caCrt: ca } = identity.keys;
    const open: OpenLink = this.#useHttps ? openHttpsLink : openWebSocketLink;
    const link = open(
      { server: identity.facts.server, ca, cert, key, checkpoint: outbox.checkpoint },
      {
        onOpen: () => link === this.#link && this.#opened(),
        onAnswer: (text) => link === this.#link && this.#answered(text),
        onClose: (reason) => link === this.#link && this.#retry(reason),
      },
    );
    this.#link = link;
  }

  #opened(): void {
    this.#enter("open", "");
    this.#inFlight = [];
    this.#next = 0;
    this.#fill();
  }

  #fill(): void {
    const room = this.#window - this.#inFlight.length;
    for (const frame of this.#options.outbox.pending(this.#next, room)) {
      this.#inFlight.push(frame);
      this.#next = frame.number + 1;
      this.#link?.send(frame.bytes);
    }
    this.#watchSilence();
    this.#tellIdle();
  }

  #answered(text: string): void {
    const answer = answerOf(text);
    const frame = this.#inFlight.shift();
    if (answer === undefined || frame === undefined) this.#retry("an answer that is none");
    else if (answer.kind === "proof") this.#proven(frame, answer.text);
    else this.#refusedFrame(frame, answer);
    if (this.#state !== "open") return;
    // Half a window of room: sending in groups, not one by one.
    if (2 * this.#inFlight.length <= this.#window) this.#fill();
    else this.#watchSilence();
  }

  #proven(frame: OutboxFrame, text: string): void {
    const receipt = this.#check(frame, text);
    if (isRefusal(receipt)) {
      this.#distrust(receipt);
      return;
    }
    this.#options.outbox.free(frame.number);
    this.#failures = 0;
    this.#distrusted = 0;
    this.#options.events?.onReceipt?.(frame, receipt, text);
  }

  #check(frame: OutboxFrame, text: string): CheckedReceipt | DeviceRefusal {
    const receipt = checkReceipt(text, frame.digest, this.#logKey, this.#verify);
    return isRefusal(receipt) ? receipt : (this.#head.advance(receipt.checkpoint, receipt.note) ?? receipt);
  }

  #refusedFrame(frame: OutboxFrame, answer: Extract<Answer, { kind: "refused" }>): void {
    this.#options.events?.onRefused?.(frame, answer.code, answer.detail);
    const times = this.#refused.number === frame.number ? this.#refused.times + 1 : 1;
    this.#refused = { number: frame.number, times };
    const isHopeless = answer.scope === "frame" || (answer.scope === "moment" && times >= REFUSALS_MAX);
    if (isHopeless) this.#options.outbox.putAside(frame.number, answer.code);
    else this.#retry(`refused for now: ${answer.code}`);
  }

  /**
   * A log that shrank or changed ends the sending. Any other false answer may be a relay's and ends the link; when they
   * go on, the log has another key (after `evidence recover`), and the device has to be enrolled again.
   */
  #distrust(refusal: DeviceRefusal): void {
    this.#options.events?.onAlarm?.(refusal);
    const isAboutTheLog = refusal.code === "RECEIPT_HEAD_SMALLER" || refusal.code === "RECEIPT_HEAD_CHANGED";
    this.#distrusted += 1;
    if (isAboutTheLog || this.#distrusted >= DISTRUSTED_ANSWERS_MAX) this.#drop("alarm", refusal.code);
    else this.#retry(refusal.code);
  }

  #retry(reason: string): void {
    if (this.#state === "stopped" || this.#state === "alarm") return;
    if (this.#state === "connecting" && (this.#options.transport ?? "auto") === "auto")
      this.#useHttps = !this.#useHttps;
    this.#failures += 1;
    this.#drop("waiting", reason);
    const uniform = this.#options.uniform ?? Math.random;
    this.#cancelTimer = this.#after(backoffMs(this.#failures, uniform()), () => this.#connect());
  }

  #drop(state: SenderState, reason: string): void {
    this.#cancelTimer();
    const link = this.#link;
    this.#link = undefined;
    this.#inFlight = [];
    this.#enter(state, reason);
    link?.close();
  }

  #watchSilence(): void {
    this.#cancelTimer();
    if (this.#inFlight.length === 0) return;
    this.#cancelTimer = this.#after(SILENCE_MS_MAX, () => this.#retry("no answer in time"));
  }

  #enter(state: SenderState, reason: string): void {
    this.#state = state;
    this.#options.events?.onState?.(state, reason);
    this.#tellIdle();
  }

  #tellIdle(): void {
    const isOver = this.#state === "stopped" || this.#state === "alarm";
    if (!isOver && this.#options.outbox.pendingCount > 0) return;
    for (const tell of this.#idle.splice(0)) tell();
  }
}

function systemTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
