/**
 * What the server said about a frame: a proof to be checked, a refusal for good, or a request to come back later.
 *
 * Only a refusal that names the sender as the party to change something is for good; everything else may pass.
 */

export type Answer =
  | { readonly kind: "proof"; readonly text: string }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string; readonly forGood: boolean };

/** Refusals of the sender that waiting mends. */
const LATER = /RATE|LIMIT|BUSY|OVERLOAD|BACK_?PRESSURE/;
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const DETAIL_CHARACTERS_MAX = 400;

/** Undefined when it is none of these. */
export function answerOf(text: string): Answer | undefined {
  if (text.startsWith("c2sp.org/tlog-proof@v1\n")) return { kind: "proof", text };
  const said = parseObject(text);
  const code = said?.code;
  if (typeof code !== "string" || !CODE.test(code)) return undefined;
  const detail = typeof said?.detail === "string" ? said.detail.slice(0, DETAIL_CHARACTERS_MAX) : "";
  return { kind: "refused", code, detail, forGood: said?.party === "sender" && !LATER.test(code) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
