/**
 * Where the real plant differs from its model, by seed and by at most a stated share.
 *
 * Pipes are rougher or smoother than the drawing says, pumps are worn, mains leak, districts take
 * more or less. A twin that only works when its model is perfect does not work.
 *
 * Invariant: with share 0 the network stays exactly as in the input file.
 */
import type { Chance } from "@twinward/kernel";
import { type Hydraulics, LINK, NODE } from "./epanet.ts";

const LEAK_COUNT = 20;
/** Leaks are sized at this pressure, metres. */
const LEAK_PRESSURE = 40;

/** Changes the open network; `share` 0.1 means up to ±10 %. */
export function roughen(network: Hydraulics, chance: Chance, share: number): void {
  if (share === 0) return;
  const within = () => 1 + share * (2 * chance.uniform() - 1);
  const age = within();
  for (const pipe of network.pipes()) {
    const factor = (age + within()) / 2;
    network.setLink(pipe, LINK.roughness, factor * network.link(pipe, LINK.roughness));
  }
  for (const pump of network.pumps()) network.scaleHeads(pump, within());
  const demands = network.demands();
  leak(network, chance, share, demands);
  for (const { node, base } of demands) network.setBaseDemand(node, base * within());
}

/** Factor of each district's mean demand. */
export function districtFactors(chance: Chance, share: number, count: number): number[] {
  return Array.from({ length: count }, () => 1 + share * (2 * chance.uniform() - 1));
}

/** Spreads background leakage, up to `share` of the mean demand, over a few junctions. */
function leak(network: Hydraulics, chance: Chance, share: number, demands: ReturnType<Hydraulics["demands"]>): void {
  const total = demands.reduce((sum, { base, pattern }) => sum + base * network.patternMean(pattern), 0);
  const each = (total * share * chance.uniform()) / LEAK_COUNT;
  for (let i = 0; i < LEAK_COUNT; i++) {
    const { node } = demands[Math.floor(chance.uniform() * demands.length)]!;
    const before = network.node(node, NODE.emitter);
    network.setNode(node, NODE.emitter, before + each / Math.sqrt(LEAK_PRESSURE));
  }
}
