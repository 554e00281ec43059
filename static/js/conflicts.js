// Answers that need the person: what others said in the meantime, and what can be made of it. One panel per entry.
const place = document.querySelector("#conflicts");
const panel = document.querySelector("#conflict-panel");
export const ANSWERS = { yes: "Yes", no: "No", unsure: "Unsure", withdrawn: "taken back", undo: "Undo", skip: "Skip" };
const settled = new Set();
let shown = "";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, dialog[open]");
  if (event.key.toLowerCase() !== "c" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  place.querySelector("[data-choice]")?.focus();
});

/** Whether the same person gave the same answer in another tab: nothing is left to choose. */
export const isSaidAlready = (theirs, answer) => Boolean(theirs?.mine) && theirs.answer === answer;

/**
 * `describe(entry)`: {picture, title, lines, cells, choices, settled}; of each choice its name, its words and what it
 * does. Where nothing is left to choose the first is taken.
 */
export function showConflicts(entries, describe) {
  const now = entries.map((entry) => entry.sequence).join();
  if (now === shown) return; // nothing moves under the cursor
  shown = now;
  const described = entries.map((entry) => ({ ...describe(entry), sequence: entry.sequence }));
  place.replaceChildren(...described.filter((each) => !each.settled).map(draw));
  for (const each of described) if (each.settled && !settled.has(each.sequence)) takeFirst(each);
}

function draw({ picture = "", title, lines, cells = [], choices }) {
  const drawn = panel.content.cloneNode(true);
  const part = (name) => drawn.querySelector(`[data-${name}]`);
  if (picture) part("picture").src = picture;
  else part("picture").remove();
  part("title").textContent = title;
  part("lines").append(...lines.filter(Boolean).map((words) => Object.assign(document.createElement("p"), { textContent: words })));
  part("cells").append(...cells);
  const buttons = choices.map(([name, words, act], at) => drawButton(name, words, at === 0, act));
  for (const button of buttons) button.addEventListener("click", () => buttons.forEach((each) => (each.disabled = true)));
  part("choices").append(...buttons);
  return drawn;
}

function takeFirst({ sequence, choices: [[, , act]] }) {
  settled.add(sequence);
  act();
}

function drawButton(name, words, first, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `btn btn-sm ${first ? "btn-primary" : "btn-outline-primary"}`;
  button.dataset.choice = name;
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}
