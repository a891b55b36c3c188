/** The correctness gate beside the figures: what must be refused is refused, in the same run. */

import { join } from "node:path";
import type { Site } from "@twinward/plant";
import { type BenchDevice, signedFrames } from "./bench-site.ts";
import { openDoor } from "./product.ts";

/** Throws when a tampered frame is accepted or a repeated one makes a new entry. */
export async function gate(dir: string, site: Site, devices: readonly BenchDevice[]): Promise<void> {
  const door = await openDoor(join(dir, "gate"), site, devices);
  const [first, second] = signedFrames({
    site,
    devices: devices.slice(0, 1),
    frames: 2,
    readings: 10,
    profile: "columns",
    seed: 99,
  }) as [Uint8Array, Uint8Array];
  const proof = await door.accept(first);
  if (indexLine(await door.accept(first)) !== indexLine(proof)) throw new Error("a repeated frame made a new entry");
  for (const at of [40, second.length >> 1, second.length - 1]) {
    const flipped = second.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    const outcome = await door.accept(flipped).then(
      () => "accepted",
      () => "refused",
    );
    if (outcome === "accepted") throw new Error(`a frame with byte ${at} flipped was accepted`);
  }
  await door.close();
}

const indexLine = (proof: string) => /^index \d+$/m.exec(proof)?.[0];
