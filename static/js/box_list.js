// The list beside the picture: one entry per figure, with its edges in pixels to be read and written.
import { hue } from "./box_drawing.js";
import { clamp, measures } from "./box_handles.js";

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const list = document.querySelector("#figures");
const form = document.querySelector("#figure-entry");
const entries = new Map();

export function listen(figures) {
  list.addEventListener("change", (event) => {
    const id = event.target.closest("[data-id]").dataset.id;
    const inputs = [...entries.get(id).querySelectorAll("input")];
    const typed = inputs.map((input) => input.valueAsNumber);
    if (typed.every(Number.isFinite)) figures.change(id, { box: edgesOf(typed, inputs.indexOf(event.target) < 2, figures.size) });
    figures.changed();
  });
  list.addEventListener("focusin", (event) => figures.select(event.target.closest("[data-id]").dataset.id));
  list.addEventListener("click", (event) => {
    const id = event.target.closest("[data-id]")?.dataset.id;
    if (id && event.target.closest("[data-remove]")) figures.change(id, { removed: true });
    else if (id) figures.select(id);
  });
}

/** A box that is moved keeps its size at the picture's edges. */
function edgesOf([left, top, width, height], moves, size) {
  const [x, y] = moves ? [clamp(left, 0, size - width), clamp(top, 0, size - height)] : [left, top];
  return [x, y, x + width, y + height];
}

export function showList(figures, { name, user, seen }) {
  const { shown } = figures;
  for (const [id, entry] of entries) if (!shown.some((each) => each.id === id)) entry.remove() ?? entries.delete(id);
  shown.forEach((figure, index) => {
    if (!entries.has(figure.id)) list.append(entryOf(figure.id));
    fill(entries.get(figure.id), figure, index, { name, user, seen, chosen: figure.id === figures.selected });
  });
  document.querySelector("#no-figures").hidden = shown.length > 0;
}

function entryOf(id) {
  const entry = form.content.firstElementChild.cloneNode(true);
  entry.dataset.id = id;
  entries.set(id, entry);
  return entry;
}

function fill(entry, figure, index, { name, user, seen, chosen }) {
  entry.className = `figure-entry ${hue(index)}${chosen ? " selected" : ""}`;
  const put = (part, words) => {
    const place = entry.querySelector(`[data-${part}]`);
    if (place.textContent !== words) place.textContent = words;
  };
  put("number", String(index + 1));
  put("name", name(figure.concept));
  const informed = figure.informed || (seen && !figure.who);
  const from = figure.byHand ? figure.source && `from ${figure.source}` : ["a guess", figure.source].filter(Boolean).join(", ");
  put("note", [from, informed && "after a map was seen"].filter(Boolean).join(" · "));
  put("who", `${figure.who && figure.who !== user ? figure.who : "you"}, ${moment.format(new Date(figure.when ?? Date.now()))}`);
  const values = measures(figure.box);
  entry.querySelectorAll("input").forEach((input, place) => {
    if (input !== document.activeElement || input.valueAsNumber !== values[place]) input.value = values[place];
  });
  entry.querySelector("[data-remove]").setAttribute("aria-label", `Remove box ${index + 1}, ${name(figure.concept)}`);
}
