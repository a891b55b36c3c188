/**
 * One record of the outbox file: `"TWJ1"`, length (4 bytes, big-endian), kind (1), CRC-32 of kind and body (4), body.
 *
 * The four letters let a reader find the next whole record behind a damaged one, so that damage costs one record and
 * not all that follow. CRC-32 finds accidents; a liar with write access to the device has its private key as well.
 */
import { crc32 } from "node:zlib";

const MAGIC = 0x54574a31;
export const RECORD_HEAD_BYTES = 13;
/** A frame of 1 MiB with its number and digest fits. */
export const RECORD_BODY_BYTES_MAX = 1_048_576 + 64;

export const RECORD = {
  /** Number (8 bytes), digest (32), the frame. */
  frame: 1,
  /** Number: its receipt was checked, the frame may be forgotten. */
  freed: 2,
  /** Number, then the refusal code as text: the server will never take it. */
  setAside: 3,
  /** Boot counter. */
  boot: 4,
  /** Next number, boot counter, digest of the newest frame: what compaction leaves of freed frames. */
  head: 5,
  /** The newest checkpoint of the log that a checked receipt carried, a signed note. */
  checkpoint: 6,
} as const;

export interface JournalRecord {
  readonly kind: number;
  readonly body: Buffer;
  /** Where the record begins and ends in the file. */
  readonly start: number;
  readonly end: number;
}

export function encodeRecord(kind: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + body.length);
  record.writeUInt32BE(MAGIC, 0);
  record.writeUInt32BE(body.length, 4);
  record.writeUInt8(kind, 8);
  record.writeUInt32BE(checksum(kind, body), 9);
  body.copy(record, RECORD_HEAD_BYTES);
  return record;
}

/** The whole record that begins exactly at `start`, else undefined. */
function recordAt(file: Buffer, start: number): JournalRecord | undefined {
  if (start + RECORD_HEAD_BYTES > file.length || file.readUInt32BE(start) !== MAGIC) return undefined;
  const length = file.readUInt32BE(start + 4);
  const end = start + RECORD_HEAD_BYTES + length;
  if (length > RECORD_BODY_BYTES_MAX || end > file.length) return undefined;
  const kind = file.readUInt8(start + 8);
  const body = file.subarray(start + RECORD_HEAD_BYTES, end);
  return checksum(kind, body) === file.readUInt32BE(start + 9) ? { kind, body, start, end } : undefined;
}

export interface JournalScan {
  readonly records: readonly JournalRecord[];
  /** End of the last whole record: what follows is a torn tail. */
  readonly end: number;
  /** Stretches inside the file that are not whole records. */
  readonly damaged: number;
}

/** All whole records of a file, in order. */
export function scanJournal(file: Buffer): JournalScan {
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(MAGIC);
  const records: JournalRecord[] = [];
  let end = 0;
  let damaged = 0;
  for (let at = file.indexOf(magic); at >= 0; at = file.indexOf(magic, at)) {
    const record = recordAt(file, at);
    if (record === undefined) {
      at += 1;
      continue;
    }
    if (at > end) damaged += 1;
    records.push(record);
    at = end = record.end;
  }
  return { records, end, damaged };
}

function checksum(kind: number, body: Uint8Array): number {
  return crc32(body, crc32(Uint8Array.of(kind)));
}

/** A number up to 2^53 - 1 as 8 bytes, big-endian. */
export function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function numberOf(bytes: Buffer, offset = 0): number {
  return Number(bytes.readBigUInt64BE(offset));
}
