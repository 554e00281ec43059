// The page on which figures are drawn. Keys do what buttons do; every finished step is on its way at once.
import { draw, spoken } from "./box_drawing.js";
import { Figures } from "./box_figures.js";
import { listen, showList } from "./box_list.js";
import { openSending } from "./box_sending.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PRESSED = { n: "new", e: "extreme", c: "copy", z: "undo", Z: "redo", s: "skip", p: "previous", x: "zoom", g: "guideline", "?": "keys" };
const REACH = 4000; // ms for the server to say that it is there
const state = JSON.parse(document.querySelector("#state").textContent);
const page = document.querySelector("#boxes");
const keys = document.querySelector("#keys");
const label = document.querySelector("#label");
const told = document.querySelector("#told");
const met = new Set(); // conflicts that the figures have given way to
let lastConcept = state.asked;
let announced = ""; // what the caption said of the chosen box last
let drawing = null;
let sending = null;

const picture = new Image();
picture.src = state.picture;
await picture.decode();
const size = picture.naturalWidth;
const least = Math.max(1, Math.ceil(state.least * size));
const figures = new Figures({ size, least: state.least, rows: state.boxes }, show, (figure) => sending.settle(figure));
sending = await openSending(state, size, { name, met: giveWay });
await sending.replay(figures);
drawing = draw(document.querySelector("#drawing"), { picture: state.picture, size, least }, figures, {
  name,
  drawn: (box) => add(box),
  told: (points) => points !== null && tell(`Tap where the figure ends: leftmost, topmost, rightmost and lowest point, in any order. ${points} of 4.`),
});
announced = chosenWords();
listen(figures);
document.querySelector("#size").textContent = `${size} × ${size}`;
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => document.hidden && figures.finish());
window.addEventListener("pagehide", () => figures.finish());
page.addEventListener("click", (event) => actions[event.target.closest("[data-action]")?.dataset.action]?.(event));
label.addEventListener("change", readLabel);
sending.send();
show();
document.documentElement.classList.add("scripted");
if (state.ways.next) new Image().src = state.upcoming;

const actions = {
  new: () => add([0.25, 0.25, 0.75, 0.75].map((edge) => edge * size)),
  extreme: toggleExtremes,
  undo: () => drawing.takeBackPoint() || figures.undo(),
  redo: () => figures.redo(),
  remove: () => figures.chosen && figures.change(figures.selected, { removed: true }),
  copy: copyAll,
  zoom: () => page.classList.toggle("zoomed"),
  keys: () => keys.showModal(),
  label: (event) => nameChosen(event.target.closest("[data-concept]").dataset.concept),
  guideline: () => {
    const guideline = document.querySelector("#guideline");
    if (!guideline) return;
    guideline.open = !guideline.open;
    guideline.scrollIntoView({ block: "nearest" });
  },
  accept: (event) => leave(event, state.ways.next, () => figures.confirm()),
  skip: (event) => leave(event, state.ways.next),
  previous: (event) => leave(event, state.ways.previous),
};

function onKey(event) {
  const { key, target } = event;
  if (keys.open || target.closest?.("dialog")) return;
  const typing = target.closest?.("input, select, textarea");
  if (key === "Escape") return typing ? drawing.focus() : escape();
  if (typing) return;
  if (pressed(event)) event.preventDefault();
}

/** Whether the key meant something here. */
function pressed({ key, shiftKey, ctrlKey, altKey, metaKey, repeat, target }) {
  if (STEPS[key]) return nudge(STEPS[key].map((step) => step * (shiftKey ? 10 : 1)), { resize: ctrlKey || altKey, repeat });
  if (altKey || ((ctrlKey || metaKey) && key.toLowerCase() !== "z")) return false;
  if (key === "Enter") return !target.closest?.("a, button, summary") && Boolean(actions.accept());
  if (key === "Delete" || key === "Backspace") actions.remove();
  else if (key === "l") label.focus();
  else if (key === "0") nameChosen("");
  else if (state.numbered[key - 1]) nameChosen(state.numbered[key - 1]);
  else if (PRESSED[key] ?? PRESSED[key.toLowerCase()]) {
    if (!repeat || key.toLowerCase() === "z") actions[PRESSED[key] ?? PRESSED[key.toLowerCase()]]();
  } else return false;
  return true;
}

function nudge(by, how) {
  if (!figures.chosen) return false;
  figures.nudge(by, how);
  return true;
}

function escape() {
  page.classList.remove("zoomed");
  if (page.classList.contains("extreme")) toggleExtremes();
  else figures.select("");
}

function toggleExtremes() {
  const on = page.classList.toggle("extreme");
  document.querySelector("[data-action=extreme]").setAttribute("aria-pressed", on);
  drawing.toggleExtremes(on);
  if (!on) tellChosen();
}

function add(box) {
  figures.add(box, lastConcept);
  drawing.focus();
}

function nameChosen(concept) {
  if (!figures.chosen) return tell("Choose a box first: tap it, or reach it with Tab.");
  lastConcept = concept;
  figures.change(figures.selected, { concept });
  drawing.focus();
  tellChosen();
}

function readLabel() {
  const wanted = label.value.trim().toLowerCase();
  const named = [...label.list.options].find((each) => [each.value.toLowerCase(), each.dataset.slug].includes(wanted));
  if (!named) return tell(`There is no concept “${label.value}”. Choose one of the list; new ones are made on the page of the vocabulary.`);
  label.value = "";
  nameChosen(named.dataset.slug);
}

function copyAll() {
  if (!state.other) return tell("This coin has no picture of its other side.");
  figures.finish();
  figures.shown.forEach((figure) => sending.copy(figure));
  const count = figures.shown.length;
  tell(count ? `${count} ${count === 1 ? "box is" : "boxes are"} on the ${state.other.face} too, as a starting point: guesses until somebody moves or confirms them there.` : "There is no box to copy.");
}

/** On to another side, once all is on the disk here and the server can be reached. */
async function leave(event, address, first = () => {}) {
  event?.preventDefault();
  first();
  figures.finish();
  await sending.kept();
  const onward = address || page.dataset.supply;
  try {
    await fetch(page.dataset.health, { cache: "no-store", signal: AbortSignal.timeout(REACH) });
    location.assign(onward);
  } catch {
    tell("The server is out of reach. Your boxes are kept in this browser; stay here, and go on when it answers again.");
  }
}

function giveWay(entries) {
  for (const entry of entries.filter((each) => !met.has(each.sequence))) {
    met.add(entry.sequence);
    figures.giveWay(entry.question.id, entry.theirs);
  }
  drawing?.showMine(entries.filter(({ last }) => "left" in last.body).map(({ last }) => figures.edges(last.body)));
}

function show() {
  if (!drawing) return;
  drawing.redraw();
  showList(figures, { name, user: state.who, seen: state.seen });
  const { chosen, shown } = figures;
  if (announced !== chosenWords()) tellChosen();
  document.querySelector("[data-action=undo]").disabled = figures.past.length === 0;
  document.querySelector("[data-action=redo]").disabled = figures.future.length === 0;
  document.querySelector("[data-action=remove]").disabled = !chosen;
  const guesses = shown.filter((figure) => !figure.byHand).length;
  document.querySelector("#accept-words").textContent = guesses ? `Confirm ${guesses === 1 ? "1 guess" : `${guesses} guesses`}, next` : "Done, next";
  for (const button of document.querySelectorAll("[data-concept]")) button.setAttribute("aria-pressed", chosen?.concept === button.dataset.concept);
}

function tellChosen() {
  announced = chosenWords();
  tell(announced);
}

function chosenWords() {
  const { chosen, shown } = figures;
  return chosen ? `Box ${shown.indexOf(chosen) + 1}, ${name(chosen.concept)}: ${spoken(chosen.box)}.` : "No box is chosen.";
}

function tell(words) {
  told.textContent = words;
}

function name(slug) {
  return slug ? state.names[slug] ?? slug : "no name";
}
