/**
 * What the server said about a frame: a proof to be checked, or a refusal, and whom the refusal is about.
 *
 * `frame`: this frame will never be taken; the next one may. `moment`: the same frame later. `device`: no frame of this
 * device is taken until people act; the frames wait.
 */

export type RefusalScope = "frame" | "moment" | "device";

export type Answer =
  | { readonly kind: "proof"; readonly text: string }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string; readonly scope: RefusalScope };

const ABOUT_DEVICE = new Set(["KEY_UNKNOWN", "KEY_RETIRED", "DEVICE_REVOKED", "DEVICE_FOREIGN", "AUDIENCE_WRONG"]);
const ABOUT_MOMENT = new Set(["RATE_EXCEEDED", "DOOR_BUSY", "DOOR_CLOSED", "EVENT_TIME_AHEAD", "SIGNAL_TABLE_UNKNOWN"]);
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const DETAIL_CHARACTERS_MAX = 400;

/** Undefined when it is neither: a tlog-proof, or JSON with a `code` (a refusal, or RFC 9457 problem details). */
export function answerOf(text: string): Answer | undefined {
  if (text.startsWith("c2sp.org/tlog-proof@v1\n")) return { kind: "proof", text };
  const said = parseObject(text);
  const code = said?.code;
  if (typeof code !== "string" || !CODE.test(code)) return undefined;
  const detail = typeof said?.detail === "string" ? said.detail.slice(0, DETAIL_CHARACTERS_MAX) : "";
  return { kind: "refused", code, detail, scope: scopeOf(code, said?.party) };
}

function scopeOf(code: string, party: unknown): RefusalScope {
  if (ABOUT_DEVICE.has(code)) return "device";
  const isTheirs = party === "operator" || party === "relay";
  return isTheirs || ABOUT_MOMENT.has(code) ? "moment" : "frame";
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
