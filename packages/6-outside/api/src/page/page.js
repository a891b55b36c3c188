/** The built-in page: shows the live twin. All text from the server is set as text, never as markup. */

const $ = (id) => document.getElementById(id);
const element = (tag, className, text) => Object.assign(document.createElement(tag), { className: className ?? "", textContent: text ?? "" });
const RETRY_MS = 2000;
const INCIDENTS_SHOWN_MAX = 20;

const credential = () => sessionStorage.getItem("credential") ?? "";
const fromLink = new URLSearchParams(location.hash.slice(1)).get("credential");
if (fromLink) {
  sessionStorage.setItem("credential", fromLink);
  history.replaceState(null, "", location.pathname);
}

async function call(path) {
  const response = await fetch(path, { headers: { authorization: `Bearer ${credential()}` } });
  if (response.status === 401 || response.status === 403) throw new Error("sign in");
  if (!response.ok) throw new Error((await response.json()).detail);
  return response;
}

const number = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const trustOf = (signal) => (signal.trust === null ? "unchecked" : `${Math.round(signal.trust * 100)} %`);

function classOf(signal) {
  if (signal.substituted) return "tile lie";
  if (signal.trust === null) return "tile unchecked";
  return signal.trust < 0.5 ? "tile doubt" : "tile";
}

function tankTile(signal) {
  const tile = element("div", classOf(signal));
  const gauge = element("div", "gauge");
  const share = (value) => `${Math.max(0, Math.min(100, (100 * (value - signal.minimum)) / (signal.maximum - signal.minimum)))}%`;
  const level = element("i");
  level.style.height = share(signal.measured ?? signal.minimum);
  gauge.append(level);
  if (signal.substituted) {
    const estimate = element("u");
    estimate.style.height = share(signal.substituted.value);
    gauge.append(estimate);
  }
  const estimateText = signal.substituted ? `estimate ${number(signal.substituted.value)} ± ${number(signal.substituted.sigma)} m` : "";
  tile.append(element("b", "", signal.id), gauge, element("span", "", `${number(signal.measured)} m`), element("small", "", `trust ${trustOf(signal)}`), element("small", "", estimateText));
  return tile;
}

function actuatorTile(status, flow) {
  const tile = element("div", classOf(flow ?? status));
  tile.append(element("b", "", status.element), element("span", "", status.measured ? "running" : "off"), element("small", "", flow ? `${number(flow.measured, 1)} l/s, trust ${trustOf(flow)}` : ""));
  return tile;
}

function signalRow(signal) {
  const row = element("tr");
  const substituted = signal.substituted ? `${number(signal.substituted.value)} ± ${number(signal.substituted.sigma)}` : "";
  row.append(...[`${signal.id} (${signal.unit})`, number(signal.measured), substituted, trustOf(signal), signal.signedAt ?? ""].map((text) => element("td", "", text)));
  return row;
}

function showState(state) {
  $("site").textContent = state.title;
  const checked = Math.round((1 - state.unchecked) * 100);
  const time = state.time ? new Date(state.time).toLocaleString(undefined, { timeZone: state.timeZone, timeZoneName: "short" }) : "no reading yet";
  $("status").textContent = `${time} · ${state.timeBase} · ${checked} % of signals checked`;
  const byId = new Map(state.signals.map((signal) => [signal.id, signal]));
  $("tanks").replaceChildren(...state.signals.filter((signal) => signal.kind === "level").map(tankTile));
  $("actuators").replaceChildren(...state.signals.filter((signal) => signal.kind === "status").map((status) => actuatorTile(status, byId.get(`F_${status.element}`))));
  $("signals").replaceChildren(...state.signals.map(signalRow));
}

function incidentItem(incident) {
  const item = element("li", incident.state === "closed" ? "closed" : "");
  item.append(element("b", "", incident.title), element("div", "", incident.effect ?? ""), element("small", "", `since ${new Date(incident.since).toLocaleString()} · ${incident.verdict} · ${incident.state} · suspects: ${incident.suspects.map((suspect) => suspect.signal).join(", ")}`));
  return item;
}

async function showIncidents() {
  const { items } = await (await call(`/v1/incidents?limit=${INCIDENTS_SHOWN_MAX}`)).json();
  $("incidents").replaceChildren(...items.map(incidentItem));
  $("no-incidents").hidden = items.length > 0;
}

/** Reads server-sent events by a streaming fetch, so that the credential travels in a header. */
async function follow() {
  const response = await call("/v1/stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) handle(part);
  }
}

function handle(part) {
  const event = /^event: (.*)$/m.exec(part)?.[1];
  const data = /^data: (.*)$/m.exec(part)?.[1];
  if (event === "state") showState(JSON.parse(data));
  if (event === "incident") showIncidents();
}

async function show() {
  const { items } = await (await call("/v1/twins")).json();
  showState(await (await call(`/v1/twins/${encodeURIComponent(items[0].id)}/state`)).json());
  await showIncidents();
  document.querySelector("main").hidden = false;
  $("sign-in").hidden = true;
  await follow();
}

async function start() {
  for (;;) {
    try {
      await show();
    } catch (problem) {
      if (problem.message === "sign in") {
        $("sign-in").hidden = false;
        $("status").textContent = "Sign in to see the twin.";
        return;
      }
      $("status").textContent = `No connection: trying again (${problem.message})`;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("credential", $("credential").value.trim());
  start();
});
start();
