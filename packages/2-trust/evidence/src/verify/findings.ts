/** Collects what a verification finds; the list is bounded, the count is not. */
import { PROBLEMS_MAX, type Problem } from "./report.ts";

const WARNINGS_MAX = 50;

export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: string[] = [];
  readonly checked = { entries: 0, frames: 0, bodies: 0, erased: 0, files: 0 };
  problemsLeftOff = 0;

  problem(code: string, where: string, detail: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ code, where, detail });
    else this.problemsLeftOff++;
  }

  warn(text: string): void {
    if (this.warnings.length < WARNINGS_MAX && !this.warnings.includes(text)) this.warnings.push(text);
  }
}
