/** Every code this package refuses with; see docs/refusals.md. The untrusted party is the server. */
import { type Party, type Refusal, refuse } from "@twinward/kernel";

export const DEVICE_REFUSALS = {
  RECEIPT_MALFORMED: "The answer is not a tlog-proof that a key of the log signed over this entry.",
  RECEIPT_OTHER_FRAME: "The proven entry is not the entry of the frame that was sent.",
  RECEIPT_HEAD_SMALLER: "The log's checkpoint is smaller than one we hold: the log was rolled back.",
  RECEIPT_HEAD_CHANGED: "The log shows another root for a size that we hold a checkpoint of: the log was rewritten.",
  RECEIPT_ORIGIN: "The checkpoint is of another log than the one this device was enrolled to.",
  ENROLMENT_CA: "The server cannot show the CA whose key hash the token carries.",
  ENROLMENT_ANSWER: "The server's answer to the enrolment does not fit the request or the token.",
  ENROLMENT_REFUSED: "The server refused the enrolment.",
} as const;

export type DeviceRefusalCode = keyof typeof DEVICE_REFUSALS;
export type DeviceRefusal = Refusal<DeviceRefusalCode>;

export function refuseDevice(code: DeviceRefusalCode, detail = "", party: Party = "operator"): DeviceRefusal {
  return refuse(code, party, detail === "" ? DEVICE_REFUSALS[code] : `${DEVICE_REFUSALS[code]} ${detail}`);
}
