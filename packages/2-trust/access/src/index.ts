/** Who may: the private CA, the device registry, enrolment, administrator credentials and the decision table. */
export {
  type Access,
  type AccessOptions,
  openAccess,
  type RequestFacts,
  type TokenFile,
  type TokenOrder,
} from "./access.ts";
export type { NewCredential } from "./administrators.ts";
export { type Authority, type AuthorityOptions, openAuthority, type ServerCertificate } from "./authority.ts";
export { ACTIONS, type Action } from "./decision.ts";
export type { SignedAt } from "./device-entries.ts";
export type { AccessDevice, AccessSite, EnrolmentAnswer, SignalList } from "./enrolment.ts";
export { ANONYMOUS, nameOf, type Principal } from "./principal.ts";
export { LogRefusalLedger, type RefusalLedger, type RefusalSource } from "./refusal-ledger.ts";
export { ACCESS_REFUSALS, type AccessRefusal, type AccessRefusalCode } from "./refusals.ts";
export type { DeviceLookup, DeviceRegistry, KeyStatus, RegisteredDevice, Registration } from "./registry.ts";
