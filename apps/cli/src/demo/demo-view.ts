/** What the demo shows while it runs: JSON lines, or a live view on a terminal, or plain lines in a pipe. */
import type { Incident, IncidentEvent } from "@twinward/incident";
import type { SignalState, TwinView } from "@twinward/twin";

export interface DemoView {
  say(line: string): void;
  row(view: TwinView): void;
  incident(event: IncidentEvent): void;
  end(): void;
}

const REDRAW_MS = 150;
const INCIDENTS_SHOWN_MAX = 6;

export function jsonLines(print: (line: string) => void): DemoView {
  const isNews = newsFilter();
  return {
    say: () => {},
    row: () => {},
    incident: (event) => {
      // One line with `incident` per incident; what is learned later comes as `update`.
      const { change, timeMs, incident } = event;
      const news = isNews(event);
      const raised = { ...incident, raised: new Date(timeMs).toISOString() };
      if (change === "opened") print(JSON.stringify({ incident: raised }));
      else if (news) print(JSON.stringify({ update: raised }));
    },
    end: () => {},
  };
}

export function plainLines(print: (line: string) => void): DemoView {
  const isNews = newsFilter();
  return {
    say: print,
    row: () => {},
    incident: (event) => {
      if (isNews(event)) print(incidentLine(event));
    },
    end: () => {},
  };
}

/** News is an incident that opens, and one whose first suspect or verdict changes. */
function newsFilter(): (event: IncidentEvent) => boolean {
  const known = new Map<string, string>();
  return ({ incident }) => {
    const now = `${incident.verdict} ${incident.suspects[0]?.signal ?? ""}`;
    const isNew = known.get(incident.id) !== now;
    known.set(incident.id, now);
    return isNew;
  };
}

export function liveView(stream: NodeJS.WriteStream, nowMs: () => number): DemoView {
  const startMs = nowMs();
  const incidents = new Map<string, Incident>();
  const said: string[] = [];
  let drawnMs = 0;
  let firstMs: number | undefined;
  let rows = 0;
  return {
    say: (line) => {
      said.push(line);
      stream.write(`${line}\n`);
    },
    row: (view) => {
      rows += 1;
      firstMs ??= view.timeMs ?? undefined;
      if (nowMs() - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs();
      const wall = (drawnMs - startMs) / 1000;
      const speed = ((view.timeMs ?? 0) - (firstMs ?? 0)) / 1000 / wall;
      const head = `${time(view.timeMs)}  ${Math.round(speed)}x real time  ${Math.round((rows * view.signals.length) / wall)} readings/s`;
      const body = [
        head,
        "",
        ...tankLines(view),
        "",
        pumpLine(view),
        "",
        ...incidentLines([...incidents.values()]),
        "",
        ...said.slice(-3),
      ];
      stream.write(`\u001b[H\u001b[2J${body.join("\n")}\n`);
    },
    incident: ({ incident }) => void incidents.set(incident.id, incident),
    end: () => stream.write("\n"),
  };
}

function tankLines(view: TwinView): string[] {
  const tanks = view.signals.filter((state) => state.signal.startsWith("L_"));
  return [bold("tank   measured  estimate   trust"), ...tanks.map(tankLine)];
}

function tankLine(state: SignalState): string {
  const measured = state.value === null ? "–" : `${state.value.toFixed(2)} m`;
  const estimate = state.substituted && state.estimate !== null ? `${state.estimate.value.toFixed(2)} m` : "";
  const trust = state.trust === null ? "unchecked" : `${Math.round(100 * state.trust)} %`;
  const line = `${state.signal.padEnd(6)} ${measured.padStart(8)}  ${estimate.padStart(8)}  ${trust.padStart(6)} ${bar(state.value ?? 0)}`;
  return state.substituted ? red(`${line}  LIES`) : line;
}

const bar = (level: number) => "▇".repeat(Math.max(0, Math.min(20, Math.round(level * 3))));

function pumpLine(view: TwinView): string {
  const pumps = view.signals.filter((state) => state.signal.startsWith("S_"));
  return `pumps and valves on: ${pumps
    .filter((state) => state.value === 1)
    .map((state) => state.signal.slice(2))
    .join(" ")}`;
}

function incidentLines(incidents: readonly Incident[]): string[] {
  const newest = incidents.slice(-INCIDENTS_SHOWN_MAX).reverse();
  return [
    bold(`incidents: ${incidents.length}`),
    ...newest.map((incident) => incidentLine({ timeMs: incident.openedMs, incident })),
  ];
}

function incidentLine({ timeMs, incident }: Pick<IncidentEvent, "timeMs" | "incident">): string {
  const suspects = incident.suspects
    .map((suspect) => suspect.signal)
    .slice(0, 3)
    .join(", ");
  return `${time(timeMs)}  ${incident.verdict.padEnd(12)} ${incident.title}  (suspects: ${suspects || "none"}; ${incident.proofs.count} frames prove it)`;
}

const time = (ms: number | null) => (ms === null ? "" : new Date(ms).toISOString().slice(0, 16).replace("T", " "));
const bold = (text: string) => `\u001b[1m${text}\u001b[0m`;
const red = (text: string) => `\u001b[31m${text}\u001b[0m`;
