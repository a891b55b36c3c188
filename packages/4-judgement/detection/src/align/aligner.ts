import type { Site } from "@twinward/plant";
import type { Aligned, AlignerInput } from "./aligned.ts";

export class Aligner {
  constructor(_site: Site) {}
  step(_input: AlignerInput): readonly Aligned[] {
    throw new Error("not built yet");
  }
  snapshot(): Uint8Array {
    throw new Error("not built yet");
  }
  restore(_snapshot: Uint8Array): void {
    throw new Error("not built yet");
  }
}
