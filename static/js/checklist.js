// All concepts of one side at once: what was answered goes to the outbox as one page, and the next side is shown.
import { describeChecklist } from "./checklist_conflicts.js";
import { clear, listenToKeys } from "./checklist_keys.js";
import { Lines } from "./checklist_lines.js";
import { showConflicts } from "./conflicts.js";
import { drawKey, openOutbox } from "./outbox.js";
import { KeptAnswers } from "./kept_marks.js";
import { keepLeases } from "./review_leases.js";
import { hideSignedOut, showSaving, showSignedOut } from "./review_signs.js";

const AHEAD = 2;
const RETRY = 3000; // ms
const TOO_SOON = 250; // ms: the second half of a double click
const state = JSON.parse(document.querySelector("#state").textContent);
const form = document.querySelector("#checklist");
const asked = document.querySelector("#asked");
const filter = form.querySelector("#filter");
const save = form.querySelector("[name=save]");
const undo = form.querySelector("[data-action=undo]");
const lines = new Lines(asked, showCount);
const kept = new KeptAnswers("checklist", state.user);
let sides = state.sides;
let history = state.previous.map(remembered); // what was saved, newest last: {side, answers, keys}
let seen = new Set(); // sides that were skipped or saved in this sitting
let pending = new Set(); // sides in the outbox
let [drawnAt, busy, fetching, reached, retry] = [0, false, false, true, 0];

const outbox = await openOutbox(state.user, changed, "coinsite-checklist").catch(() => null);
if (outbox) await start();
// Without a place to keep answers the form works as it does without a script: every side waits for the server.
document.documentElement.classList.toggle("scripted", Boolean(outbox));

async function start() {
  const entries = await outbox.entries();
  if (outbox.overtook) return location.reload();
  for (const entry of entries) replay(entry);
  listenToKeys(form, lines);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(saveSide);
  });
  form.addEventListener("click", (event) => {
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action === "rest") lines.confirmRest();
    if (action === "skip") once(skipSide);
    if (action === "undo") once(takeBack);
  });
  keepLeases(form.dataset.renew, () => sides.flatMap((side) => side.items));
  show();
  outbox.send();
  refill();
}

/** After a reload: what was done and not yet acknowledged is done here too. */
function replay({ does, question, body, state: stage, answers }) {
  pending.add(question.id);
  sides = sides.filter((each) => each.id !== question.id);
  if (stage !== "waiting") return;
  if (does === "undo") {
    history.pop();
    sides.unshift(rebased(question, body.undone));
  } else if (does === "decide") history.push({ side: question, answers: new Map(answers), keys: keysOf(body) });
}

async function once(act) {
  if (busy || performance.now() - drawnAt < TOO_SOON) return;
  busy = true;
  await act().finally(() => (busy = false));
}

async function saveSide() {
  const [side] = sides;
  const answers = lines.answers;
  if (!answers.size) return;
  const rows = side.lines
    .filter(({ concept }) => answers.has(concept))
    .map(({ concept, base }) => ({ side: side.id, concept, answer: answers.get(concept), key: drawKey(), base: base ?? "" }));
  const body = { page: drawKey(), answers: rows };
  await send("decide", form.dataset.page, body, side, [...answers]);
  kept.keep(side);
  history.push({ side, answers, keys: keysOf(body) });
  leave(side);
  count(rows.length);
}

async function skipSide() {
  const [side] = sides;
  const left = { page: drawKey(), answers: [], left_out: side.items.join() };
  if (side.items.length) await send("skip", form.dataset.page, left, side);
  history.push({ side, answers: new Map(), keys: [] });
  leave(side);
}

function leave(side) {
  seen.add(side.id);
  sides.shift();
  show();
  refill();
}

/** One step on this side; where there is none, the side that was saved last. */
async function takeBack() {
  if (lines.canUndo || !history.length) return lines.undo();
  const { side, answers, keys } = history.pop();
  const undone = keys.map(({ concept, key }) => ({ of: key, key: drawKey(), concept }));
  if (undone.length) await send("undo", form.dataset.undo, { page: drawKey(), undone }, side);
  sides = [rebased(side, undone), ...sides.filter((each) => each.id !== side.id)];
  count(-undone.length);
  show(answers);
}

/** What was saved before this page was loaded. */
function remembered({ side, answers }) {
  const said = Object.entries(answers);
  return { side, answers: new Map(said.map(([concept, { answer }]) => [concept, answer])), keys: said.map(([concept, { key }]) => ({ concept, key })) };
}

function keysOf(body) {
  return body.answers.map(({ concept, key }) => ({ concept, key }));
}

/** The next answers follow on the rows that took the last ones back. */
function rebased(side, undone) {
  const keys = new Map(undone.map(({ concept, key }) => [concept, key]));
  return { ...side, lines: side.lines.map((line) => ({ ...line, base: keys.get(line.concept) ?? line.base })) };
}

async function send(does, address, body, question, answers) {
  await outbox.add({ does, address, body, question, answers });
  pending.add(question.id);
}

function show(answers) {
  const [side] = sides;
  form.classList.remove("zoomed", "turned");
  form.hidden = !side;
  document.querySelector("#nothing").hidden = Boolean(side) || !reached;
  document.querySelector("#out-of-reach").hidden = Boolean(side) || reached;
  if (side) asked.innerHTML = side.html;
  clear(filter, lines);
  lines.begin(answers ?? (side && kept.of(side)));
  if (!side) return;
  lines.choose(lines.all[0]);
  scrollTo({ top: 0, behavior: "instant" });
  document.querySelector("#announced").textContent = `${asked.querySelector("h1").textContent} ${side.coin}`;
  drawnAt = performance.now();
}

function showCount(answers) {
  if (sides[0]) kept.keep(sides[0], lines.answers);
  const words = answers === 1 ? "Save 1 answer and go on" : `Save ${answers} answers and go on`;
  save.querySelector("[data-save-words]").textContent = answers ? words : "Nothing answered yet";
  save.disabled = answers === 0;
  undo.disabled = !lines?.canUndo && !history.length;
}

function count(step) {
  state.progress.answered += step;
  document.querySelector("#answered").textContent = state.progress.answered.toLocaleString("en-GB");
}

async function refill() {
  if (!state.queue) return (reached = true);
  if (fetching || sides.length >= AHEAD) return;
  fetching = true;
  clearTimeout(retry);
  const known = () => new Set([...seen, ...pending, ...sides.map((side) => side.id)]);
  const address = new URL(form.dataset.next, location.href);
  address.searchParams.set("exclude", [...known()].join());
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    const said = await response.json();
    reached = response.ok;
    if (reached) sides.push(...said.sides.filter((side) => !known().has(side.id)));
    const open = said.progress?.open ?? null; // null: more than are counted between sides
    if (reached && open !== null) document.querySelector("#open").textContent = open;
    if (response.status === 401 || response.status === 403) showSignedOut(said.detail, pending.size);
    else hideSignedOut();
  } catch {
    reached = false; // no network, or a server that speaks no JSON just now
  }
  fetching = false;
  if (form.hidden) show();
  for (const { picture } of sides) new Image().src = picture;
  if (!reached) retry = setTimeout(refill, RETRY);
}

/** The outbox changed. */
async function changed(now) {
  showSaving(now);
  if (now.sending) return;
  const stuck = new Set(now.attention.map((entry) => entry.question.id));
  history = history.filter(({ side }) => !stuck.has(side.id));
  showConflicts(now.attention, (entry) => describeChecklist(entry, settle));
  pending = new Set((await outbox.entries()).map((entry) => entry.question.id));
  refill();
}

async function settle(entry, answers) {
  if (answers) await send("decide", form.dataset.page, { page: drawKey(), answers }, entry.question, entry.answers);
  await outbox.remove(entry);
}
