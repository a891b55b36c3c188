/**
 * Everything that decides whether a change may land, in the order in which it fails fastest.
 * `--static` stops before the tests. Ends with a line `N passed, N failed`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules/.bin", name);
const results = join(root, "node_modules/.cache/vitest-results.json");

const STATIC_CHECKS = [
  ["format and lint", "biome", ["check", "."]],
  ["types", "tsc", ["-p", "."]],
  ["architecture map", "node", ["tools/check-architecture.mjs"]],
  [
    "import rules",
    "depcruise",
    ["packages", "apps", "lab", "--include-only", "^(packages|apps)/.*/src/|^lab/src/", "--output-type", "err"],
  ],
  ["dead code", "knip", []],
  ["lock file", "node", ["tools/complete-lockfile.mjs", "--check"]],
];

function run(title, command, args) {
  const startMs = Date.now();
  // node_modules/.bin first: every tool runs on the Node that came with the packages.
  const path = `${join(root, "node_modules/.bin")}:${process.env.PATH}`;
  const done = spawnSync(bin(command), args, { cwd: root, stdio: "inherit", env: { ...process.env, PATH: path } });
  const ok = done.status === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${title} (${((Date.now() - startMs) / 1000).toFixed(1)} s)`);
  return ok;
}

function testCounts() {
  try {
    const report = JSON.parse(readFileSync(results, "utf8"));
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const failedChecks = STATIC_CHECKS.filter(([title, command, args]) => !run(title, command, args)).map(
  ([title]) => title,
);
if (process.argv.includes("--static")) {
  process.exit(failedChecks.length === 0 ? 0 : 1);
}

mkdirSync(dirname(results), { recursive: true });
rmSync(results, { force: true });
const testsOk = run("tests", "vitest", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}`,
]);
const counts = testCounts();
const trialOk = run("trial, smoke profile", "node", [
  "apps/cli/bin/twinward.mjs",
  "trial",
  "--profile",
  "smoke",
  "--seed",
  "1",
]);

if (failedChecks.length > 0) console.error(`failed checks: ${failedChecks.join(", ")}`);
const failed = counts.failed + failedChecks.length + (trialOk ? 0 : 1) + (testsOk || counts.failed > 0 ? 0 : 1);
const passed = counts.passed + STATIC_CHECKS.length - failedChecks.length + (trialOk ? 1 : 0);
console.log(`${passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
