/** This machine: Node, native parts, clock, port. */
import { createServer } from "node:net";
import type { ListenAddress } from "@twinward/server";
import { type Finding, fine, wrong } from "./finding.ts";

const NODE_MAJOR_MIN = 24;
/** A clock before this release was made is wrong: certificates and tokens would be judged by it. */
const RELEASED_MS = Date.UTC(2026, 10, 1);

export function checkNode(version: string): Finding {
  const major = Number(version.split(".")[0]);
  if (major >= NODE_MAJOR_MIN) return fine("node", `Node ${version}`);
  return wrong(
    "node",
    `Node ${version} is too old`,
    `Install Node ${NODE_MAJOR_MIN}, or run \`npm run setup\` in the clone.`,
  );
}

export async function checkNativeParts(): Promise<Finding> {
  try {
    const { default: Database } = await import("better-sqlite3");
    new Database(":memory:").close();
    return fine("sqlite", "better-sqlite3 loads");
  } catch (cause) {
    return wrong("sqlite", (cause as Error).message, "Run `npm run setup`; the binary comes with the package.");
  }
}

export function checkClock(nowMs: number): Finding {
  const now = new Date(nowMs).toISOString();
  return nowMs >= RELEASED_MS
    ? fine("clock", now)
    : wrong("clock", `${now} is before this release`, "Set the clock (chrony or systemd-timesyncd).");
}

export function checkPort({ host, port }: ListenAddress): Promise<Finding> {
  const name = `${host}:${port}`;
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) =>
      resolve(wrong("port", `${name}: ${cause.code}`, "Stop what listens there, or give another --listen.")),
    );
    probe.listen(port, host, () => probe.close(() => resolve(fine("port", `${name} is free`))));
  });
}
