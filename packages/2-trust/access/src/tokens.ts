/**
 * Enrolment tokens: the one-use permission to register a key for one device of one site.
 *
 * Only a salted hash is kept, in the log. A token dies by use, by expiry, by revocation of its device, and never comes
 * back: use is part of the very entry that registers the key.
 */
import type { EvidenceLog } from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";
import { type DeviceAct, draftOf, type TokenIssued } from "./device-entries.ts";
import { newSecret, type RandomBytes, secretMatches, splitSecret } from "./secret.ts";

export const TOKEN_LIFE_MS = 86_400_000;
/** A token for longer than this is not made. */
export const TOKEN_LIFE_MS_MAX = 30 * 86_400_000;

export interface IssuedToken {
  /** Shown once. */
  readonly secret: string;
  readonly expiresMs: number;
}

export interface TokenGrant {
  readonly device: string;
  readonly lifeMs: number;
  readonly gatewayFor: readonly string[];
  readonly by: string;
}

export class Tokens {
  readonly #log: EvidenceLog;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  /** Not used, not revoked; maybe expired. */
  readonly #open = new Map<string, TokenIssued>();
  /** Shown in a request that is being worked on. */
  readonly #taken = new Map<string, TokenIssued>();

  constructor(log: EvidenceLog, clock: Clock, random: RandomBytes) {
    this.#log = log;
    this.#clock = clock;
    this.#random = random;
  }

  replay(act: DeviceAct): void {
    if (act.act === "token") this.#open.set(act.token, act);
    if (act.act === "registered" && act.token !== null) this.#open.delete(act.token);
    if (act.act === "revoked") this.voidAll(act.device);
  }

  async issue(grant: TokenGrant): Promise<IssuedToken> {
    const secret = newSecret(this.#random);
    const expiresMs = this.#clock.nowMs() + Math.min(grant.lifeMs, TOKEN_LIFE_MS_MAX);
    const { device, gatewayFor, by } = grant;
    const { salt, hash, id: token } = secret;
    const act: TokenIssued = { act: "token", device, token, salt, hash, expiresMs, gatewayFor, by };
    this.#forgetExpired();
    // Open before it is durable, so that a revocation in between voids it; nobody knows the secret yet.
    this.#open.set(token, act);
    await this.#log.appendAll({ drafts: [draftOf(act)] }).catch((error: unknown) => {
      this.#open.delete(token);
      throw error;
    });
    return { secret: secret.text, expiresMs };
  }

  /**
   * Takes the token out of circulation when the secret is right: a second request with it finds nothing, even while
   * the first is still under way. `giveBack` it, or `spend` it.
   */
  take(text: string, device: string): TokenIssued | undefined {
    const split = splitSecret(text);
    const token = this.#open.get(split?.id ?? "");
    const matches = secretMatches(token, split?.secret ?? "");
    const alive = token !== undefined && token.device === device && this.#clock.nowMs() < token.expiresMs;
    if (!matches || !alive) return undefined;
    this.#open.delete(token.token);
    this.#taken.set(token.token, token);
    return token;
  }

  /** The request failed through the sender's fault: it may try again, unless the device was revoked meanwhile. */
  giveBack(token: TokenIssued): void {
    if (this.#taken.delete(token.token)) this.#open.set(token.token, token);
  }

  /** Uses the token up for good; false when the device was revoked since it was taken. */
  spend(token: TokenIssued): boolean {
    return this.#taken.delete(token.token);
  }

  voidAll(device: string): void {
    for (const tokens of [this.#open, this.#taken]) {
      for (const [id, token] of tokens) if (token.device === device) tokens.delete(id);
    }
  }

  #forgetExpired(): void {
    const nowMs = this.#clock.nowMs();
    for (const [id, token] of this.#open) if (token.expiresMs <= nowMs) this.#open.delete(id);
  }
}
