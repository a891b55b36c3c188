/** What Prometheus reads: the door, the log, the judge and what they found. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ApiServices } from "./services.ts";

export function metricsOf(services: ApiServices): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `twinward_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const { ingest, log, judgement, incidents, twin, sessions, live } = services;
  gauge("frames_accepted", "Frames accepted since the start", () => ingest.health().accepted);
  gauge("frames_duplicate", "Frames that were in the log already", () => ingest.health().duplicates);
  gauge("readings_accepted", "Readings accepted since the start", () => ingest.health().readings);
  gauge("frames_in_flight", "Frames between signature check and proof", () => ingest.health().framesInFlight);
  gauge("log_entries", "Entries of the log", () => log.size());
  gauge("judgement_rows", "Rows judged since the start", () => judgement().rows);
  gauge("judgement_lag_entries", "Entries the judge has not read yet", () => judgement().lagEntries);
  gauge("judgement_failed", "1 when judgement has stopped", () => (judgement().failed ? 1 : 0));
  gauge("incidents_open", "Incidents that are not closed", () => incidents().filter(isOpen).length);
  gauge("signals_unchecked_share", "Share of signals that nothing checks", () => twin()?.uncheckedShare ?? 1);
  gauge("sessions_open", "Open frame streams and live streams", () => sessions.size);
  gauge("live_listeners", "Readers of the live stream", () => live.listeners);
  addRefusals(registry, services);
  return registry;
}

const isOpen = ({ state }: { readonly state: string }) => state !== "closed";

function addRefusals(registry: Registry, { ingest }: ApiServices): void {
  new Gauge({
    name: "twinward_frames_refused",
    help: "Frames refused since the start, by code",
    labelNames: ["code"],
    registers: [registry],
    collect() {
      for (const [code, count] of Object.entries(ingest.health().refused)) this.set({ code }, count);
    },
  });
}
