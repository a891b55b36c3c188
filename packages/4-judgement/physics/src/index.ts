/** What should be true: process models that predict and estimate. Pure. */
export type { Expected, LogicViolation, WaterExpectation } from "./expectation.ts";
export { fitWaterParameters, type TrainingOptions } from "./fit-parameters.ts";
export type { CleanRow } from "./learn-controls.ts";
export type { WaterParameters } from "./parameters.ts";
export { type AssessOptions, WaterTwin } from "./water-twin.ts";
