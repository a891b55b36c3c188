/**
 * The contract: the shape of every answer, as schemas. The OpenAPI document is made from these, and the answers are
 * checked against them on their way out.
 */
import { z } from "zod";

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("A code of docs/refusals.md"),
    party: z.enum(["sender", "relay", "operator", "auditor"]).describe("Who has to change something"),
    detail: z.string(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details" });
export type Problem = z.infer<typeof Problem>;

const IsoTime = z.string().describe("ISO 8601, UTC");
const Estimate = z.object({ value: z.number(), sigma: z.number().describe("Standard deviation") });

export const Health = z.object({
  status: z.enum(["ok", "degraded"]).describe("degraded: frames are recorded, judgement has stopped"),
  setUp: z.boolean(),
});

export const Signal = z
  .object({
    id: z.string(),
    title: z.string(),
    element: z.string(),
    kind: z.string(),
    unit: z.string().describe("UCUM"),
    device: z.string(),
    minimum: z.number().nullable(),
    maximum: z.number().nullable(),
    accuracy: z.number(),
    measured: z.number().nullable().describe("As signed; never replaced"),
    time: IsoTime.nullable(),
    quality: z.string().nullable(),
    standing: z.string(),
    since: IsoTime.nullable().describe("Since when the standing is what it is"),
    trust: z.number().nullable().describe("P(|value - truth| <= accuracy); null is unchecked"),
    causes: z.array(z.string()),
    substituted: Estimate.nullable().describe("Stands beside the measured value while that is distrusted"),
    estimate: Estimate.nullable(),
    signedAt: z.string().describe("Where the signature is made: device, gateway or importer"),
  })
  .meta({ id: "Signal" });
export type Signal = z.infer<typeof Signal>;

const twinFacts = {
  id: z.string(),
  title: z.string(),
  timeZone: z.string().describe("IANA"),
  timeBase: z.enum(["live", "simulated", "replay"]),
  time: IsoTime.nullable().describe("Event time of the newest judged row"),
  alarm: z.boolean(),
  verdict: z.string(),
  notice: z.string(),
  unchecked: z.number().describe("Share of signals that nothing checks"),
};
export const Twin = z.object({ ...twinFacts, signals: z.array(Signal) }).meta({ id: "Twin" });
export type Twin = z.infer<typeof Twin>;
export const TwinList = z.object({ items: z.array(z.object({ ...twinFacts, signals: z.int() })) });
export const SignalList = z.object({ items: z.array(Signal) });

export const SignalHistory = z.object({
  buckets: z.array(
    z.object({
      from: IsoTime,
      to: IsoTime,
      rows: z.int(),
      min: z.number().nullable(),
      max: z.number().nullable(),
      mean: z.number().nullable(),
      last: z.number().nullable(),
      estimate: z.number().nullable(),
      trust: z.number().nullable(),
      alarms: z.int(),
    }),
  ),
  next: IsoTime.nullable().describe("Ask again with this as `from` for the rest; null when this was all"),
});

const Act = z
  .object({ person: z.string(), reason: z.string(), time: IsoTime, expires: IsoTime.nullable() })
  .describe("Who did what to the alarm, and why");
export const Incident = z
  .object({
    id: z.string(),
    origin: z.string(),
    title: z.string(),
    state: z.enum(["unacknowledged", "acknowledged", "returned", "shelved", "suppressed", "closed"]),
    priority: z.enum(["critical", "high", "medium", "low"]),
    verdict: z.enum(["attack", "undetermined"]),
    quarantine: z.boolean().describe("Made from refused frames: left out of recomputation"),
    opened: IsoTime,
    since: IsoTime.describe("Since when the cause is present"),
    lastAlarm: IsoTime,
    ended: IsoTime.nullable(),
    alarmRows: z.int(),
    scoreMax: z.number(),
    suspects: z.array(z.object({ signal: z.string(), device: z.string(), share: z.number() })),
    alternatives: z.array(z.array(z.string())).describe("Other sets of culprits that explain the same data"),
    checks: z.array(z.string()),
    causes: z.array(z.string()),
    effect: z.string(),
    checkByHand: z.array(z.string()),
    techniques: z.array(z.object({ id: z.string(), name: z.string() })).describe("ATT&CK for ICS, consistent with"),
    annotations: z.array(z.string()),
    timeline: z.array(z.object({ time: IsoTime, text: z.string(), late: z.boolean() })),
    acknowledged: Act.nullable(),
    shelved: Act.nullable(),
    suppressed: Act.nullable(),
    closed: Act.nullable(),
    proofs: z.object({ entries: z.array(z.int()), count: z.int(), links: z.array(z.string()) }),
  })
  .meta({ id: "Incident" });
export type Incident = z.infer<typeof Incident>;
export const IncidentList = z.object({ total: z.int(), items: z.array(Incident) });
export const Accepted = z
  .object({ accepted: z.literal(true) })
  .describe("In the log; the incident changes when judged");

export const Device = z
  .object({
    id: z.string(),
    title: z.string(),
    zone: z.string(),
    signals: z.array(z.string()),
    status: z.enum(["not enrolled", "active", "retired", "revoked"]),
    kid: z.string().nullable(),
    signedAt: z.string(),
    since: IsoTime.nullable(),
    lastSeen: IsoTime.nullable().describe("Arrival of its last accepted frame since the start"),
    clockOffsetMs: z.number().nullable(),
    openLinks: z.int(),
  })
  .meta({ id: "Device" });
export type Device = z.infer<typeof Device>;
export const DeviceList = z.object({ items: z.array(Device) });

export const Credential = z.object({ id: z.string(), token: z.string().describe("Shown once, never stored") });
export const EnrolmentToken = z.object({
  v: z.literal(1),
  server: z.string(),
  site: z.string(),
  device: z.string(),
  secret: z.string(),
  caSpki: z.string(),
  expires: IsoTime,
});
