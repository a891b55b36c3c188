/** Who is asking: the outcome of authentication, and nothing a request can state about itself. */

export type Principal =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "administrator";
      /** Id of the credential shown; safe to print. */
      readonly id: string;
      readonly name: string;
    }
  | { readonly kind: "device"; readonly device: string };

export const ANONYMOUS: Principal = { kind: "anonymous" };

/** How a principal is named in entries, e.g. `administrator:1f2e…`, `device:plc1`. */
export function nameOf(principal: Principal): string {
  if (principal.kind === "administrator") return `administrator:${principal.id}`;
  return principal.kind === "device" ? `device:${principal.device}` : "anonymous";
}
