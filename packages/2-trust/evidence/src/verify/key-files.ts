/** The key files of a folder: each data key is the one it is named after, and the log key is the one the log names. */
import { existsSync } from "node:fs";
import { equalBytes } from "@twinward/kernel";
import { UNFINISHED } from "@twinward/store";
import { type DataKey, dataKeyFile, readDataKey } from "../data-key.ts";
import type { DataFolder } from "../layout.ts";
import { currentTerm, type LogIdentity, readLogKey } from "../log-key.ts";
import type { Erasures } from "./body-check.ts";
import type { Findings } from "./findings.ts";

export class KeyFiles {
  readonly #folder: DataFolder;
  readonly #keys = new Map<string, DataKey | undefined>();

  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  /** The data key; undefined when its file is missing or holds something else. */
  dataKey(hex: string): DataKey | undefined {
    if (!this.#keys.has(hex)) this.#keys.set(hex, this.#read(hex));
    return this.#keys.get(hex);
  }

  checkDataKeys(files: readonly string[], erasures: Erasures, lagging: boolean, findings: Findings): void {
    for (const path of files) {
      const hex = /^keys\/data\/([0-9a-f]{16})\.key$/.exec(path)?.[1];
      if (hex === undefined) {
        const isLeftOver = lagging && path.endsWith(UNFINISHED);
        if (path.startsWith("keys/data/") && !isLeftOver)
          findings.problem("FILE_EXTRA", path, "no data key has this name");
        continue;
      }
      findings.checked.files++;
      if (erasures.keyIsErased(hex) && !lagging) {
        findings.problem("KEY_NOT_DESTROYED", path, "an entry says that this key was destroyed");
      } else if (this.dataKey(hex) === undefined && !erasures.keyIsErased(hex)) {
        findings.problem("KEY_DAMAGED", path, "it is not the key that it is named after");
      }
    }
  }

  checkLogKey(identity: LogIdentity, findings: Findings): void {
    if (!existsSync(this.#folder.logKey)) {
      findings.warn("keys/log.key is not here: this folder can be verified but not continued");
      return;
    }
    findings.checked.files++;
    try {
      if (equalBytes(readLogKey(this.#folder.logKey).publicKey, currentTerm(identity).key.publicKey)) return;
    } catch {
      // Unreadable is as wrong as another key.
    }
    findings.problem("KEY_DAMAGED", "keys/log.key", "it is not the key that the log names");
  }

  #read(hex: string): DataKey | undefined {
    const path = dataKeyFile(this.#folder.dataKeys, { hex });
    return existsSync(path) ? readDataKey(path, hex) : undefined;
  }
}
