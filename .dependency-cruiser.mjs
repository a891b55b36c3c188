import { nameOf, rooms } from "./architecture.mjs";

const byName = Object.fromEntries(rooms.map((room) => [nameOf(room), room]));
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "[$&]");

/** Files another room may import when `use` is listed: its index, or the one extra door named. */
const doorsOf = (use) => {
  const [name, door] = use.split("/");
  return `${literal(byName[name].path)}/src/${door ? `${door}/` : ""}index[.]ts$`;
};

export default {
  forbidden: [
    ...rooms.map((room) => ({
      name: `door-of-${nameOf(room)}`,
      severity: "error",
      comment: `${nameOf(room)} may import only: ${room.uses.join(", ") || "nothing"}. To change this, edit architecture.mjs and say why in a decision record.`,
      from: { path: `^${literal(room.path)}/src/` },
      to: {
        path: "^(packages|apps|lab)/",
        pathNot: [`^${literal(room.path)}/src/`, ...room.uses.map((use) => `^${doorsOf(use)}`)],
      },
    })),
    {
      name: "no-circles",
      severity: "error",
      comment: "Two files that import each other are one idea cut in the wrong place.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-dead-files",
      severity: "error",
      from: { orphan: true, pathNot: ["[.]test[.]ts$", "/index[.]ts$", "/page/page[.]js$"] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["source"], extensions: [".ts", ".js"] },
  },
};
