/** The SDK a device maker or gateway uses: enrol, sign at birth, keep, send. */
export { type EnrolOptions, enrol, readToken } from "./enrol.ts";
export type { EnrolmentAnswer, EnrolmentRequest, EnrolmentToken } from "./enrolment-messages.ts";
export { type ChainStart, FrameSigner, type FrameSignerOptions, type Profile } from "./frame-signer.ts";
export { Identity, type IdentityFacts, type IdentityKeys } from "./identity.ts";
export { CHECKPOINT_HEADER } from "./link.ts";
export { OUTBOX_BYTES_MAX, Outbox, type OutboxFrame, type OutboxLimits } from "./outbox.ts";
export { type CheckedReceipt, checkReceipt } from "./receipt.ts";
export { DEVICE_REFUSALS, type DeviceRefusal, type DeviceRefusalCode } from "./refusals.ts";
export { Sender, type SenderEvents, type SenderOptions, type SenderState, WINDOW_FRAMES } from "./sender.ts";
