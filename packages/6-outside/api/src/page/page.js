/** The built-in page: shows the live twin and its incidents, with the reader's own credential. */
import { askToAct, listenToDialog } from "./act-dialog.js";
import { $ } from "./elements.js";
import { showIncidents } from "./incident-view.js";
import {
  credential,
  follow,
  forgetCredential,
  keepCredential,
  read,
  SignInNeeded,
  takeCredentialFromLink,
} from "./server-call.js";
import { showSignals, showState } from "./state-view.js";

const RETRY_MS = 2000;
const REFRESH_MS = 250;
const HEALTH_MS = 15_000;

let connection = new AbortController();
let refreshing;

const incidents = () => showIncidents(askToAct);

/** Many events within a moment are one look at the list. */
function refreshIncidents() {
  refreshing ??= setTimeout(() => {
    refreshing = undefined;
    incidents().catch(tellProblem);
  }, REFRESH_MS);
}

function hear(event, data) {
  if (event === "state") showState(data);
  if (event !== "incident") return;
  if (data.change === "opened") $("announcer").textContent = "A new incident was opened.";
  refreshIncidents();
}

/** Readings may come in while nobody judges them: then no alarm will come either, and silence is no good sign. */
async function askForJudge() {
  const { status } = await read("/v1/health");
  if (status !== "ok") tell("Not judged", "The judge has stopped: what is shown is old, and no new alarm will come.");
}

async function show() {
  const { items } = await read("/v1/twins");
  showState(await read(`/v1/twins/${encodeURIComponent(items[0].id)}/state`));
  await incidents();
  switchTo("twin");
  tell("Live");
  await askForJudge();
  // A server that does not answer is told by the stream, which ends.
  const asking = setInterval(() => askForJudge().catch(() => {}), HEALTH_MS);
  await follow("/v1/stream", hear, connection.signal).finally(() => clearInterval(asking));
}

function switchTo(view) {
  document.querySelector("main").hidden = view !== "twin";
  $("sign-out").hidden = view !== "twin";
  $("sign-in").hidden = view !== "sign-in";
}

function tell(text, problem = "") {
  $("connection").textContent = text;
  $("problem").textContent = problem;
  $("problem").hidden = problem === "";
}

function tellProblem({ message }) {
  tell("Not live", `No connection to the server, trying again. What is shown may be old. (${message})`);
}

function askToSignIn(problem) {
  const wasTried = credential() !== "";
  forgetCredential();
  switchTo("sign-in");
  tell("Signed out", wasTried ? (problem ?? "This token is not known.") : "");
  $("credential").focus();
}

async function start() {
  connection = new AbortController();
  const { signal } = connection;
  while (!signal.aborted) {
    try {
      await show();
      tellProblem({ message: "the stream ended" });
    } catch (problem) {
      if (signal.aborted) return;
      if (problem instanceof SignInNeeded) return askToSignIn(problem.message);
      tellProblem(problem);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  keepCredential($("credential").value.trim());
  $("credential").value = "";
  start();
});
$("sign-out").addEventListener("click", () => {
  connection.abort();
  forgetCredential();
  askToSignIn();
});
$("incident-filter").addEventListener("change", () => incidents().catch(tellProblem));
$("signal-filter").addEventListener("input", showSignals);
$("only-doubted").addEventListener("change", showSignals);
listenToDialog(refreshIncidents);
takeCredentialFromLink();
if (credential() === "") askToSignIn();
else start();
