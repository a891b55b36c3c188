/**
 * Exit codes: 0 done, 1 the answer is "no", 2 the words or the input were wrong (one line says what to do).
 */
import { isRefusal, TwinwardError, UsageError } from "@twinward/kernel";
import { plain } from "./plain-text.ts";

export type ExitCode = 0 | 1 | 2;

/** Says on stderr what went wrong and returns the exit code that goes with it. Assertions are not caught: they stop us. */
export function explain(reason: unknown): ExitCode {
  if (isRefusal(reason)) {
    console.error(plain(`twinward: ${reason.detail} (${reason.code})`));
    return 2;
  }
  if (reason instanceof TwinwardError) {
    console.error(`twinward: ${withRemedy(reason)}`);
    return reason instanceof UsageError || WRONG_INPUT.has(reason.code) ? 2 : 1;
  }
  if (isMissingPart(reason)) {
    console.error(
      `twinward: this command needs a part that is not installed: ${reason.message.split(" imported from")[0]}.`,
    );
    return 2;
  }
  if (isSystemError(reason)) {
    console.error(`twinward: ${wordsOf(reason)}`);
    return 2;
  }
  throw reason;
}

/** What was given cannot be used; the same words with something else would do. */
const WRONG_INPUT: ReadonlySet<string> = new Set([
  "DATA_OTHER_LOG",
  "IDENTITY_MODE",
  "IDENTITY_UNREADABLE",
  "MODEL_OTHER_SITE",
  "MODEL_REFUSED",
  "SITE_LATENESS_TOO_LONG",
]);

function withRemedy({ message, remedy }: TwinwardError): string {
  if (remedy === undefined) return sentence(message);
  return /^[a-z]/.test(remedy) ? sentence(`${message}; ${remedy}`) : `${sentence(message)} ${sentence(remedy)}`;
}

const sentence = (text: string) => (/[.!?:]$/.test(text) ? text : `${text}.`);

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read or written by this user",
  EPERM: "may not be changed by this user",
  EISDIR: "is a folder, a file is wanted",
  ENOTDIR: "is a file, a folder is wanted",
  EEXIST: "exists already",
  ENOSPC: "cannot be written: the disk is full",
  EADDRINUSE: "is in use by another process; give another --listen",
  EADDRNOTAVAIL: "is no address of this machine; give another --listen",
};

/** A missing file, a folder without rights, a port in use: what the operating system said, as a sentence. */
function wordsOf(error: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }): string {
  const words = SYSTEM_WORDS[error.code ?? ""];
  const what = error.path ?? (error.address === undefined ? undefined : `${error.address}:${error.port}`);
  return words === undefined || what === undefined ? error.message : `${what} ${words}.`;
}

function isSystemError(reason: unknown): reason is NodeJS.ErrnoException {
  return reason instanceof Error && typeof (reason as NodeJS.ErrnoException).syscall === "string";
}

function isMissingPart(reason: unknown): reason is Error {
  return reason instanceof Error && (reason as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
}
