/** Starts a child that writes a log, and kills it with signal 9 after it has shown so many proofs. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The proofs that the child had printed in whole when it died. Rejects when it ends by itself. */
export function proofsUntilKilled(
  dir: string,
  boot: number,
  anchor: string,
  proofs: number,
  onProofs: () => void = () => {},
): Promise<string[]> {
  const writer = fileURLToPath(new URL("./writer.fixture.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", writer, dir, String(boot), anchor], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    seen += chunk.toString().split("\n").length - 1;
    onProofs();
    if (seen >= proofs) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the writer ended by itself: ${code}`));
      else
        resolve(
          printed
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line) as string),
        );
    });
  });
}
