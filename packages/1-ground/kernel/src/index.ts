/** The shared words of Twinward. No I/O, no plant knowledge; runs in browsers. */
export { fromBase64, fromHex, sha256, toBase64, toHex } from "#platform";
export { assert, BrokenPromise } from "./assert.ts";
export { concatBytes, equalBytes } from "./bytes.ts";
export { type Chance, seededChance } from "./chance.ts";
export { type Clock, ManualClock, systemClock, type TimeBase } from "./clock.ts";
export { TwinwardError, UsageError } from "./error.ts";
export { QUALITIES, type Quality, qualityNumber } from "./quality.ts";
export { blockOf, READINGS_MAX, type Reading, type ReadingBlock, readingsOf } from "./reading.ts";
export { isRefusal, type Party, type Refusal, refuse } from "./refusal.ts";
export { senmlUnitOf } from "./unit.ts";
