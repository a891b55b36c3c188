/** The twin as the API shows it: every value beside its unit, limits, trust and estimate. */
import type { TimeBase } from "@twinward/kernel";
import type { Signal as PlantSignal, Site } from "@twinward/plant";
import type { SignalState, TwinView } from "@twinward/twin";
import type { Signal, Twin } from "./contract.ts";
import { isoOf } from "./iso-time.ts";

export function twinDocument(site: Site, timeBase: TimeBase, view: TwinView | undefined): Twin {
  const states = new Map(view?.signals.map((state) => [state.signal, state]));
  return {
    id: site.id,
    title: site.title,
    timeZone: site.timeZone,
    timeBase,
    time: isoOf(view?.timeMs ?? null),
    alarm: view?.alarm ?? false,
    verdict: view?.verdict ?? "",
    notice: view?.notice ?? "",
    unchecked: view?.uncheckedShare ?? 1,
    signals: site.signals.map((signal) => signalDocument(site, signal, states.get(signal.id))),
  };
}

function signalDocument(site: Site, signal: PlantSignal, state: SignalState | undefined): Signal {
  const estimate = state?.estimate ?? null;
  return {
    id: signal.id,
    title: signal.title,
    element: signal.element,
    kind: signal.kind,
    unit: signal.unit,
    device: signal.device,
    minimum: finite(signal.minimum),
    maximum: finite(signal.maximum),
    accuracy: signal.accuracy,
    measured: state?.value ?? null,
    time: isoOf(state?.timeMs ?? null),
    quality: state?.quality ?? null,
    standing: state?.standing ?? "missing",
    since: isoOf(state?.sinceMs ?? null),
    trust: state?.trust ?? null,
    causes: [...(state?.causes ?? [])],
    substituted: state?.substituted === true ? estimate : null,
    estimate,
    signedAt: site.devices.find((device) => device.id === signal.device)?.signedAt ?? "device",
  };
}

/** A signal without a limit has none to show. */
const finite = (limit: number) => (Number.isFinite(limit) ? limit : null);
