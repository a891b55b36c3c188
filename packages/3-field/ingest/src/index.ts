/** The door in: accept, refuse or quarantine each frame, then append. */
export type {
  Accepted,
  AcceptedFrame,
  DeviceHealth,
  DoorFinding,
  Ingest,
  IngestHealth,
  IngestLimits,
  IngestOptions,
  Timer,
  Via,
} from "./ingest.ts";
