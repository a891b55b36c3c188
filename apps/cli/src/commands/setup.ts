/** `twinward setup`: turns the one-use set-up link into the first administrator's credential. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "@twinward/kernel";
import { z } from "zod";
import { writeCredential } from "../credential-file.ts";
import type { ExitCode } from "../exit.ts";
import { callServer } from "../server-call.ts";

interface Options {
  readonly link: string;
  readonly out: string;
}

const Credential = z.object({ id: z.string(), token: z.string() });

export async function setUp(options: Options): Promise<ExitCode> {
  if (existsSync(options.out)) throw new UsageError(`${options.out} exists already; give another --out`);
  const { server, secret } = await readLink(options.link);
  // The link lies in the data folder: its CA is beside it, so nobody in between can show another one.
  const ca = await readFile(join(dirname(options.link), "keys", "ca.crt"), "utf8");
  const answer = await callServer({
    server,
    ca,
    path: "/v1/setup",
    method: "POST",
    body: { secret, name: userInfo().username },
  });
  writeCredential(options.out, { v: 1, server, ...Credential.parse(answer), caCrt: ca });
  console.log(
    `${options.out}: administrator credential (mode 0600). Restart \`twinward serve\` to listen beyond loopback.`,
  );
  console.log(`Next: twinward device invite DEVICE --server ${server} --credential ${options.out} --out DEVICE.token`);
  return 0;
}

async function readLink(path: string): Promise<{ server: string; secret: string }> {
  const text = (await readFile(path, "utf8")).trim();
  const match = /^(https:\/\/[^/]+)\/v1\/setup#(\S+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new UsageError(`${path} is not a set-up link`);
  return { server: match[1], secret: match[2] };
}
