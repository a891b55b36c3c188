import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Served } from "./served.fixture.ts";

const show = (served: Served, token: string, head: string) =>
  served.call("/v1/frames", {
    method: "POST",
    token,
    body: new Uint8Array([0]),
    headers: { "twinward-checkpoint": Buffer.from(head).toString("base64") },
  });

test("a device that shows a head beyond ours stops the process; our own head, an older one or a forged one does not", async () => {
  const first = await Served.open();
  const token = await first.setUp();
  const early = first.runtime.log.checkpoint();
  const parent = await first.stop();
  cpSync(join(parent, "data"), join(parent, "backup"), { recursive: true });

  const second = await Served.open({}, parent);
  await second.field("plc1");
  const newest = second.runtime.log.checkpoint();
  await second.stop();
  rmSync(join(parent, "data"), { recursive: true });
  cpSync(join(parent, "backup"), join(parent, "data"), { recursive: true });

  const lost: string[] = [];
  const restored = await Served.open({ onLost: ({ code }) => lost.push(code) }, parent);
  const { origin } = restored.runtime.log;
  const forged = `${origin}\n999999\n${"A".repeat(43)}=\n\n\u2014 ${origin} ${"A".repeat(91)}=\n`;
  for (const head of [early, restored.runtime.log.checkpoint(), forged, "nonsense"]) await show(restored, token, head);
  expect(lost).toEqual([]);
  await show(restored, token, newest);
  expect(lost).toEqual(["LOG_ROLLED_BACK"]);
  await restored.remove();
});
