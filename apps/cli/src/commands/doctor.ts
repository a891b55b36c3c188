/** `twinward doctor`: what is wrong here, and how to mend it. */
import { UsageError } from "@twinward/kernel";
import { formatSiteFault, loadSite } from "@twinward/plant";
import { readListenAddress } from "@twinward/server";
import { checkDataFolder } from "../doctor/data-folder.ts";
import { type Finding, fine, wrong } from "../doctor/finding.ts";
import { checkClock, checkNativeParts, checkNode, checkPort } from "../doctor/machine.ts";
import type { ExitCode } from "../exit.ts";

interface Options {
  readonly site?: string;
  readonly data?: string;
  readonly listen?: string;
  readonly json?: boolean;
}

const SIGN = { ok: "ok     ", wrong: "WRONG  ", skipped: "skipped" } as const;

export async function doctor(options: Options): Promise<ExitCode> {
  const findings = await examine(options);
  if (options.json) console.log(JSON.stringify({ findings }));
  else
    for (const { state, what, detail, mend } of findings)
      console.log(`${SIGN[state]} ${what}: ${detail}${mend === "" ? "" : `. ${mend}`}`);
  return findings.some(({ state }) => state === "wrong") ? 1 : 0;
}

async function examine({ site, data, listen }: Options): Promise<Finding[]> {
  const findings = [checkNode(process.versions.node), await checkNativeParts(), checkClock(Date.now())];
  if (site !== undefined) findings.push(checkSite(site));
  if (data !== undefined) findings.push(...checkDataFolder(data, Date.now()));
  if (listen !== undefined) {
    const address = readListenAddress(listen);
    if (address === undefined) throw new UsageError(`--listen ${listen} is not HOST:PORT`);
    findings.push(await checkPort(address));
  }
  return findings;
}

function checkSite(dir: string): Finding {
  const loaded = loadSite(dir);
  if (!Array.isArray(loaded)) return fine("site", `${dir} is whole`);
  return wrong("site", `${loaded.length} faults, the first: ${formatSiteFault(loaded[0]!)}`, "Mend the site's files.");
}
