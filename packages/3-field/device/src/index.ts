/** The SDK a device maker or gateway uses: enrol, sign at birth, keep, send. */
export type { EnrolmentAnswer, EnrolmentRequest, EnrolmentToken } from "./enrolment-messages.ts";
