/** Reads what the devices write down, as far as whole lines go, and tells the checker. */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import type { OutsideChecker } from "../checker/outside-checker.ts";

const CHUNK_BYTES = 1 << 20;

export class FieldRecord {
  readonly #path: string;
  #offset = 0;
  #rest = "";
  /** Refusals by code, as the devices saw them. */
  readonly refused = new Map<string, number>();
  readonly alarms: string[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Answers what is wrong with what was written since the last call. */
  tell(checker: OutsideChecker): string[] {
    const wrong: string[] = [];
    for (const line of this.#lines()) wrong.push(...this.#take(line, checker));
    return wrong;
  }

  #take(line: string, checker: OutsideChecker): string[] {
    const [mark, ...words] = line.split(" ");
    const [first = "", second = "", third = "", fourth = ""] = words;
    if (mark === "S" && fourth.length === 64) checker.sent(first, Number(second), Number(third), fourth);
    // The full stop shows that the line is whole: a device killed while writing has not kept this proof.
    else if (mark === "P" && second === ".") return checker.given(Buffer.from(first, "base64").toString("utf8"));
    else if (mark === "R") this.refused.set(second, (this.refused.get(second) ?? 0) + 1);
    else if (mark === "A") this.alarms.push(first);
    return [];
  }

  *#lines(): Generator<string> {
    if (!existsSync(this.#path)) return;
    const file = openSync(this.#path, "r");
    try {
      const { size } = statSync(this.#path);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      while (this.#offset < size) {
        const read = readSync(file, chunk, 0, CHUNK_BYTES, this.#offset);
        if (read === 0) return;
        this.#offset += read;
        const lines = (this.#rest + chunk.toString("latin1", 0, read)).split("\n");
        this.#rest = lines.pop() ?? "";
        yield* lines;
      }
    } finally {
      closeSync(file);
    }
  }
}
