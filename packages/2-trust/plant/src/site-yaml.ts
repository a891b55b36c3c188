/**
 * The shape of site.yaml. Unknown keys are faults: a misspelt limit must never be silently no limit.
 *
 * Whether names point at something that exists is asked later, in site-references.ts.
 */
import { z } from "zod";
import { timeFormat } from "./csv/time-format.ts";
import { durationMs } from "./duration.ts";
import { PATH_CHARACTERS_MAX, SIGNALS_MAX } from "./site-limits.ts";

export const SITE_FORMAT = "twinward-site/1";

/** Signal names travel in frames, so they are SenML names (RFC 8428 section 4.5.1). */
export const SIGNAL_ID = /^[A-Za-z0-9][A-Za-z0-9:._/-]{0,99}$/;

const title = z.string().min(1).max(200);
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "is no id: letters, digits, `.`, `_`, `-`, at most 63");
const lowerId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "is no id: lower-case letters, digits, `.`, `_`, `-`");
const duration = z
  .string()
  .refine((text) => (durationMs(text) ?? 0) > 0, "is no duration above zero such as 90s, 15min, 1h or 2d")
  .transform((text) => durationMs(text) as number);

/** Stays inside the folder by its form alone; the reader checks links too. */
export const sitePath = z
  .string()
  .max(PATH_CHARACTERS_MAX)
  .regex(
    /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
    "is no path inside the site folder: names with letters, digits, `.`, `_`, `-`, joined by `/`, none beginning with a dot",
  );

const zone = z.strictObject({ id, title, securityLevelTarget: z.int().min(0).max(4) });

const conduit = z.strictObject({ id, from: id, to: id, flows: z.array(z.string().min(1).max(100)).min(1).max(100) });

const asset = z.strictObject({
  id,
  title,
  zone: id,
  kind: z.string().min(1).max(60),
  x: z.number().optional(),
  y: z.number().optional(),
});

const device = z.strictObject({
  id: lowerId,
  title,
  zone: id,
  asset: id,
  thing: sitePath,
  signedAt: z.enum(["device", "gateway", "importer"]),
});

const control = z
  .strictObject({ actuator: z.string().min(1), tank: z.string().min(1), onBelow: z.number(), offAbove: z.number() })
  .refine((rule) => rule.onBelow < rule.offAbove, "onBelow must be less than offAbove");

const behaviour = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("epanet"), model: sitePath, controls: z.array(control).max(10_000).default([]) }),
]);

const mode = z.strictObject({
  id: z.enum(["normal", "maintenance", "calibration", "start-up", "out-of-service"]),
  title,
});

const operatingLimit = z
  .strictObject({ signal: z.string(), low: z.number().optional(), high: z.number().optional() })
  .refine((limit) => limit.low !== undefined || limit.high !== undefined, "needs low, high or both")
  .refine((limit) => (limit.low ?? -Infinity) < (limit.high ?? Infinity), "low must be less than high");

const csv = z.strictObject({
  delimiter: z.enum([",", ";"]),
  timeColumn: z.string().min(1).max(100),
  timeFormat: z
    .string()
    .refine((format) => timeFormat(format) !== undefined, "is neither iso nor a pattern of DD MM YY YYYY HH mm ss"),
  labelColumn: z.string().min(1).max(100).optional(),
});

/** Event times close rows for everybody: one clock that runs ahead must not make the readings of all others late. */
const timing = z
  .strictObject({ samplePeriod: duration, lateness: duration, ahead: duration, openLink: duration })
  .refine(({ lateness, ahead }) => ahead < lateness, {
    path: ["ahead"],
    error: "must be shorter than timing.lateness",
  });

const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}, "is no IANA time zone");

export const siteYaml = z.strictObject({
  format: z.literal(SITE_FORMAT),
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "is no site id: lower-case letters, digits and `-`, at most 63 characters"),
  title,
  timeZone,
  timing,
  csv,
  behaviour,
  modes: z.array(mode).min(1).max(5),
  zones: z.array(zone).min(1).max(1_000),
  conduits: z.array(conduit).max(10_000),
  assets: z.array(asset).max(100_000),
  devices: z.array(device).max(10_000),
  signals: z
    .array(z.string().regex(SIGNAL_ID, "is no signal name: letters, digits and `:._/-`, at most 100 characters"))
    .max(SIGNALS_MAX),
  operatingLimits: z.array(operatingLimit).max(SIGNALS_MAX).default([]),
});

export type SiteYaml = z.infer<typeof siteYaml>;
