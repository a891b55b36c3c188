/** `twinward setup`: turns the one-use set-up link into the first administrator's credential. */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { UsageError } from "@twinward/kernel";
import { writeCredential } from "../credential-file.ts";
import type { ExitCode } from "../exit.ts";
import { redeemSetupLink } from "../setup-link.ts";

interface Options {
  readonly link: string;
  readonly out: string;
}

export async function setUp(options: Options): Promise<ExitCode> {
  if (existsSync(options.out)) throw new UsageError(`${options.out} exists already; give another --out`);
  const credential = await redeemSetupLink(options.link, userInfo().username);
  writeCredential(options.out, credential);
  console.log(`${options.out}: administrator credential (mode 0600).`);
  console.log(
    `Next: twinward device invite DEVICE --server ${credential.server} --credential ${options.out} --out DEVICE.token`,
  );
  return 0;
}
