/** What should be true: process models that predict and estimate. Pure. */
export type { Expected, LogicViolation, WaterExpectation } from "./expectation.ts";
export type { WaterParameters } from "./parameters.ts";
export { type AssessOptions, WaterTwin } from "./water-twin.ts";
