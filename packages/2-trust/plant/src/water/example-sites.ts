/**
 * C-Town: the network of the BATADAL competition, as its nine controllers see it.
 *
 * The 43 signals are the columns of the competition's data in their order; which controller has which pump and tank is
 * the competition's too. The twelve pressures belong to the controller whose pump or valve they stand beside: J280,
 * J269 (ends of PU2) to PLC1; J300, J256 (PU5), J289, J415 (PU6), J14, J422 (V2) to PLC3; J302, J306 (PU9), J307,
 * J317 (PU10) to PLC5.
 */
import type { SiteFile } from "../site.ts";
import { makeWaterSite, type Station } from "./make-water-site.ts";

const STATIONS: readonly Station[] = [
  { id: "plc1", title: "PLC1: pumps PU1 to PU3", elements: ["PU1", "PU2", "PU3"] },
  { id: "plc2", title: "PLC2: tank T1", elements: ["T1"] },
  {
    id: "plc3",
    title: "PLC3: tank T2, valve V2 and pumps PU4 to PU7",
    elements: ["T2", "V2", "PU4", "PU5", "PU6", "PU7"],
  },
  { id: "plc4", title: "PLC4: tank T3", elements: ["T3"] },
  { id: "plc5", title: "PLC5: pumps PU8 to PU11", elements: ["PU8", "PU9", "PU10", "PU11"] },
  { id: "plc6", title: "PLC6: tank T4", elements: ["T4"] },
  { id: "plc7", title: "PLC7: tank T5", elements: ["T5"] },
  { id: "plc8", title: "PLC8: tank T6", elements: ["T6"] },
  { id: "plc9", title: "PLC9: tank T7", elements: ["T7"] },
];

const TANKS = ["T1", "T2", "T3", "T4", "T5", "T6", "T7"];
const ACTUATORS = ["PU1", "PU2", "PU3", "PU4", "PU5", "PU6", "PU7", "PU8", "PU9", "PU10", "PU11", "V2"];
const NODES = ["J280", "J269", "J300", "J256", "J289", "J415", "J302", "J306", "J307", "J317", "J14", "J422"];

/** The files of `sites/c-town`. @param inp bytes of the model, `ctown.inp` */
export function cTownSite(inp: Uint8Array): SiteFile[] {
  return makeWaterSite({
    id: "c-town",
    title: "C-Town water distribution network",
    inp,
    modelPath: "model/ctown.inp",
    stations: STATIONS,
    sensors: [
      ...TANKS.map((id) => `L_${id}`),
      ...ACTUATORS.flatMap((id) => [`F_${id}`, `S_${id}`]),
      ...NODES.map((id) => `P_${id}`),
    ],
    csv: { delimiter: ",", timeColumn: "DATETIME", timeFormat: "DD/MM/YY HH", labelColumn: "ATT_FLAG" },
  });
}

/** The files of `sites/net1`: EPANET's first example, with the sensors a utility usually has. */
export function net1Site(inp: Uint8Array): SiteFile[] {
  return makeWaterSite({ id: "net1", title: "EPANET example network 1", inp, modelPath: "model/Net1.inp" });
}
