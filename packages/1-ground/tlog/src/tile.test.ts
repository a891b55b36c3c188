import { isRefusal } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bundlePath,
  encodeBundle,
  parseBundle,
  parseTile,
  parseTilePath,
  tilePath,
  tilesFilledBetween,
  tilesOf,
} from "./tile.ts";

test("a tree of 70,000 has the tiles that the specification counts", () => {
  const tiles = [...tilesOf(70_000)];
  const count = (level: number, full: boolean) =>
    tiles.filter((tile) => tile.level === level && (tile.width === 256) === full).length;
  expect([count(0, true), count(0, false), count(1, true), count(1, false), count(2, true), count(2, false)]).toEqual([
    273, 1, 1, 1, 0, 1,
  ]);
  expect(tiles.filter(({ width }) => width < 256).map(({ width }) => width)).toEqual([112, 17, 1]);
  expect([...tilesOf(256)]).toEqual([
    { level: 0, number: 0, width: 256 },
    { level: 1, number: 0, width: 1 },
  ]);
  expect([...tilesOf(0)]).toEqual([]);
});

test("what fills between two sizes is what the later tree has full and the earlier had not", () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.nat(3_000), (oldSize, more) => {
      const fullAt = (size: number) => [...tilesOf(size)].filter(({ width }) => width === 256).map(tilePath);
      const before = new Set(fullAt(oldSize));
      const filled = [...tilesFilledBetween(oldSize, oldSize + more)].map(tilePath);
      expect(filled.sort()).toEqual(
        fullAt(oldSize + more)
          .filter((path) => !before.has(path))
          .sort(),
      );
    }),
    { numRuns: 50 },
  );
});

test("paths are those of the specification, and are read back", () => {
  expect(tilePath({ level: 0, number: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
  expect(tilePath({ level: 63, number: 0, width: 17 })).toBe("tile/63/000.p/17");
  expect(bundlePath(1000, 256)).toBe("tile/entries/x001/000");
  fc.assert(
    fc.property(
      fc.nat(63),
      fc.nat(Number.MAX_SAFE_INTEGER),
      fc.integer({ min: 1, max: 256 }),
      (level, number, width) => {
        expect(parseTilePath(tilePath({ level, number, width }))).toEqual({ level, number, width });
        expect(parseTilePath(bundlePath(number, width))).toEqual({ level: "entries", number, width });
      },
    ),
  );
});

test.each([
  "tile/0/1",
  "tile/64/000",
  "tile/00/000",
  "tile/0/x000/001",
  "tile/0/000.p/0",
  "tile/0/000.p/256",
  "tile/0/000.p/07",
  "tile/0/../000",
  "tile/entries/001/x002",
  "",
])("%j names no tile", (path) => {
  expect(parseTilePath(path)).toBeUndefined();
});

describe("bundles", () => {
  test("come back as they went", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
        expect(parseBundle(encodeBundle(entries), entries.length)).toEqual(entries);
        expect(parseBundle(encodeBundle(entries), entries.length + 1)).toMatchObject({ code: "BUNDLE_MALFORMED" });
      }),
      { numRuns: 50 },
    );
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });

  test("hostile bytes are refused or are exactly some entries", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(5), (bytes, width) => {
        const entries = parseBundle(bytes, width);
        if (!isRefusal(entries)) expect(encodeBundle(entries)).toEqual(bytes);
        expect(isRefusal(parseTile(bytes, width))).toBe(bytes.length !== 32 * width);
      }),
    );
  });
});
