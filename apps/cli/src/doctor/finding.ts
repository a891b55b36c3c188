/** What the doctor says about one thing: fine, to be mended (with how), or not checked (with why). */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "wrong" | "skipped";
  readonly detail: string;
  /** What to do about it; empty when nothing is wrong. */
  readonly mend: string;
}

export const fine = (what: string, detail: string): Finding => ({ what, state: "ok", detail, mend: "" });
export const wrong = (what: string, detail: string, mend: string): Finding => ({ what, state: "wrong", detail, mend });
export const skipped = (what: string, detail: string): Finding => ({ what, state: "skipped", detail, mend: "" });
