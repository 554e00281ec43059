// A page of sides at a time: the answers go to the outbox as one entry, and the next page, already here, is shown at once.
import { showConflicts } from "./conflicts.js";
import { drawKey, openOutbox } from "./outbox.js";
import { KeptMarks } from "./kept_marks.js";
import { postJson } from "./posting.js";
import { keepLeases } from "./review_leases.js";
import { hideSignedOut, showSaving, showSignedOut } from "./review_signs.js";
import { basesNow, bodyAgain, describePage } from "./sheet_conflicts.js";
import { Grid } from "./sheet_grid.js";
import { listenToKeys } from "./sheet_keys.js";
import { answeredOf, based, bodyOf, cellsOf, countAnswers, historyOf, keysOf, preload, undoOf } from "./sheet_pages.js";
import { listenToMouse } from "./sheet_mouse.js";
import { addToPace, startPace } from "./sheet_pace.js";
import { tellProgress, tellSums } from "./sheet_signs.js";
import { openZoom } from "./sheet_zoom.js";

const RETRY = 3000; // ms
const TOO_SOON = 400; // ms: nobody judges a page that fast; it is the second half of a double click
const state = JSON.parse(document.querySelector("#state").textContent);
const sheet = document.querySelector("#sheet");
const form = document.querySelector("#answers");
const undoButtons = [form.querySelector("[name=undo]"), document.querySelector("#nothing [name=undo]")];
const element = document.querySelector("#grid");
const adopted = new Set(); // entries that need the person, and whose pages know it
const zoom = openZoom(element, document.querySelector("#zoom"));
const grid = new Grid(element, (cell, words) => {
  if (words) document.querySelector("#announced").textContent = words;
  if (words) tellSums(current, grid.marks, state.said);
  if (words) kept.keep(current.cells, grid.marks);
  zoom.follow(cell);
});
const kept = new KeptMarks("sheet", state.user);
let progress = state.progress;
let current = null; // {html, cells, chain, marks}: what is done to one page after another has its chain in common
let ahead = [];
let history = []; // {page, keys}: keys of its answers by side
let waiting = []; // entries of the outbox
let drawnAt = 0;
let busy = false;
let fetching = false;
let reached = true; // whether the server gave sides when it was last asked
let retry = 0;

document.querySelector("#choice").addEventListener("change", (event) => event.target.form.requestSubmit());
const outbox = await openOutbox(state.user, changed, "coinsite-sheets").catch(() => null);
// Without a place to keep answers the form works as it does without a script.
if (outbox) await start();

async function start() {
  waiting = await outbox.entries();
  if (outbox.overtook) return location.reload();
  const taken = new Set(waiting.flatMap(cellsOf));
  history = historyOf(state);
  for (const entry of waiting) replay(entry);
  startPace();
  const cells = state.page.cells.filter((cell) => !taken.has(cell.id));
  show(cells.length ? { ...state.page, cells, chain: drawKey() } : null, true);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "undo") undo();
    else confirm();
  });
  listenToMouse({ element, grid, zoom });
  listenToKeys({ grid, zoom, confirm, undo });
  keepLeases(sheet.dataset.renew, () => held());
  document.documentElement.classList.add("scripted");
  outbox.send();
  refill();
}

/** After a reload: what was done and not yet acknowledged is done here too. */
function replay({ does, page, body, state: stage }) {
  if (stage !== "waiting") return;
  const last = JSON.stringify(history.at(-1)?.keys);
  if (does === "undo") history.pop();
  else if (last !== JSON.stringify(keysOf(body))) history.push({ page, keys: keysOf(body) });
}

async function confirm() {
  if (busy || !current || performance.now() - drawnAt < TOO_SOON) return;
  busy = true;
  try {
    const page = { ...current, marks: grid.marks };
    const body = bodyOf(page, state.said);
    await outbox.add({ does: "page", address: form.action, body, question: { id: page.chain }, page });
    kept.keep(page.cells);
    waiting = await outbox.entries(); // before the next page is asked for: else the server gives these sides again
    history.push({ page, keys: keysOf(body) });
    count(body.answers.length);
    show(ahead.shift());
    refill();
  } finally {
    busy = false;
  }
}

async function undo() {
  if (busy || !history.length) return;
  busy = true;
  try {
    const { page, keys } = history.pop();
    const body = undoOf(keys);
    if (body.undone.length) {
      await outbox.add({ does: "undo", address: undoButtons[0].formAction, body, question: { id: page.chain }, page });
    }
    if (current) ahead.unshift({ ...current, marks: grid.marks });
    count(-body.undone.length);
    show(based(page, keysOf(body)));
  } finally {
    busy = false;
  }
}

/** @param drawn whether the server drew the page where it stands. */
function show(page = null, drawn = false) {
  const typing = document.activeElement;
  zoom.close();
  current = page;
  sheet.hidden = !page;
  document.querySelector("#nothing").hidden = Boolean(page) || !reached || fetching;
  document.querySelector("#out-of-reach").hidden = Boolean(page) || reached;
  undoButtons[0].disabled = history.length === 0;
  undoButtons[1].hidden = history.length === 0;
  if (!page) return;
  grid.show({ ...page, marks: { ...kept.of(page.cells), ...page.marks } }, drawn);
  tellSums(page, grid.marks, state.said);
  drawnAt = performance.now();
  if (drawn || typing?.closest("#choice")) return;
  scrollTo({ top: 0, behavior: "instant" });
  grid.focusFirst();
  document.querySelector("#announced").textContent = `${page.cells.length} sides`;
}

function count(step) {
  progress = { ...progress, answered: progress.answered + step, [state.said]: progress[state.said] - step };
  if (step) addToPace(step);
  tellProgress(progress.answered, progress[state.said]);
}

/** Keep a page in hand. Those in the outbox are open for the server still, and left out by their ids. */
async function refill() {
  if (fetching || ahead.length) return;
  fetching = true;
  clearTimeout(retry);
  const exclude = [...new Set([...waiting.flatMap(cellsOf), ...held()])].join();
  const { concept, said, show: most } = state;
  const { status, said: answer } = await postJson(sheet.dataset.next, { concept, said, show: most, exclude });
  fetching = false;
  reached = status === 200 && Boolean(answer);
  if (reached) {
    const known = new Set([...waiting.flatMap(cellsOf), ...held()]); // some may have been taken back meanwhile
    const cells = answer.page.cells.filter(({ id }) => !known.has(id));
    if (cells.length) ahead.push({ ...answer.page, cells, chain: drawKey() });
    cells.forEach(preload);
    hideSignedOut();
  } else if (status === 401 || status === 403) showSignedOut(answer?.detail, countAnswers(waiting));
  if (!current) show(ahead.shift());
  if (current && !ahead.length && reached && answer.page.cells.length) refill();
  if (!reached) retry = setTimeout(refill, RETRY);
}

/** The outbox changed. */
async function changed(now) {
  if (now.sending) return showSaving(now);
  waiting = await outbox.entries();
  showSaving({ ...now, waiting: countAnswers(waiting) });
  const stuck = new Set(now.attention.map((entry) => entry.question.id));
  history = history.filter(({ page }) => !stuck.has(page.chain));
  undoButtons[0].disabled = history.length === 0;
  for (const entry of now.attention) if (!adopted.has(entry.sequence)) adopt(entry);
  showConflicts(now.attention, (entry) => describePage(entry, { save, drop: (each) => outbox.remove(each) }));
  refill();
}

/** Its page may be shown again already: what is answered there now follows what really stands. */
function adopt(entry) {
  adopted.add(entry.sequence);
  const rebase = (page) => (page?.chain === entry.question.id ? based(page, basesNow(entry)) : page);
  current = rebase(current);
  ahead = ahead.map(rebase);
  if (entry.does === "page" && entry.last.does === "undo") outbox.remove(entry); // never stored, and taken back
}

async function save(entry, again) {
  const body = bodyAgain(entry, again);
  const page = answeredOf(entry.page, body);
  const anything = body.answers.length > 0 || body.left_out;
  if (anything) await outbox.add({ does: "page", address: form.action, body, question: entry.question, page });
  await outbox.remove(entry);
  if (body.answers.length) history.push({ page, keys: keysOf(body) });
  undoButtons[0].disabled = history.length === 0;
}

/** Ids of all sides that are shown, or in hand. */
function held() {
  return [current, ...ahead].flatMap((page) => page?.cells.map(({ id }) => id) ?? []);
}
