/** The twin: headlines, tanks, actuators and all signals, measured and substituted side by side. */
import { $, element, numberText, quantity, timeText, useTimeZone, zoneText } from "./elements.js";

const STANDINGS = {
  trusted: ["good", "trusted"],
  doubted: ["doubt", "doubted"],
  unchecked: ["unchecked", "unchecked"],
  missing: ["unchecked", "no value"],
};

let shown;

export function showState(state) {
  shown = state;
  useTimeZone(state.timeZone);
  $("site").textContent = state.title;
  document.title = `${state.alarm ? "● " : ""}${state.title} · Twinward`;
  const base = state.timeBase === "live" ? "" : ` · ${state.timeBase} time`;
  $("clock").textContent = state.time === null ? "No reading yet" : `${timeText(state.time)} (${zoneText()})${base}`;
  showHeadlines(state);
  const byId = new Map(state.signals.map((signal) => [signal.id, signal]));
  showTiles("tanks", state.signals.filter(({ kind }) => kind === "level").map(tankTile), "This site measures no tank level.");
  const statuses = state.signals.filter(({ kind }) => kind === "status");
  showTiles("actuators", statuses.map((status) => actuatorTile(status, byId.get(`F_${status.element}`))), "This site measures no pump or valve.");
  showSignals();
}

/** The rows of the table that fit the reader's filter. */
export function showSignals() {
  if (shown === undefined) return;
  const wanted = $("signal-filter").value.trim().toLowerCase();
  const only = $("only-doubted").checked;
  const rows = shown.signals.filter(
    ({ id, title, device, standing }) =>
      (!only || standing === "doubted") && `${id} ${title} ${device}`.toLowerCase().includes(wanted),
  );
  $("signals").replaceChildren(...rows.map(signalRow));
  $("no-signals").hidden = rows.length > 0;
}

function showHeadlines({ time, verdict, alarm, unchecked, signals, notice }) {
  const doubted = signals.filter(({ standing }) => standing === "doubted").length;
  const judged = time === null ? "waiting for readings" : alarm ? `alarm, ${verdict || "undetermined"}` : "no contradiction";
  const facts = [
    ["Right now", judged, alarm ? "bad" : time === null ? "" : "good"],
    ["Signals doubted", String(doubted), doubted > 0 ? "bad" : ""],
    ["Signals that something checks", `${Math.round((1 - unchecked) * 100)} %`, ""],
  ];
  if (notice !== "") facts.push(["Planned now", notice, ""]);
  $("headlines").replaceChildren(
    ...facts.map(([term, value, className]) => element("div", className, element("dt", "", term), element("dd", "", value))),
  );
}

function showTiles(id, tiles, empty) {
  $(id).replaceChildren(...(tiles.length > 0 ? tiles : [element("p", "empty", empty)]));
}

const classOf = (signal) => (signal.substituted ? "lie" : STANDINGS[signal.standing][0]);

function chip(signal) {
  const [, word] = STANDINGS[signal.standing];
  const text = signal.trust === null ? word : `trust ${Math.round(signal.trust * 100)} %`;
  return element("span", `chip ${classOf(signal)}`, text);
}

function tankTile(signal) {
  const tile = element("div", `tile ${classOf(signal)}`);
  const gauges = element("div", "gauges");
  gauges.append(gauge(signal, signal.measured, signal.standing === "doubted" || signal.substituted ? "distrusted" : "", "measured"));
  if (signal.substituted) {
    const { value, sigma } = signal.substituted;
    gauges.append(gauge(signal, value, "substituted", `substituted, ± ${numberText(sigma)}`));
  }
  tile.append(element("h3", "", signal.id, chip(signal)), gauges, element("p", "quiet", signal.causes[0] ?? ""));
  return tile;
}

function gauge(signal, value, className, label) {
  const fill = element("div", "fill");
  const share = value === null ? 0 : (value - signal.minimum) / (signal.maximum - signal.minimum);
  fill.style.height = `${100 * Math.max(0, Math.min(1, share))}%`;
  const text = quantity(value, signal.unit);
  const level = element("div", "level", fill);
  level.setAttribute("aria-hidden", "true");
  return element("div", `gauge ${className}`, level, element("b", "", text), element("small", "", label));
}

function actuatorTile(status, flow) {
  const judged = flow ?? status;
  const tile = element("div", `tile ${classOf(judged)}`);
  const running = status.measured === null ? "no value" : status.measured > 0 ? "on" : "off";
  const flowText = flow === undefined ? "" : `, ${quantity(flow.measured, flow.unit, 1)}`;
  const substituted = flow?.substituted
    ? element("p", "", `substituted ${quantity(flow.substituted.value, flow.unit, 1)} ± ${numberText(flow.substituted.sigma, 1)}`)
    : "";
  tile.append(element("h3", "", status.element, chip(judged)), element("p", "", `${running}${flowText}`), substituted);
  return tile;
}

function signalRow(signal) {
  const substituted = signal.substituted
    ? `${quantity(signal.substituted.value, signal.unit)} ± ${numberText(signal.substituted.sigma)}`
    : "";
  const cell = (className, ...children) => element("td", className, ...children);
  return element(
    "tr",
    "",
    cell("", signal.id, element("small", "", signal.title)),
    cell("", chip(signal)),
    cell("number", quantity(signal.measured, signal.unit)),
    cell("number", substituted),
    cell("", signal.causes.join("; "), signal.standing === "doubted" ? element("small", "", `since ${timeText(signal.since)}`) : ""),
    cell("", signal.device, element("small", "", signal.signedAt)),
  );
}
