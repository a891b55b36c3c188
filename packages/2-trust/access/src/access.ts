/**
 * Access: who may talk to this site, and what may they do?
 *
 * One object ties the private CA, the device registry, enrolment, administrator credentials and the decision table
 * together over one log. All its state is replayed from the log; nothing secret is in it, only salted hashes.
 */
import type { EvidenceLog } from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";
import type { Authority } from "./authority.ts";
import type { Action } from "./decision.ts";
import type { EnrolmentAnswer, SignalList, TokenFile, TokenOrder } from "./enrolment.ts";
import type { Principal } from "./principal.ts";
import type { RefusalLedger } from "./refusal-ledger.ts";
import type { AccessRefusal } from "./refusals.ts";
import type { DeviceRegistry, SignedAt } from "./registry.ts";
import type { RandomBytes } from "./secret.ts";

/** What access needs to know of the site. */
export interface AccessSite {
  readonly id: string;
  readonly devices: readonly AccessDevice[];
}

export interface AccessDevice {
  readonly id: string;
  readonly signedAt: SignedAt;
  /** [name, UCUM unit], in the order of its signal table. */
  readonly signals: SignalList;
}

export interface AccessOptions {
  readonly dataDir: string;
  readonly site: AccessSite;
  readonly log: EvidenceLog;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly random?: RandomBytes;
}

/** What the transport knows of a request, never what the request says of itself. */
export interface RequestFacts {
  /** The `Authorization` header as received. */
  readonly authorization: string | undefined;
  /** DER of the client certificate, only when the TLS layer has verified its chain to our CA. */
  readonly certificate: Uint8Array | undefined;
  /** Address of the peer, for counting wrong secrets. */
  readonly source: string;
}

export interface NewCredential {
  /** Public id, for lists and revocation. */
  readonly id: string;
  /** `Authorization: Bearer <token>`; shown once, never stored. */
  readonly token: string;
}

export interface Access {
  readonly registry: DeviceRegistry;
  readonly ledger: RefusalLedger;
  /** Whether an administrator exists. */
  isSetUp(): boolean;
  /** Makes the one-use set-up link file (0600, 15 minutes) and returns its path; undefined when set up already. */
  openSetup(serverUrl: string): Promise<string | undefined>;
  useSetup(secret: string, name: string, source: string): Promise<NewCredential | AccessRefusal>;
  issueCredential(name: string, by: Principal): Promise<NewCredential>;
  revokeCredential(id: string, by: Principal): Promise<AccessRefusal | undefined>;
  /** An enrolment token for one device; the secret inside is shown once. */
  issueToken(order: TokenOrder, by: Principal): Promise<TokenFile | AccessRefusal>;
  /** `request` is the parsed JSON body of POST /v1/enrolments, unchecked. */
  enrol(request: unknown, source: string): Promise<EnrolmentAnswer | AccessRefusal>;
  /** Anonymous when nothing was shown; a refusal when what was shown is wrong. */
  authenticate(facts: RequestFacts): Principal | AccessRefusal;
  /** Undefined when allowed. */
  allow(principal: Principal, action: Action): AccessRefusal | undefined;
}
