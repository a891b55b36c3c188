/** The door in: accept, refuse or quarantine each frame, then append. */
export { createIngest } from "./door.ts";
export type {
  Accepted,
  AcceptedFrame,
  DeviceHealth,
  DoorFinding,
  Ingest,
  IngestHealth,
  IngestOptions,
  Timer,
  Via,
} from "./ingest.ts";
export { type IngestLimits, USUAL_LIMITS } from "./limits.ts";
export { INGEST_REFUSALS, type IngestRefusal, type IngestRefusalCode } from "./refusals.ts";
