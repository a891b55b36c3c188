/** The frozen model a command names. */
import { readFile } from "node:fs/promises";
import { loadModel, type Model } from "@twinward/detection";
import { isRefusal, UsageError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";

export async function modelFrom(site: Site, path: string): Promise<Model> {
  const model = loadModel(site, await readFile(path));
  if (isRefusal(model)) {
    throw new UsageError(`${path} cannot be used: ${model.detail}`, {
      remedy: "Train a model for this site with `twinward train`.",
    });
  }
  return model;
}
