/**
 * Errors: our surroundings failed (disk, network, configuration). Thrown, with a stable code.
 */

export interface ErrorDetails {
  /** What the reader can do about it, one line. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export class TwinwardError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "TwinwardError";
    this.code = code;
    this.remedy = details.remedy;
  }
}

/** Wrong words on the command line or in a file the operator wrote: exit code 2. */
export class UsageError extends TwinwardError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("USAGE", message, details);
    this.name = "UsageError";
  }
}
