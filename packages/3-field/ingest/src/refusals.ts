/**
 * Every code this package refuses with, beside those of `frame`. A code is a promise: it keeps its meaning for ever, has
 * one line in docs/refusals.md, and is never reused.
 */
import { type Party, type Refusal, refuse } from "@twinward/kernel";

export const INGEST_REFUSALS = {
  DOOR_BUSY: "Too many frames wait for the disk; send this one again in a moment.",
  DOOR_CLOSED: "The server is stopping; send this frame again after its start.",
  KEY_UNKNOWN: "No device is registered with this key.",
  KEY_RETIRED: "The device has enrolled again with another key.",
  DEVICE_REVOKED: "The device has been revoked.",
  AUDIENCE_WRONG: "The frame is meant for another site.",
  ISSUER_WRONG: "The frame names another signer than its key's owner.",
  DEVICE_FOREIGN: "The signer may not sign for this device, or the site has no such device.",
  SIGNAL_TABLE_UNKNOWN: "No signal table with this digest is in the log.",
  SIGNAL_TABLE_FOREIGN: "The signal table is another device's.",
  SIGNAL_FOREIGN: "A signal does not belong to this device at this site, or its unit is not the site's.",
  CLASSIFICATION_MIXED: "The frame mixes signals of different classification; a proof would disclose them together.",
  FRAME_FORK: "Another frame has this place in the device's chain already; the first one stays.",
  EVENT_TIME_AHEAD: "An event time lies further ahead of our clock than the site allows.",
  READING_ABSURD: "A value is too large to be a measurement of anything.",
  RATE_EXCEEDED: "The device sends faster than its limit; keep the frame and send it again later.",
} as const;

export type IngestRefusalCode = keyof typeof INGEST_REFUSALS;
export type IngestRefusal = Refusal<IngestRefusalCode>;

export function refuseAtDoor(code: IngestRefusalCode, detail = "", party: Party = "sender"): IngestRefusal {
  return refuse(code, party, detail === "" ? INGEST_REFUSALS[code] : `${INGEST_REFUSALS[code]} ${detail}`);
}
