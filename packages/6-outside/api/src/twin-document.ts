/** The twin as the API shows it: every value beside its unit, limits, trust and estimate. */
import type { TimeBase } from "@twinward/kernel";
import type { Signal, Site } from "@twinward/plant";
import type { SignalState, TwinView } from "@twinward/twin";

export interface TwinDocument {
  readonly id: string;
  readonly title: string;
  readonly timeZone: string;
  readonly timeBase: TimeBase;
  /** ISO 8601 event time of the newest judged row. */
  readonly time: string | null;
  readonly alarm: boolean;
  readonly verdict: string;
  readonly notice: string;
  /** Share of signals that nothing checks. */
  readonly unchecked: number;
  readonly signals: readonly SignalDocument[];
}

export interface SignalDocument {
  readonly id: string;
  readonly title: string;
  readonly element: string;
  readonly kind: string;
  readonly unit: string;
  readonly device: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly accuracy: number;
  readonly measured: number | null;
  readonly time: string | null;
  readonly quality: string | null;
  readonly standing: string;
  /** Null is `unchecked`. */
  readonly trust: number | null;
  readonly causes: readonly string[];
  /** Stands beside the measured value while that is distrusted; never replaces it. */
  readonly substituted: { readonly value: number; readonly sigma: number } | null;
  readonly estimate: { readonly value: number; readonly sigma: number } | null;
  readonly signedAt: string;
}

const isoOf = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString());

export function twinDocument(site: Site, timeBase: TimeBase, view: TwinView | undefined): TwinDocument {
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

export function signalDocument(site: Site, signal: Signal, state: SignalState | undefined): SignalDocument {
  const estimate = state?.estimate ?? null;
  return {
    id: signal.id,
    title: signal.title,
    element: signal.element,
    kind: signal.kind,
    unit: signal.unit,
    device: signal.device,
    minimum: signal.minimum,
    maximum: signal.maximum,
    accuracy: signal.accuracy,
    measured: state?.value ?? null,
    time: isoOf(state?.timeMs ?? null),
    quality: state?.quality ?? null,
    standing: state?.standing ?? "missing",
    trust: state?.trust ?? null,
    causes: state?.causes ?? [],
    substituted: state?.substituted === true ? estimate : null,
    estimate,
    signedAt: site.devices.find((device) => device.id === signal.device)?.signedAt ?? "device",
  };
}
