/** The dialog in which a person gives the reason for acknowledging, shelving or closing an incident. */
import { $ } from "./elements.js";
import { call } from "./server-call.js";

let asked;

/** Opens it. Nothing is sent before the reader confirms. */
export function askToAct(action, incident) {
  asked = { action, incident };
  const word = `${action[0].toUpperCase()}${action.slice(1)}`;
  $("act-title").textContent = `${word} this incident?`;
  $("act-incident").textContent = incident.title;
  $("act-confirm").textContent = word;
  $("act-reason").value = "";
  $("act-problem").textContent = "";
  for (const id of ["act-duration", "act-duration-label"]) $(id).hidden = action !== "shelve";
  $("act").showModal();
  $("act-reason").focus();
}

/** @param onDone called when the server has taken the action down */
export function listenToDialog(onDone) {
  $("act-cancel").addEventListener("click", () => $("act").close());
  $("act-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { action, incident } = asked;
    const forMs = action === "shelve" ? { forMs: Number($("act-duration").value) } : {};
    $("act-confirm").disabled = true;
    try {
      const body = { reason: $("act-reason").value, ...forMs };
      await call(`/v1/incidents/${encodeURIComponent(incident.id)}/${action}`, { body });
      $("act").close();
      onDone();
    } catch (problem) {
      $("act-problem").textContent = problem.message;
    } finally {
      $("act-confirm").disabled = false;
    }
  });
}
