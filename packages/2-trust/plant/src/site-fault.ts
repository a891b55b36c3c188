/**
 * What is wrong in a site folder, and where: file, line and path, so that an editor can jump there.
 *
 * A site is written by an operator, so a wrong one is neither hostile input nor a failure of ours: the reader gets
 * every fault at once and mends them in one go.
 */
export interface SiteFault {
  /** Path inside the site folder, with `/`. */
  readonly file: string;
  /** Counts from 1; the nearest line that exists when something is missing. */
  readonly line: number;
  /** Inside the file, e.g. `devices[2].zone`; empty for the file as a whole. */
  readonly path: string;
  /** One line that says what is wrong and, where we know, what would be right. */
  readonly message: string;
}

/** `site.yaml:12 devices[2].zone: no zone is called "tank"`. */
export function formatSiteFault(fault: SiteFault): string {
  return `${fault.file}:${fault.line}${fault.path === "" ? "" : ` ${fault.path}`}: ${fault.message}`;
}

/** A path as people write it: names with dots, places in lists with brackets. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}
