// Pages that could not be saved as they were: what others said meanwhile, and what a person makes of it.
import { drawKey } from "./outbox.js";

const place = document.querySelector("#conflicts");
const panel = document.querySelector("#page-conflict");
const row = document.querySelector("#cell-conflict");
const ANSWERS = { yes: "Yes", no: "No", unsure: "Unsure", withdrawn: "taken back" };
let shown = "";

/** Side to the decision that its next answer has to name: nothing of this entry, nor of what followed it, was stored. */
export function basesNow({ does, body, theirs }) {
  const rows = does === "undo" ? body.undone.map(({ side, of }) => [side, of]) : body.answers.map(({ side, base }) => [side, base]);
  return Object.fromEntries([...rows, ...(theirs ?? []).map((each) => [each.side, each.theirs?.id ?? ""])]);
}

/** The page once more: without the sides that others answered, but for those in `again`. */
export function bodyAgain(entry, again) {
  const bases = basesNow(entry);
  const stale = new Set(entry.theirs.map((each) => each.side));
  const answers = entry.last.body.answers
    .filter(({ side }) => !stale.has(side) || again.has(side))
    .map((answer) => ({ ...answer, base: bases[answer.side], key: drawKey() }));
  return { ...entry.last.body, page: drawKey(), answers };
}

/** One panel per entry: `save(entry, again)` and `drop(entry)` are called when the person chooses. */
export function showConflicts(entries, { save, drop }) {
  const now = entries.map((entry) => entry.sequence).join();
  if (now === shown) return; // nothing moves under the cursor
  shown = now;
  place.replaceChildren(...entries.map((entry) => draw(entry, { save, drop })));
}

function draw(entry, { save, drop }) {
  const drawn = panel.content.cloneNode(true);
  const put = (name, words) => (drawn.querySelector(`[data-${name}]`).textContent = words);
  const stale = entry.state === "conflict" ? entry.theirs : [];
  const count = entry.last.body.answers?.length ?? 0;
  const savable = stale.length > 0 && count > 0;
  if (savable) {
    put("title", `${stale.length} of ${count} sides were answered in the meantime`);
    put("words", "Nothing of this page is saved yet, and nothing was overwritten.");
    put("save", count > stale.length ? `Save the page (${count - stale.length} others)` : "Keep theirs");
  } else {
    put("title", stale.length ? "The page was not taken back" : "This page could not be saved");
    put("words", stale.length ? "Some of it was answered since; all of it stands as it was. Confirm the page anew to change it." : entry.detail);
    put("drop", "Dismiss");
    drawn.querySelector("[data-save]").remove();
  }
  const again = new Set();
  drawn.querySelector("[data-cells]").append(...stale.map((each) => drawCell(entry, each, savable, again)));
  drawn.querySelector("[data-save]")?.addEventListener("click", () => save(entry, again), { once: true });
  drawn.querySelector("[data-drop]").addEventListener("click", () => drop(entry), { once: true });
  return drawn;
}

function drawCell(entry, { side, theirs }, savable, again) {
  const drawn = row.content.cloneNode(true);
  const cell = entry.page.cells.find((each) => each.side === side);
  const mine = entry.last.body.answers?.find((each) => each.side === side)?.answer;
  drawn.querySelector("img").src = cell.thumbnail;
  const said = theirs ? `${theirs.who} said ${ANSWERS[theirs.answer]}` : "the answer that you saw was taken back";
  drawn.querySelector("[data-words]").textContent = `${cell.coin}: ${said}${savable && mine ? `, you ${ANSWERS[mine]}` : ""}.`;
  if (savable && mine) {
    drawn.querySelector("[data-again]").textContent = `Answer ${ANSWERS[mine].toLowerCase()} all the same`;
    drawn.querySelector("input").addEventListener("change", (event) => again[event.target.checked ? "add" : "delete"](side));
  } else {
    drawn.querySelector("label").remove();
  }
  return drawn;
}
