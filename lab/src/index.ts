/** Simulated plants, devices and attackers, run from a seed. Tests, demos and benchmarks only. */
export { csvHeader, csvLine, csvTime } from "./csv.ts";
export { DEMO_ATTACKS, DEMO_NON_ATTACKS, type DemoPlanOptions, demoPlan, demoRoundHours } from "./demo-plan.ts";
export { isActive, type LieScope, type LieShape, type PlantEvent, type WireAttack, type WirePath } from "./event.ts";
export {
  dropping,
  flipping,
  forging,
  holding,
  reordering,
  replaying,
  type SendFrame,
} from "./frame-attack.ts";
export { type LabSignal, type LabSite, labSiteOf, signalNumber } from "./lab-site.ts";
export type { PlacedScenario, Placement, PlacementContext, Scenario } from "./placement.ts";
export {
  type FleetEvents,
  type FleetFigures,
  type FleetOptions,
  OUTSTANDING_MAX,
  type PlcFleet,
  startPlcs,
} from "./plc-fleet.ts";
export { generateRows, type Row, type RowOptions } from "./rows.ts";
export { placeScenario, SCENARIOS, type WhenAndWhere } from "./scenario.ts";
export { RECOVERY_HOURS, type ScenarioScore, type Score, type SeenIncident, scoreScenarios } from "./score.ts";
export { openPlant, type SimulatedPlant, type SimulationOptions, STEP_MS, type Step, simulate } from "./simulate.ts";
export { controlledTanks, type Tank } from "./tank.ts";
