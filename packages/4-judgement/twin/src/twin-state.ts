import type { AlignedRow, Judgement } from "@twinward/detection";
import type { Site } from "@twinward/plant";
import type { TwinView } from "./signal-state.ts";

export class TwinState {
  constructor(_site: Site) {}
  step(_row: AlignedRow, _judgement: Judgement): void {
    throw new Error("not built yet");
  }
  view(): TwinView {
    throw new Error("not built yet");
  }
  snapshot(): Uint8Array {
    throw new Error("not built yet");
  }
  restore(_snapshot: Uint8Array): void {
    throw new Error("not built yet");
  }
}
