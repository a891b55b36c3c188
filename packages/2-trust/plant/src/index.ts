/** What exists: a site, its signals, devices, zones and conduits. */
export type {
  Asset,
  Behaviour,
  Classification,
  Conduit,
  CsvProfile,
  Device,
  LevelControl,
  Notice,
  OperatingMode,
  QuantityKind,
  Signal,
  Site,
  SiteFile,
  Zone,
} from "./site.ts";
