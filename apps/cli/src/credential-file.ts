/** An administrator's credential on disk: the bearer token and the CA that the server must show. */
import { readFile } from "node:fs/promises";
import { UsageError } from "@twinward/kernel";
import { writeDurably } from "@twinward/store";
import { z } from "zod";

const CredentialFile = z.object({
  v: z.literal(1),
  server: z.string(),
  id: z.string(),
  token: z.string(),
  caCrt: z.string(),
});
export type CredentialFile = z.infer<typeof CredentialFile>;

export function writeCredential(path: string, credential: CredentialFile): void {
  writeDurably(path, `${JSON.stringify(credential, undefined, 2)}\n`, 0o600);
}

export async function readCredential(path: string): Promise<CredentialFile> {
  try {
    return CredentialFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new UsageError(`${path} is not a credential file`, { cause, remedy: "Make one with `twinward setup`." });
  }
}
