/** What exists: a site, its signals, devices, zones and conduits; and how its recorded data is written. */

export type { CsvOptions, CsvRow } from "./csv/csv-table.ts";
export { readNotices } from "./csv/notices.ts";
export { type CsvTable, openCsv } from "./csv/open-csv.ts";
export { openReadings } from "./csv/open-readings.ts";
export { type TimeFormat, timeFormat } from "./csv/time-format.ts";
export { type InitSite, initSite, SITE_TEMPLATES, type SiteTemplate } from "./init-site.ts";
export { loadSite, siteOf } from "./load-site.ts";
export type {
  CurvePoint,
  Junction,
  LevelRule,
  Network,
  Pipe,
  Pump,
  Reservoir,
  Tank,
  Valve,
} from "./network/network.ts";
export { type InpFault, readInp } from "./network/read-inp.ts";
export { roundToResolution } from "./resolution.ts";
export type {
  Asset,
  Behaviour,
  Classification,
  Conduit,
  CsvProfile,
  Device,
  LevelControl,
  Notice,
  OperatingLimit,
  OperatingMode,
  QuantityKind,
  Signal,
  Site,
  SiteFile,
  Zone,
} from "./site.ts";
export { formatSiteFault, type SiteFault } from "./site-fault.ts";
export type { SiteOptions } from "./site-parts.ts";
export { makeWaterSite, type Station, type WaterSite } from "./water/make-water-site.ts";
