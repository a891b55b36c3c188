/**
 * One simulated PLC: signs each sample at birth, keeps it in its outbox, sends it over the real path.
 *
 * When the way to the server is blocked it goes on measuring and signing; what it kept is sent when
 * the way opens again. Attackers on the way, or with its key, are simulated here too, beside the
 * honest device and never through its outbox.
 */
import { FrameSigner, type Identity, Outbox, type Profile, Sender, type SenderEvents } from "@twinward/device";
import { type Chance, ManualClock, type ReadingBlock, seededChance } from "@twinward/kernel";
import { isBlocked, type WirePath } from "./event.ts";
import { flipping, forging, reordering, type SendFrame } from "./frame-attack.ts";
import { framePost } from "./frame-post.ts";
import type { FromPlc, PlcSample, PlcStatus } from "./plc-words.ts";

const REORDERED_FRAMES = 4;
/** A replayed frame is this many samples old. */
const REPLAY_AGE = 6;

export interface PlcOptions {
  readonly identity: Identity;
  /** Names of the readings, in the order of `values` in each sample. */
  readonly signals: readonly string[];
  readonly profile: Profile;
  readonly seed: number;
  readonly tell: (message: FromPlc) => void;
}

export class Plc {
  readonly #options: PlcOptions;
  readonly #clock = new ManualClock(0);
  readonly #chance: Chance;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #signer: FrameSigner;
  /** The same key and boot in other hands: its frames claim places in the chain that are taken. */
  readonly #thief: FrameSigner;
  readonly #post: SendFrame<string>;
  readonly #reordered: SendFrame<string>;
  readonly #sent: Uint8Array[] = [];
  #work: Promise<void> = Promise.resolve();
  #signed = 0;
  #proven = 0;
  #newestEntry = -1;
  #isTelling = false;

  constructor(options: PlcOptions) {
    const { identity, profile, seed } = options;
    this.#options = options;
    this.#chance = seededChance(seed);
    this.#outbox = Outbox.open(identity.outboxDir);
    this.#sender = new Sender({ identity, outbox: this.#outbox, events: this.#events(), transport: "websocket" });
    const { signer, table, facts } = identity;
    const chain = this.#outbox.startBoot();
    const { device, site } = facts;
    const shared = { signer, device, site, table, chain, profile, clock: this.#clock };
    this.#signer = new FrameSigner(shared);
    this.#thief = new FrameSigner(shared);
    this.#post = framePost(identity);
    this.#reordered = reordering(this.#post, REORDERED_FRAMES);
  }

  /** Takes samples in order; one is handled when the one before is. */
  take(sample: PlcSample): void {
    this.#work = this.#work.then(() => this.#handle(sample)).catch((error: unknown) => this.#fail(error));
  }

  /** Resolves when everything taken was signed and kept, and sent unless the way is blocked. */
  async stop(): Promise<void> {
    await this.#work;
    await this.#sender.drained();
    this.#sender.stop();
    await this.#outbox.close();
    this.#tellNow();
  }

  async #handle({ timeMs, values, forged, path }: PlcSample): Promise<void> {
    this.#clock.set(timeMs);
    await this.#follow(path);
    const frame = this.#signer.sign(this.#blockOf(timeMs, values));
    this.#signed += 1;
    if (path !== "drop") {
      this.#outbox.put(frame);
      // Not awaited: samples that come quickly share one fsync.
      void this.#outbox.flush().then(
        () => this.#sender.nudge(),
        (error: unknown) => this.#fail(error),
      );
    }
    this.#tellSoon();
    await this.#attack(path, frame.bytes, () => this.#thief.sign(this.#blockOf(timeMs, forged)).bytes);
  }

  /**
   * Sends from the first sample on an open way. Before a way is blocked, what was sent on it arrives; what comes
   * later waits in the outbox.
   */
  async #follow(path: WirePath): Promise<void> {
    const isStopped = this.#sender.state === "stopped";
    if (isBlocked(path) && !isStopped) {
      await this.#outbox.flush();
      this.#sender.nudge();
      await this.#sender.drained();
      this.#sender.stop();
    } else if (!isBlocked(path) && isStopped) {
      this.#sender.start();
    }
  }

  async #attack(path: WirePath, honest: Uint8Array, forge: () => Uint8Array): Promise<void> {
    this.#sent.push(honest);
    const old = this.#sent.length > REPLAY_AGE ? this.#sent.shift()! : undefined;
    if (path === "flip") await this.#strike(path, flipping(this.#post, this.#chance)(honest));
    if (path === "bad-signature") await this.#strike(path, forging(this.#post, this.#chance)(forge()));
    if (path === "stolen-key") await this.#strike(path, this.#post(forge()));
    if (path === "replay-frames" && old !== undefined) await this.#strike(path, this.#post(old));
    // Answers come when the group is complete; nothing waits for them.
    if (path === "reorder") void this.#strike(path, this.#reordered(honest));
  }

  async #strike(attack: WirePath, sending: Promise<string>): Promise<void> {
    const answer = await sending.catch((error: Error) => error.message);
    this.#options.tell({ kind: "attacker", attack, answer });
  }

  #blockOf(timeMs: number, values: Float64Array): ReadingBlock {
    return {
      names: this.#options.signals,
      signals: Uint32Array.from(values, (_, i) => i),
      timesMs: new Float64Array(values.length).fill(timeMs),
      values,
      qualities: new Uint8Array(values.length),
    };
  }

  #events(): SenderEvents {
    const { tell } = this.#options;
    return {
      onReceipt: (_frame, receipt) => {
        this.#proven += 1;
        this.#newestEntry = Math.max(this.#newestEntry, receipt.index);
        this.#tellSoon();
      },
      onRefused: (_frame, code, detail) => {
        tell({ kind: "refused", code, detail });
        this.#tellSoon();
      },
      onAlarm: ({ code, detail }) => tell({ kind: "alarm", code, detail }),
      onState: (state, reason) => tell({ kind: "state", state, reason }),
    };
  }

  /** One status per turn of the event loop, however many proofs came. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => this.#tellNow());
  }

  #tellNow(): void {
    this.#isTelling = false;
    const pending = this.#outbox.pendingCount;
    const status: PlcStatus = {
      kind: "status",
      signed: this.#signed,
      pending,
      proven: this.#proven,
      newestEntry: this.#newestEntry,
    };
    this.#options.tell(status);
  }

  #fail(error: unknown): void {
    const { code = "PLC_FAILED", message } = error as Error & { code?: string };
    this.#options.tell({ kind: "failed", code, message });
  }
}
