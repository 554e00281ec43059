// Pages that could not be saved as they were: what others said meanwhile, and what a person makes of it.
import { ANSWERS, isSaidAlready } from "./conflicts.js";
import { drawKey } from "./outbox.js";

const row = document.querySelector("#cell-conflict");

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

/** `save(entry, again)` and `drop(entry)` are called when the person chooses. */
export function describePage(entry, { save, drop }) {
  const stale = entry.state === "conflict" ? entry.theirs : [];
  const count = entry.last.body.answers?.length ?? 0;
  const again = new Set();
  if (stale.length && count) {
    const words = count > stale.length ? `Save the page (${count - stale.length} others)` : "Keep theirs";
    const mine = new Map(entry.last.body.answers.map(({ side, answer }) => [side, answer]));
    return {
      settled: stale.every(({ side, theirs }) => isSaidAlready(theirs, mine.get(side))),
      title: `${stale.length} of ${count} sides were answered in the meantime`,
      lines: ["Nothing of this page is saved yet, and nothing was overwritten."],
      cells: stale.map((each) => drawCell(entry, each, true, again)),
      choices: [["save", words, () => save(entry, again)], ["drop", "Drop the page", () => drop(entry)]],
    };
  }
  const kept = "Some of it was answered since; all of it stands as it was. Confirm the page anew to change it.";
  return {
    title: stale.length ? "The page was not taken back" : "This page could not be saved",
    lines: [stale.length ? kept : entry.detail],
    cells: stale.map((each) => drawCell(entry, each, false, again)),
    choices: [["drop", "Dismiss", () => drop(entry)]],
  };
}

function drawCell(entry, { side, theirs }, savable, again) {
  const drawn = row.content.cloneNode(true);
  const cell = entry.page.cells.find((each) => each.side === side);
  const mine = entry.last.body.answers?.find((each) => each.side === side)?.answer;
  drawn.querySelector("img").src = cell.thumbnail;
  const said = theirs ? `${theirs.mine ? "you, in another tab," : theirs.who} said ${ANSWERS[theirs.answer]}` : "the answer that you saw was taken back";
  drawn.querySelector("[data-words]").textContent = `${cell.coin}: ${said}${savable && mine ? `, ${theirs?.mine ? "here" : "you"} ${ANSWERS[mine]}` : ""}.`;
  if (savable && mine) {
    drawn.querySelector("[data-again]").textContent = `Answer ${ANSWERS[mine].toLowerCase()} all the same`;
    drawn.querySelector("input").addEventListener("change", (event) => again[event.target.checked ? "add" : "delete"](side));
  } else {
    drawn.querySelector("label").remove();
  }
  return drawn;
}
