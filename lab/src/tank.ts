/** The tanks worth lying about: measured, and with pumps or valves that act on what is measured. */
import type { LevelControl } from "@twinward/plant";
import type { LabSignal, LabSite } from "./lab-site.ts";

export interface Tank {
  readonly id: string;
  readonly signal: LabSignal;
  readonly controls: readonly LevelControl[];
  /** Where its controls keep the level, same unit as the signal. */
  readonly low: number;
  readonly high: number;
}

/** Tanks that have a level signal and at least one control, in the order of the site. */
export function controlledTanks(site: LabSite): Tank[] {
  return site.signals
    .filter((signal) => signal.kind === "level")
    .map((signal) => {
      const controls = site.controls.filter((control) => control.tank === signal.element);
      const low = Math.min(...controls.map((control) => control.onBelow));
      const high = Math.max(...controls.map((control) => control.offAbove));
      return { id: signal.element, signal, controls, low, high };
    })
    .filter((tank) => tank.controls.length > 0);
}

/** The control that normally moves the tank: the one with the highest switch-off level. */
export function mainControl({ controls }: Pick<Tank, "controls">): LevelControl {
  return controls.reduce((best, control) => (control.offAbove > best.offAbove ? control : best));
}
