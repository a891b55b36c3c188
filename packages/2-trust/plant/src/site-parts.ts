/** What has been read of a site before it is one: shared by the steps of loading. */
import type { LocatedText } from "./located-text.ts";
import type { Network } from "./network/network.ts";
import type { SiteFile } from "./site.ts";
import type { SiteYaml } from "./site-yaml.ts";
import type { Thing } from "./thing.ts";

export interface SiteOptions {
  /** Says what is wrong with a CEL rule, or undefined when it compiles. Without it rules are taken as they are. */
  readonly checkRule?: (rule: string) => string | undefined;
}

/** What the files hold, each as far as it could be read. */
export interface SiteParts {
  readonly yaml: LocatedText;
  /** By path. */
  readonly things: ReadonlyMap<string, Thing>;
  /** Undefined when there is no model or it cannot be read. */
  readonly network: Network | undefined;
  readonly files: readonly SiteFile[];
}

/** The parts of a site whose site.yaml has its shape. */
export type ShapedParts = SiteParts & { readonly shape: SiteYaml };
