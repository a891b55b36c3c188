import { afterEach, describe, expect, test } from "vitest";
import { QUIET, Served, START_MS } from "./served.fixture.ts";

let served: Served;
afterEach(() => served.remove());

describe("when the judge cannot go on", () => {
  test("frames are still recorded, health says so, and the owner is told once", async () => {
    const lost: unknown[] = [];
    served = await Served.open({ model: new Uint8Array([1, 2, 3]), onJudgementLost: (cause) => lost.push(cause) });
    const token = await served.setUp();
    const field = await served.field("plc1");
    await expect(served.runtime.judgement.idle()).rejects.toThrow();
    const frame = field.frame(START_MS, QUIET);
    expect((await served.call("/v1/frames", { method: "POST", token, body: frame })).status).toBe(200);
    expect((await served.call("/v1/health")).json).toEqual({ status: "degraded", setUp: true });
    expect((await served.call("/v1/metrics", { token })).text).toContain("\ntwinward_judgement_failed 1\n");
    expect(lost).toHaveLength(1);
  });
});
