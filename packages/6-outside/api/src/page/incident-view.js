/** Incidents: what is wrong, who is suspected, what to check by hand, and the buttons to act on it. */
import { $, element, timeText } from "./elements.js";
import { read } from "./server-call.js";

const SHOWN_MAX = 50;
const EMPTY = {
  open: "Nothing to do: no incident is open.",
  closed: "No incident has been closed yet.",
  all: "No incident so far.",
};
const STATES = {
  unacknowledged: ["lie", "new"],
  acknowledged: ["doubt", "acknowledged"],
  returned: ["doubt", "over, not acknowledged"],
  shelved: ["plain", "shelved"],
  suppressed: ["plain", "suppressed by design"],
  closed: ["plain", "closed"],
};
const ACTIONS = ["acknowledge", "shelve", "close"];

/** @param onAct called with the action and the incident when a button is pressed */
export async function showIncidents(onAct) {
  const filter = $("incident-filter").value;
  const { items, total } = await read(`/v1/incidents?limit=${SHOWN_MAX}&state=${filter}`);
  const opened = new Set([...document.querySelectorAll("#incidents details[open]")].map(({ dataset }) => dataset.incident));
  const focused = document.activeElement?.dataset?.button;
  $("incidents").replaceChildren(...items.map((incident) => incidentItem(incident, opened.has(incident.id), onAct)));
  if (focused !== undefined) document.querySelector(`[data-button="${CSS.escape(focused)}"]`)?.focus();
  $("no-incidents").textContent = EMPTY[filter];
  $("no-incidents").hidden = items.length > 0;
  $("h-incidents").textContent = total > items.length ? `Incidents (newest ${items.length} of ${total})` : "Incidents";
  return items;
}

function incidentItem(incident, isOpen, onAct) {
  const [className, word] = STATES[incident.state];
  const isSettled = ["closed", "shelved", "suppressed"].includes(incident.state);
  const suspects = incident.suspects.map(({ signal, share }) => `${signal} (${Math.round(share * 100)} %)`).join(", ");
  const verdict = incident.verdict === "attack" ? "consistent with an attack" : "cause undetermined";
  return element(
    "li",
    isSettled ? "settled" : "",
    element("h3", "", incident.title, element("span", `chip ${className}`, word), element("span", "chip plain", `${incident.priority} priority`)),
    element("p", "quiet", `Since ${timeText(incident.since)}, ${verdict}. It rests on ${incident.proofs.count} signed frames.`),
    element("p", "", suspects === "" ? "" : `Suspected: ${suspects}`),
    element("p", "", incident.effect),
    actLine("Acknowledged", incident.acknowledged),
    actLine("Shelved", incident.state === "shelved" ? incident.shelved : null),
    actLine("Closed", incident.closed),
    moreOf(incident, isOpen),
    buttonsOf(incident, onAct),
  );
}

function actLine(word, act) {
  if (act === null) return "";
  const until = act.expires === null ? "" : ` until ${timeText(act.expires)}`;
  return element("p", "quiet", `${word} by ${act.person}${until}: ${act.reason}`);
}

function moreOf(incident, isOpen) {
  const details = element("details", "", element("summary", "", "What to check, and why we think so"));
  details.dataset.incident = incident.id;
  details.open = isOpen;
  const lists = [
    ["Check by hand", incident.checkByHand],
    ["What speaks", incident.causes],
    ["The same data could also be explained by", incident.alternatives.map((signals) => signals.join(" + "))],
    ["Consistent with (ATT&CK for ICS)", incident.techniques.map(({ id, name }) => `${id} ${name}`)],
    ["In force", incident.annotations],
    ["Timeline", incident.timeline.map(({ time, text, late }) => `${timeText(time)} ${text}${late ? " (late)" : ""}`)],
  ];
  for (const [title, lines] of lists.filter(([, lines]) => lines.length > 0))
    details.append(element("p", "", element("strong", "", title)), element("ul", "", ...lines.map((line) => element("li", "plain", line))));
  return details;
}

function buttonsOf(incident, onAct) {
  if (incident.state === "closed") return "";
  const wanted = ACTIONS.filter((action) => action !== "acknowledge" || incident.acknowledged === null);
  return element("p", "buttons", ...wanted.map((action) => actButton(action, incident, onAct)));
}

function actButton(action, incident, onAct) {
  const button = element("button", "", `${action[0].toUpperCase()}${action.slice(1)} …`);
  button.type = "button";
  button.dataset.button = `${action} ${incident.id}`;
  button.setAttribute("aria-label", `${action} ${incident.title}`);
  button.addEventListener("click", () => onAct(action, incident));
  return button;
}
