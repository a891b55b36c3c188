/**
 * The one place that says which package stands on which floor and what it may import.
 * Read by: .dependency-cruiser.mjs (import rules) and tools/check-architecture.mjs (package.json
 * and the drawing in ARCHITECTURE.md must agree with it).
 * Names listed in `uses` must come earlier in this file: imports only ever point backwards.
 */
export const SCOPE = "@twinward";

export const rooms = [
  // 1-ground: words and tools without opinions. No network, no plant knowledge.
  { path: "packages/1-ground/kernel", uses: [] },
  { path: "packages/1-ground/frame", uses: ["kernel"] },
  { path: "packages/1-ground/tlog", uses: ["kernel"] },
  { path: "packages/1-ground/store", uses: ["kernel"] },
  // 2-trust: what happened, who may, what exists.
  { path: "packages/2-trust/evidence", uses: ["kernel", "frame", "tlog", "store"] },
  { path: "packages/2-trust/access", uses: ["kernel", "frame", "store", "evidence"] },
  { path: "packages/2-trust/plant", uses: ["kernel"] },
  // 3-field: the physical world comes in.
  { path: "packages/3-field/device", uses: ["kernel", "frame", "tlog"] },
  { path: "packages/3-field/ingest", uses: ["kernel", "frame", "store", "evidence", "access", "plant"] },
  // 4-judgement: what should be true, what looks false, what we believe.
  { path: "packages/4-judgement/physics", uses: ["kernel", "plant"] },
  { path: "packages/4-judgement/detection", uses: ["kernel", "frame", "evidence", "plant", "physics"] },
  { path: "packages/4-judgement/twin", uses: ["kernel", "store", "evidence", "plant", "detection"] },
  // 5-action: what we do about it.
  { path: "packages/5-action/incident", uses: ["kernel", "evidence", "plant", "detection"] },
  // 6-outside: people and other systems look in.
  {
    path: "packages/6-outside/api",
    uses: ["kernel", "frame", "tlog", "evidence", "access", "plant", "ingest", "detection", "twin", "incident"],
  },
  // apps: wiring only, no rules of the domain. `cli` is the only one that may load the others, and does so lazily.
  {
    path: "apps/server",
    uses: [
      "kernel",
      "frame",
      "tlog",
      "store",
      "evidence",
      "access",
      "plant",
      "ingest",
      "physics",
      "detection",
      "twin",
      "incident",
      "api",
    ],
  },
  // lab: simulated plants, devices and attackers; only tests, benchmarks and the demo may import it.
  { path: "lab", uses: ["kernel", "frame", "tlog", "plant", "device"] },
  {
    path: "apps/cli",
    uses: [
      "kernel",
      "frame",
      "tlog",
      "store",
      "evidence",
      "access",
      "plant",
      "device",
      "ingest",
      "detection",
      "twin",
      "incident",
      "api",
      "server",
      "lab",
    ],
  },
];

export const nameOf = (room) => room.path.split("/").at(-1);
