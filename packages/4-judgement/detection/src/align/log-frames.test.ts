import { expect, test } from "vitest";
import { LogFrames } from "./log-frames.ts";
import { MemoryLog } from "./memory-log.fixture.ts";

test("a stranger's refusals are not those of a device of the same name", () => {
  const frames = new LogFrames(new MemoryLog());
  const sourceOf = (origin: string) => {
    const facts = { code: "KEY_UNKNOWN", origin, source: "plc2", count: 1 };
    return frames.inputOf({ index: 1, kind: "refusals", atMs: 0, facts, bytes: new Uint8Array(), frame: undefined });
  };
  const sources = ["device", "claimed", "outside"].map(sourceOf);
  expect(sources).toMatchObject([{ source: "device:plc2" }, { source: "claimed:plc2" }, { source: "outside:plc2" }]);
});
