/** Parsers of what devices send: the frame, its two payloads, the signal table. */
import {
  type CborValue,
  COLUMNS_TYPE,
  CTI_BYTES,
  decodeCbor,
  decodeColumns,
  decodeSenml,
  decodeSignalTable,
  encodeCbor,
  encodeColumns,
  encodeFrame,
  encodeSenmlFor,
  encodeSignalTable,
  parseFrame,
  SENML_TYPE,
  signerFromSeed,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, isRefusal, seededChance } from "@twinward/kernel";
import { demandSame, hexTokens, type ParserCase } from "./parser-case.ts";

const CBOR_TOKENS = hexTokens(
  "d2",
  "d284",
  "9bffffffffffffffff",
  "bbffffffffffffffff",
  "5bffffffffffffffff",
  "9f",
  "bf",
  "5f",
  "ff",
  "fb7ff8000000000000",
  "fb7ff0000000000000",
  "f97e00",
  "1bffffffffffffffff",
  "3bffffffffffffffff",
  "1b0020000000000000",
  "818181818181818181818181818181818181",
  "a1a1a1a1a1a1a1a1",
  "d856",
  "d84e",
  "d840",
  "f4f5f6f7",
  "00",
  "a10132",
  "6161",
  "6280ff",
);

const TABLE = encodeSignalTable("plc1", [
  ["L_T1", "m"],
  ["P_J1", "m"],
  ["F_PU1", "L/s"],
]);
const START_MS = Date.UTC(2026, 0, 5);

function blockOfRows(rows: number) {
  const readings = Array.from({ length: rows }, (_, row) =>
    TABLE.names.map((signal, s) => ({ signal, timeMs: START_MS + row * 1000, value: row + s / 10, quality: row % 2 })),
  );
  return blockOf(readings.flat());
}

const columnSamples = () => [1, 3, 20].map((rows) => encodeColumns(blockOfRows(rows), TABLE.names));
const senmlSamples = () => [1, 3, 20].map((rows) => encodeSenmlFor(blockOfRows(rows), TABLE));

function frameSamples(): Uint8Array[] {
  const chance = seededChance(1);
  const signer = signerFromSeed(chance.bytes(32));
  const sign = (payload: Uint8Array, contentType: typeof COLUMNS_TYPE | typeof SENML_TYPE) =>
    encodeFrame(
      {
        algorithm: signer.algorithm,
        contentType,
        kid: signer.publicKey.kid,
        issuer: "plc1",
        device: "plc1",
        site: "net1",
        issuedAtMs: START_MS,
        salt: chance.bytes(CTI_BYTES),
        boot: 1,
        sequence: 0,
        previous: ZERO_DIGEST,
        signalTable: TABLE.digest,
      },
      payload,
      signer,
    ).bytes;
  return [
    ...columnSamples().map((payload) => sign(payload, COLUMNS_TYPE)),
    ...senmlSamples().map((payload) => sign(payload, SENML_TYPE)),
  ];
}

const verdictOf = (value: unknown) => (isRefusal(value) ? value.code : "accepted");

export const FRAME_PARSERS: readonly ParserCase[] = [
  {
    name: "frame",
    open: () => ({ samples: frameSamples(), tokens: CBOR_TOKENS, parse: (input) => verdictOf(parseFrame(input)) }),
  },
  {
    name: "cbor",
    open: () => ({
      samples: [TABLE.bytes, encodeCbor(new Map([[1, [1, -1, 2 ** 40]]]))],
      tokens: CBOR_TOKENS,
      parse: (input) => {
        const value = decodeCbor(input);
        if (isRefusal(value)) return value.code;
        // The reader may know more forms than the writer; what is written has to be read as the same again.
        const written = encodeCbor(value as CborValue);
        demandSame(written, encodeCbor(decodeCbor(written) as CborValue), "CBOR");
        return "accepted";
      },
    }),
  },
  {
    name: "senml",
    open: () => ({ samples: senmlSamples(), tokens: CBOR_TOKENS, parse: (input) => verdictOf(decodeSenml(input)) }),
  },
  {
    name: "columns",
    open: () => ({
      samples: columnSamples(),
      tokens: CBOR_TOKENS,
      parse: (input) => verdictOf(decodeColumns(input, TABLE.names)),
    }),
  },
  {
    name: "signal-table",
    open: () => ({
      samples: [TABLE.bytes],
      tokens: CBOR_TOKENS,
      parse: (input) => {
        const table = decodeSignalTable(input);
        if (isRefusal(table)) return table.code;
        demandSame(input, encodeSignalTable(table.device, table.signals).bytes, "signal table");
        return "accepted";
      },
    }),
  },
];
