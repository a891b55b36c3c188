/** Calls to the server with the reader's own credential, which stays in this tab. */

const KEY = "credential";

export class SignInNeeded extends Error {}

export const credential = () => sessionStorage.getItem(KEY) ?? "";
export const keepCredential = (token) => sessionStorage.setItem(KEY, token);
export const forgetCredential = () => sessionStorage.removeItem(KEY);

/** A link may carry the token behind `#`, which browsers never send; it leaves the address at once. */
export function takeCredentialFromLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get(KEY);
  if (token === null) return;
  keepCredential(token);
  history.replaceState(null, "", location.pathname);
}

/** Resolves with the response, or throws with the server's own words. */
export async function call(path, { body, signal } = {}) {
  const headers = { authorization: `Bearer ${credential()}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal, cache: "no-store" });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  if (response.status === 401 || response.status === 403) throw new SignInNeeded(detail);
  throw new Error(detail ?? `the server answered ${response.status}`);
}

export const read = async (path) => (await call(path)).json();

/** Reads server-sent events by a streaming fetch, so that the credential travels in a header. Ends when the stream does. */
export async function follow(path, hear, signal) {
  const response = await call(path, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (event !== undefined) hear(event, JSON.parse(data));
    }
  }
}
