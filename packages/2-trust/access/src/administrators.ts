/**
 * Administrators: the first one comes by a set-up link, all others by an administrator.
 *
 * There is no default password. The first start writes a one-use link into a file only the owner of the process can
 * read; whoever holds that file holds the machine anyway. Credentials are random bearer tokens, kept as salted hashes
 * in entries of kind `administrator`, so a restart knows them and an auditor sees each one come and go.
 */
import { join } from "node:path";
import type { EntryDraft, EvidenceLog, LogEntry } from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";
import { destroyDurably, writeDurably } from "@twinward/store";
import { FactReader } from "./fact-reader.ts";
import { type AccessRefusal, refuseAccess } from "./refusals.ts";
import { newSecret, type RandomBytes, type SecretRecord, secretMatches, splitSecret } from "./secret.ts";

export const SETUP_LINK_LIFE_MS = 15 * 60_000;
export const SETUP_LINK_FILE = "setup-link";
const NAME_CHARACTERS_MAX = 100;

export interface NewCredential {
  /** Public id, for lists and revocation. */
  readonly id: string;
  /** `Authorization: Bearer <token>`; shown once, never stored. */
  readonly token: string;
}

interface Credential extends SecretRecord {
  readonly id: string;
  readonly name: string;
}

interface SetupLink extends SecretRecord {
  readonly id: string;
  readonly expiresMs: number;
}

export interface AdministratorParts {
  readonly dataDir: string;
  readonly log: EvidenceLog;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export class Administrators {
  readonly #parts: AdministratorParts;
  readonly #credentials = new Map<string, Credential>();
  #link: SetupLink | undefined;
  /** Stays true when the last credential is revoked: a set-up link never returns by itself. */
  #isSetUp = false;

  constructor(parts: AdministratorParts) {
    this.#parts = parts;
  }

  get isSetUp(): boolean {
    return this.#isSetUp;
  }

  replay(entry: LogEntry): void {
    const facts = new FactReader(entry);
    const act = facts.text("act");
    if (act === "credential") {
      this.#add({
        id: facts.text("id"),
        name: facts.text("name"),
        salt: facts.bytes("salt"),
        hash: facts.bytes("hash"),
      });
    }
    if (act === "credential-revoked") this.#credentials.delete(facts.text("id"));
  }

  /** A new link makes the one before worthless. Answers the path of the file; undefined when set up. */
  async openSetup(serverUrl: string): Promise<string | undefined> {
    if (this.#isSetUp) return undefined;
    const { dataDir, log, clock, random } = this.#parts;
    const { id, text, salt, hash } = newSecret(random);
    const expiresMs = clock.nowMs() + SETUP_LINK_LIFE_MS;
    await log.appendAll({ drafts: [draft({ act: "setup-link", id, salt, hash, expiresMs })] });
    this.#link = { id, salt, hash, expiresMs };
    const path = join(dataDir, SETUP_LINK_FILE);
    // Behind `#`: browsers never send this part of a URL, so it ends up in no access log.
    writeDurably(path, `${serverUrl}/v1/setup#${text}\n`);
    return path;
  }

  async useSetup(secret: string, name: string): Promise<NewCredential | AccessRefusal> {
    const split = splitSecret(secret);
    const link = this.#link?.id === split?.id ? this.#link : undefined;
    const matches = secretMatches(link, split?.secret ?? "");
    const alive = link !== undefined && !this.#isSetUp && this.#parts.clock.nowMs() < link.expiresMs;
    if (!matches || !alive) return refuseAccess("SETUP_LINK_INVALID");
    // Gone before the first await: of two requests at once, one finds nothing.
    this.#link = undefined;
    const credential = await this.issue(name, `setup-link:${link.id}`);
    destroyDurably(join(this.#parts.dataDir, SETUP_LINK_FILE));
    return credential;
  }

  async issue(name: string, by: string): Promise<NewCredential> {
    const { id, text, salt, hash } = newSecret(this.#parts.random);
    const credential = { id, name: name.slice(0, NAME_CHARACTERS_MAX), salt, hash };
    await this.#parts.log.appendAll({ drafts: [draft({ act: "credential", ...credential, by })] });
    this.#add(credential);
    return { id, token: text };
  }

  async revoke(id: string, by: string): Promise<AccessRefusal | undefined> {
    if (!this.#credentials.delete(id)) return refuseAccess("CREDENTIAL_UNKNOWN", "", "operator");
    await this.#parts.log.appendAll({ drafts: [draft({ act: "credential-revoked", id, by })] });
    return undefined;
  }

  /** Whose bearer token this is; constant time. */
  find(token: string): { readonly id: string; readonly name: string } | undefined {
    const split = splitSecret(token);
    const credential = this.#credentials.get(split?.id ?? "");
    return secretMatches(credential, split?.secret ?? "") ? credential : undefined;
  }

  #add(credential: Credential): void {
    this.#credentials.set(credential.id, credential);
    this.#isSetUp = true;
  }
}

function draft(facts: EntryDraft["facts"]): EntryDraft {
  return { kind: "administrator", facts };
}
