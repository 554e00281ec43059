// Names of one text: choose words, say what they name; every answer goes to the outbox and shows at once.
import { drawKey, openOutbox } from "./outbox.js";
import { merge, newestOn, standing } from "./span_merge.js";
import { drawText, showChosen, stopAt, wordsOf } from "./span_words.js";
import { listenToMouse } from "./span_mouse.js";
import { hideSignedOut, showConflict, showSaving, showSignedOut, showStanding, tellChosen } from "./span_signs.js";
import { previousText, rememberText } from "./span_trail.js";

const state = JSON.parse(document.querySelector("#state").textContent);
const PATIENCE = 1500; // ms
const place = document.querySelector("#text");
const keys = document.querySelector("#keys");
const words = wordsOf(state.text);
let decisions = state.decisions;
let spans = [];
let [first, last] = [0, 0]; // numbers of words
const outbox = await openOutbox(state.user, changed, "coinsite-spans");

for (const entry of await outbox.entries()) if (entry.question.text === state.id) decisions.push(entry.row);
rememberText(state.id);
const before = previousText(state.id);
if (before) document.querySelector("#back").href = location.pathname.replace(/\d+/, before);
draw();
choose(...stopAt(0, words, spans));
listenToMouse(place, chooseByMouse);
document.addEventListener("keydown", onKey);
document.querySelector("#main").addEventListener("click", onClick);
place.focus({ preventScroll: true });
outbox.send();
document.documentElement.classList.add("scripted");

function draw() {
  spans = merge(state.machine, decisions);
  drawText(place, state.text, words, spans);
  showChosen(place, first, last);
  showStanding(spans, state);
  document.querySelector("[data-action=undo]").disabled = !lastOfMine();
}

function choose(from, to) {
  if (!words.length) return;
  [first, last] = [from, to];
  showChosen(place, first, last);
  const { start, end } = chosen();
  tellChosen(state.text.slice(start, end), spans.find((each) => each.start === start && each.end === end), state.classes);
}

function chooseByMouse(from, to) {
  if (from === to) choose(...stopAt(from, words, spans));
  else choose(Math.min(from, to), Math.max(from, to));
}

function chosen() {
  return { start: words[first].start, end: words[last].end };
}

function onKey(event) {
  if (keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const onControl = event.target.closest("a, button, input, select, textarea, summary, dialog");
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") move(event);
  else if (event.key !== "Enter" || !onControl) press(event);
}

function move(event) {
  event.preventDefault();
  const step = event.key === "ArrowRight" ? 1 : -1;
  if (event.shiftKey) {
    choose(first, Math.min(words.length - 1, Math.max(first, last + step)));
    return;
  }
  const to = step > 0 ? Math.min(last + 1, words.length - 1) : Math.max(first - 1, 0);
  choose(...stopAt(to, words, spans));
}

function press(event) {
  const name = event.key === "Backspace" ? "Delete" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = event.repeat ? null : document.querySelector(`#main [data-key="${CSS.escape(name)}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
}

async function onClick(event) {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  const { label, action } = button.dataset;
  if (label === undefined && !action) return;
  if (action === "keys") return keys.showModal();
  place.focus({ preventScroll: true }); // else the next Enter would press this button again
  if (label !== undefined && words.length) await say(chosen(), label);
  if (action === "undo") await undo();
  if (action === "confirm") await confirmAll();
}

async function say({ start, end }, label) {
  const key = drawKey();
  const base = newestOn({ start, end }, decisions)?.key ?? "";
  const row = { key, start, end, label, mine: true, undoes: null };
  decisions = [...decisions, row];
  draw();
  choose(first, last);
  await send("decide", { start, end, label, base, key }, row);
}

/** The newest answer of this person's that still stands and that nobody has answered. */
function lastOfMine() {
  return standing(decisions).findLast((each) => each.mine && newestOn(each, decisions).key === each.key);
}

async function undo() {
  const last = lastOfMine();
  if (!last) return;
  const row = { key: drawKey(), start: last.start, end: last.end, label: last.label, mine: true, undoes: last.key };
  decisions = [...decisions, row];
  draw();
  await send("undo", { of: last.key, key: row.key }, row);
}

/** Each span of a machine becomes the person's; a text without any is said to name nothing. Then the next text. */
async function confirmAll() {
  for (const span of spans.filter((each) => !each.expert)) await say(span, span.label);
  if (!standing(decisions).length) await say({ start: 0, end: state.text.length }, "");
  await drained();
  document.querySelector("#next").click();
}

/** Until all is saved; where the server is slow, the next page sends what is left. */
async function drained() {
  for (const began = performance.now(); performance.now() - began < PATIENCE; ) {
    if (!(await outbox.entries()).some((entry) => entry.state === "waiting")) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function send(does, body, row) {
  const question = { id: row.key, text: state.id };
  return outbox.add({ does, address: state[does], body, question, row });
}

function changed(now) {
  showSaving(now);
  if (now.sending) return;
  if (now.signedOut && now.waiting) showSignedOut(now.detail, now.waiting);
  else hideSignedOut();
  const [entry] = now.attention.filter((each) => each.question.text === state.id);
  showConflict(entry, state.classes, state.text, { keep, again });
}

/** What was said here gives way to what the server holds. */
async function keep(entry) {
  await outbox.remove(entry);
  location.reload();
}

async function again(entry) {
  const { start, end, label } = entry.row;
  const theirs = entry.theirs ? [{ ...entry.theirs, mine: false }] : [];
  decisions = [...decisions.filter((each) => each.key !== entry.row.key), ...theirs];
  await say({ start, end }, entry.does === "undo" ? "" : label);
  await outbox.remove(entry);
}
