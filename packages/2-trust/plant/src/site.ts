/**
 * The site: everything Twinward knows about one plant, read from a folder of files.
 *
 * Signals have a stable order (as listed in site.yaml); `number` is the place in it and indexes every typed
 * array that holds one value per signal.
 */

export type QuantityKind = "level" | "flow" | "status" | "pressure" | "other";

/** Who may see a value; drives encryption keys and, later, what leaves. */
export type Classification = "public" | "internal" | "confidential" | "trade-secret" | "personal";

export interface Signal {
  /** Unique in the site, e.g. `L_T1`: also the name in frames, CSV files and the API. */
  readonly id: string;
  /** Place in `Site.signals`. */
  readonly number: number;
  readonly title: string;
  /** The device that signs it. */
  readonly device: string;
  /** The element of the behaviour model it measures, e.g. `T1`. */
  readonly element: string;
  readonly kind: QuantityKind;
  /** UCUM code. */
  readonly unit: string;
  /** Physical limits; a value outside is false whatever the model says. */
  readonly minimum: number;
  readonly maximum: number;
  /** Allowed values, for statuses. */
  readonly enum: readonly number[] | undefined;
  /** Values are rounded to a multiple of this before any use, in training too. */
  readonly resolution: number;
  /** Stated accuracy: trust is the probability that |value - truth| is at most this. Same unit as the value. */
  readonly accuracy: number;
  /** Fastest believable change, unit per second; undefined means no check. */
  readonly rateMax: number | undefined;
  /** A value that does not change at all for longer is a flatline; undefined means no check. */
  readonly flatlineMsMax: number | undefined;
  /** Changes smaller than this are not changes, same unit as the value; absent: none. */
  readonly deadBand?: number | undefined;
  /** Name of its column in recorded data where that differs from `id`. */
  readonly column?: string | undefined;
  /** CEL expressions over `value`, `previous`, and other signals by id; each must be true. */
  readonly rules: readonly string[];
  readonly classification: Classification;
}

export interface Device {
  /** e.g. `plc1`: the `sub` of its frames. */
  readonly id: string;
  readonly title: string;
  readonly zone: string;
  readonly asset: string;
  /** Where the signature is made. */
  readonly signedAt: "device" | "gateway" | "importer";
  /** Signal ids, in the order of its signal table. */
  readonly signals: readonly string[];
  /** Path of its Thing Description inside the site folder. */
  readonly thing?: string | undefined;
}

export interface Zone {
  readonly id: string;
  readonly title: string;
  /** IEC 62443 target security level, 0 to 4. */
  readonly securityLevelTarget: number;
}

export interface Conduit {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Protocol names, e.g. `twinward-frame/https`. */
  readonly flows: readonly string[];
}

export interface Asset {
  readonly id: string;
  readonly title: string;
  readonly zone: string;
  readonly kind: string;
  /** Map coordinates in the units of the model file. */
  readonly x: number | undefined;
  readonly y: number | undefined;
}

/** An on/off rule of a controller: on below one level of a tank, off above another. */
export interface LevelControl {
  /** Element id of a pump or valve, e.g. `PU1`. */
  readonly actuator: string;
  /** Element id of the tank. */
  readonly tank: string;
  /** Metres. */
  readonly onBelow: number;
  readonly offAbove: number;
}

/** What should be true here: which behaviour model, with its files and parameters. */
export type Behaviour =
  | { readonly kind: "none" }
  | {
      readonly kind: "epanet";
      /** Path of the .inp file inside the site folder. */
      readonly model: string;
      readonly controls: readonly LevelControl[];
    };

/** How recorded data of this site is written. */
export interface CsvProfile {
  readonly delimiter: "," | ";";
  readonly timeColumn: string;
  /** `iso` (ISO 8601, UTC when no offset) or a pattern of DD MM YY YYYY HH mm ss, e.g. `DD/MM/YY HH`. */
  readonly timeFormat: string;
  /** The column that only `--labelled` reads (1 attack, 0 none, -999 unknown). */
  readonly labelColumn: string | undefined;
}

/** An operating mode keeps planned work from being an incident. */
export interface OperatingMode {
  readonly id: "normal" | "maintenance" | "calibration" | "start-up" | "out-of-service";
  /** Verdict `attack` is still given in this mode; others are held back. */
  readonly title: string;
}

/** Where a signal should stay in operation. Leaving it is a process matter, not a lie. */
export interface OperatingLimit {
  readonly signal: string;
  /** In the signal's unit. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface SiteFile {
  /** Path inside the site folder, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface Site {
  /** The `aud` of every frame for this site. */
  readonly id: string;
  readonly title: string;
  /** IANA time zone, for people only. */
  readonly timeZone: string;
  /** Lower-case hexadecimal SHA-256 over the sorted list of (path, SHA-256 of bytes). */
  readonly digest: string;
  readonly files: readonly SiteFile[];
  readonly zones: readonly Zone[];
  readonly conduits: readonly Conduit[];
  readonly assets: readonly Asset[];
  readonly devices: readonly Device[];
  readonly signals: readonly Signal[];
  readonly behaviour: Behaviour;
  readonly modes: readonly OperatingMode[];
  readonly operatingLimits?: readonly OperatingLimit[];
  readonly csv: CsvProfile;
  readonly samplePeriodMs: number;
  /** Readings that arrive later than this after newer ones are judged late. */
  readonly latenessMsMax: number;
  /** Event time may run ahead of arrival by at most this. */
  readonly aheadMsMax: number;
  /** A frame whose predecessor stays unknown for longer raises `suppressed frames`. */
  readonly openLinkMsMax: number;
}

/** A planned event told to the judge: `what` is an element id or `holiday`. */
export interface Notice {
  readonly startMs: number;
  readonly endMs: number;
  readonly what: string;
}
