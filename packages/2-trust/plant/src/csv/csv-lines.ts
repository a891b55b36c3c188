/**
 * The lines of a text file, one after another, in bounded memory.
 *
 * Lines end with LF or CRLF; a byte order mark is dropped. What is no UTF-8 text file is said to be none, in one line.
 */
import { createReadStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { UsageError } from "@twinward/kernel";

export const CSV_LINE_CHARACTERS_MAX = 1_048_576;

export interface TextLine {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

/** Empty lines are left out, but counted. Throws UsageError. */
export async function* csvLines(path: string): AsyncGenerator<TextLine, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let line = 0;
  let rest = "";
  let first = true;
  for await (const chunk of chunks(path)) {
    if (first) refuseForeign(path, chunk);
    const text = rest + (first ? decoder.write(chunk).replace(/^\uFEFF/, "") : decoder.write(chunk));
    first = false;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      line += 1;
      const one = lineOf(path, line, text.slice(start, end));
      start = end + 1;
      if (one.text !== "") yield one;
    }
    rest = text.slice(start);
    if (rest.length > CSV_LINE_CHARACTERS_MAX) tooLong(path, line + 1);
  }
  const last = lineOf(path, line + 1, rest + decoder.end());
  if (last.text !== "") yield last;
}

async function* chunks(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read: ${code ?? "unknown cause"}`, { cause });
  }
}

function refuseForeign(path: string, chunk: Buffer): void {
  const mark = chunk.readUInt16BE === undefined || chunk.length < 2 ? 0 : chunk.readUInt16BE(0);
  if (mark === 0xfffe || mark === 0xfeff) throw new UsageError(`${path} is UTF-16: save it as UTF-8`);
}

function lineOf(path: string, line: number, text: string): TextLine {
  if (text.length > CSV_LINE_CHARACTERS_MAX) tooLong(path, line);
  if (text.includes("\0")) throw new UsageError(`${path}:${line}: holds a zero byte: is it a text file?`);
  return { line, text: text.endsWith("\r") ? text.slice(0, -1) : text };
}

function tooLong(path: string, line: number): never {
  throw new UsageError(`${path}:${line}: longer than CSV_LINE_CHARACTERS_MAX (${CSV_LINE_CHARACTERS_MAX})`);
}
