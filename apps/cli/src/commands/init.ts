/** `twinward init`: a new site folder. */

import { UsageError } from "@twinward/kernel";
import { initSite, SITE_TEMPLATES, type SiteTemplate } from "@twinward/plant";
import type { ExitCode } from "../exit.ts";

interface InitOptions {
  readonly template: string;
  readonly model?: string;
  readonly sensors?: string;
}

export async function init(dir: string, options: InitOptions): Promise<ExitCode> {
  const template = SITE_TEMPLATES.find((name) => name === options.template) as SiteTemplate | undefined;
  if (template === undefined)
    throw new UsageError(`no template ${options.template}: take one of ${SITE_TEMPLATES.join(", ")}`);
  const made = await initSite(dir, template, options);
  console.log(
    `${dir}: site ${made.site.id} with ${made.site.devices.length} devices and ${made.site.signals.length} signals.`,
  );
  console.log(`Next: twinward train --site ${dir} --input CLEAN.csv --out model.json`);
  return 0;
}
