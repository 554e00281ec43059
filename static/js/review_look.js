// Where the published model looks, over the picture that is asked about: only when the person wants it. The pieces of
// the page come from the addresses of the maps, which note that this person has seen one.
import { paint } from "./saliency_paint.js";

const EVERY = 1000; // ms between two looks at a map that is being drawn
let turn = 0; // another question ends what was asked for the last one

export function forgetLook() {
  turn += 1;
}

/** The button was pressed: ask for the map, or show and hide the one that is here. */
export async function look(asked) {
  const tools = asked.querySelector("[data-looking]");
  const canvas = asked.querySelector(".looked");
  if (!tools || tools.dataset.busy) return;
  if (tools.dataset.drawn) return show(tools, canvas, canvas.hidden);
  tools.dataset.busy = "yes";
  try {
    await fetchMap(tools, canvas, turn);
  } catch (error) {
    say(tools, error.message);
  } finally {
    delete tools.dataset.busy;
  }
}

async function fetchMap(tools, canvas, mine) {
  say(tools, "Asking for the map…");
  const body = new URLSearchParams({ concept: tools.dataset.concept });
  let answer = await ask(tools.dataset.looking, { method: "POST", body });
  for (;;) {
    if (mine !== turn) return;
    const grey = answer.querySelector(".saliency-grey");
    if (grey) return lay(tools, canvas, grey.getAttribute("src"));
    const pane = answer.querySelector(".saliency-pane");
    const address = pane?.getAttribute("hx-get");
    if (!address) throw new Error(pane?.querySelector(".alert")?.textContent.trim() || "No map was drawn.");
    showProgress(tools, pane);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (mine === turn) answer = await ask(address, {});
  }
}

/** What the server draws for a page that polls. Throws its own sentence where it refuses. */
async function ask(address, options) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  const headers = { "HX-Request": "true", "X-CSRFToken": token, Accept: "application/json" };
  const response = await fetch(address, { ...options, headers }).catch(() => null);
  if (!response) throw new Error("The server is out of reach. Ask again when it answers.");
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? `The server refused this (${response.status}).`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function lay(tools, canvas, address) {
  const grey = Object.assign(new Image(), { src: address });
  await grey.decode();
  paint(canvas, grey);
  tools.dataset.drawn = "yes";
  const range = tools.querySelector("input[type=range]");
  canvas.style.opacity = range.value / 100;
  range.addEventListener("input", () => (canvas.style.opacity = range.value / 100));
  say(tools, "");
  show(tools, canvas, true);
}

function show(tools, canvas, shown) {
  canvas.hidden = !shown;
  tools.querySelector("[data-look-strength]").hidden = !shown;
  tools.querySelector("[data-action=look]").setAttribute("aria-pressed", String(shown));
  tools.querySelector("[data-look-words]").textContent = shown ? "Hide where the model looks" : "Show where the model looks";
}

function showProgress(tools, pane) {
  const state = tools.querySelector("[data-look-state]");
  pane.querySelector("h3")?.remove();
  state.replaceChildren(...pane.children);
}

function say(tools, words) {
  tools.querySelector("[data-look-state]").textContent = words;
}
