/** The one-use set-up link: turning its secret into the first administrator's credential. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "@twinward/kernel";
import { z } from "zod";
import type { CredentialFile } from "./credential-file.ts";
import { callServer } from "./server-call.ts";

const Credential = z.object({ id: z.string(), token: z.string() });

/** @param path the file that `serve` named */
export async function redeemSetupLink(path: string, name: string): Promise<CredentialFile> {
  const { server, secret } = await readLink(path);
  // The link lies in the data folder: its CA is beside it, so nobody in between can show another one.
  const caCrt = await readFile(join(dirname(path), "keys", "ca.crt"), "utf8");
  const answer = await callServer({ server, ca: caCrt, path: "/v1/setup", method: "POST", body: { secret, name } });
  return { v: 1, server, ...Credential.parse(answer), caCrt };
}

async function readLink(path: string): Promise<{ server: string; secret: string }> {
  const text = (await readFile(path, "utf8")).trim();
  const match = /^(https:\/\/[^/]+)\/v1\/setup#(\S+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new UsageError(`${path} is not a set-up link`);
  return { server: match[1], secret: match[2] };
}
