/** Who may: the private CA, the device registry, enrolment, administrator credentials and the decision table. */
export type { Access, AccessDevice, AccessOptions, AccessSite, NewCredential, RequestFacts } from "./access.ts";
export type { Authority, ServerCertificate } from "./authority.ts";
export { ACTIONS, type Action } from "./decision.ts";
export type { EnrolmentAnswer, SignalList, TokenFile, TokenOrder } from "./enrolment.ts";
export { ANONYMOUS, nameOf, type Principal } from "./principal.ts";
export type { RefusalLedger, RefusalSource } from "./refusal-ledger.ts";
export { ACCESS_REFUSALS, type AccessRefusal, type AccessRefusalCode } from "./refusals.ts";
export type {
  DeviceLookup,
  DeviceRegistry,
  KeyStatus,
  RegisteredDevice,
  Registration,
  SignedAt,
} from "./registry.ts";
