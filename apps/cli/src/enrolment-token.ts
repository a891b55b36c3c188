/** Asks the server for a one-use enrolment token, as an administrator. */
import type { EnrolmentToken } from "@twinward/device";
import type { CredentialFile } from "./credential-file.ts";
import { callServer } from "./server-call.ts";

export async function orderToken(
  credential: CredentialFile,
  device: string,
  server = credential.server,
): Promise<EnrolmentToken> {
  const { caCrt: ca, token } = credential;
  const body = { device, server };
  return (await callServer({
    server,
    ca,
    token,
    path: "/v1/enrolment-tokens",
    method: "POST",
    body,
  })) as EnrolmentToken;
}
