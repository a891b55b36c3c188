/** Simulated plants, devices and attackers, run from a seed. Tests, demos and benchmarks only. */
export { cTownColumns } from "./c-town-columns.ts";
export { csvHeader, csvLine, csvTime } from "./csv.ts";
export { isActive, type LieScope, type LieShape, type PlantEvent, type WireAttack } from "./event.ts";
export { type LabSignal, type LabSite, labSiteOf, signalNumber } from "./lab-site.ts";
export type { PlacedScenario, Placement, PlacementContext, Scenario, Tank } from "./placement.ts";
export { generateRows, type Row, type RowOptions } from "./rows.ts";
export { controlledTanks, placeScenario, SCENARIOS, type WhenAndWhere } from "./scenario.ts";
export { openPlant, type SimulatedPlant, type SimulationOptions, STEP_MS, type Step, simulate } from "./simulate.ts";
