/** `twinward init`: a new site folder. */

import { UsageError } from "@twinward/kernel";
import { initSite, SITE_TEMPLATES, type SiteTemplate } from "@twinward/plant";
import type { ExitCode } from "../exit.ts";
import { siteFrom } from "../site-folder.ts";

interface InitOptions {
  readonly template: string;
  readonly model?: string;
  readonly sensors?: string;
}

export async function init(dir: string, options: InitOptions): Promise<ExitCode> {
  const template = SITE_TEMPLATES.find((name) => name === options.template) as SiteTemplate | undefined;
  if (template === undefined)
    throw new UsageError(`no template ${options.template}: take one of ${SITE_TEMPLATES.join(", ")}`);
  const { model, sensors } = options;
  const files = initSite(dir, {
    template,
    ...(model === undefined ? {} : { model }),
    ...(sensors === undefined ? {} : { sensors }),
  });
  const site = await siteFrom(dir);
  console.log(
    `${dir}: site ${site.id}, ${files.length} files, ${site.devices.length} devices, ${site.signals.length} signals.`,
  );
  console.log(`Next: twinward train --site ${dir} --input CLEAN.csv --out model.json`);
  return 0;
}
