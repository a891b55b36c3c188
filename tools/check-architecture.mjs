/**
 * Checks that the repository is what architecture.mjs says: imports only point backwards in the
 * list, and each package.json names exactly packages the room may use.
 * `--draw` prints the same map as a Mermaid drawing; ARCHITECTURE.md must contain it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { nameOf, rooms, SCOPE } from "../architecture.mjs";

const problems = [];
const seen = new Set();
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

export function drawing() {
  const built = rooms.filter((room) => existsSync(room.path));
  const arrows = built.flatMap((room) => room.uses.map((use) => `  ${nameOf(room)} --> ${use}`));
  return ["graph BT", ...arrows].join("\n");
}

for (const room of rooms) {
  for (const use of room.uses) {
    if (!seen.has(use)) problems.push(`${nameOf(room)} uses ${use}, which stands above it`);
  }
  seen.add(nameOf(room));
  if (!existsSync(`${room.path}/src/index.ts`))
    problems.push(`${room.path} has no src/index.ts: a room appears when it has code`);
  if (!existsSync(`${room.path}/README.md`)) problems.push(`${room.path} has no README.md`);
  const declared = Object.keys(readJson(`${room.path}/package.json`).dependencies ?? {})
    .filter((name) => name.startsWith(`${SCOPE}/`))
    .map((name) => name.slice(SCOPE.length + 1));
  const stray = declared.filter((name) => !room.uses.includes(name));
  if (stray.length > 0) problems.push(`${room.path}/package.json lists ${stray}; the map does not allow it`);
}
for (const floor of readdirSync("packages")) {
  for (const name of readdirSync(`packages/${floor}`)) {
    if (!rooms.some((room) => room.path === `packages/${floor}/${name}`))
      problems.push(`packages/${floor}/${name} is not in architecture.mjs`);
  }
}
if (existsSync("ARCHITECTURE.md") && !readFileSync("ARCHITECTURE.md", "utf8").includes(drawing())) {
  problems.push(
    "the drawing in ARCHITECTURE.md differs from architecture.mjs: paste the output of `node tools/check-architecture.mjs --draw`",
  );
}

if (process.argv.includes("--draw")) console.log(drawing());
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
