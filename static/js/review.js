// One question at a time: the answer goes to the outbox, and the next question, already here, is shown at once.
import { showConflicts } from "./conflicts.js";
import { drawKey, openOutbox } from "./outbox.js";
import { showBeside } from "./review_beside.js";
import { describeAnswer } from "./review_conflicts.js";
import { listenToKeys } from "./review_keys.js";
import { keepLeases } from "./review_leases.js";
import { forgetLook } from "./review_look.js";
import { hideSignedOut, showSaving, showSignedOut } from "./review_signs.js";

const AHEAD = 3;
const RETRY = 3000; // ms
const TOO_SOON = 250; // ms: nobody judges a coin that fast; it is the second half of a double click
const state = JSON.parse(document.querySelector("#state").textContent);
const page = document.querySelector("#review");
const asked = document.querySelector("#asked");
const form = document.querySelector("#answers");
const undo = form.querySelector("[name=undo]");
const pictures = new Map();
let progress = state.progress;
let questions = state.questions;
let history = state.previous.reverse().map((question) => ({ question, key: question.decision.key }));
let pending = new Set(); // ids of questions in the outbox
let drawnAt = 0;
let busy = false;
let fetching = false;
let reached = true; // whether the server gave questions when it was last asked
let retry = 0;
let acts = 0;

document.querySelector("#concept").addEventListener("change", (event) => event.target.form.requestSubmit());
listenToKeys(page);
const outbox = await openOutbox(state.user, changed).catch(() => null);
if (outbox) await start();
// Without a place to keep answers the form works as it does without a script: every answer waits for the server.
document.documentElement.classList.add("scripted");

async function start() {
  const entries = await outbox.entries();
  if (outbox.overtook) return location.reload();
  const first = questions[0]?.id;
  for (const entry of entries) replay(entry);
  if (questions[0]?.id === first) {
    drawnAt = performance.now();
    showBeside(asked);
  } else show();
  undo.disabled = history.length === 0;
  form.addEventListener("submit", onSubmit);
  form.addEventListener("click", (event) => event.detail > 1 && event.preventDefault());
  questions.forEach(preload);
  keepLeases(page.dataset.renew, () => questions.map((question) => question.id));
  outbox.send();
  refill();
}

/** After a reload: what was done and not yet acknowledged is done here too. */
function replay({ does, question, body, state: stage }) {
  pending.add(question.id);
  questions = questions.filter((each) => each.id !== question.id);
  if (stage !== "waiting") return;
  if (does === "undo") {
    history = history.filter((each) => each.key !== body.of);
    questions.unshift({ ...question, base: body.key });
  } else {
    history.push({ question, key: does === "decide" ? body.key : null });
  }
}

async function onSubmit(event) {
  event.preventDefault();
  if (busy || performance.now() - drawnAt < TOO_SOON) return;
  busy = true;
  try {
    const { name, value } = event.submitter;
    if (name === "undo") await takeBack();
    else await settle(name === "skip" ? "skip" : "decide", value);
  } finally {
    busy = false;
  }
}

async function settle(does, answer) {
  const question = questions[0];
  const key = drawKey();
  acts += 1;
  const decision = { side: question.side, concept: question.concept, answer, base: question.base ?? "", key };
  const body = does === "skip" ? { item: question.id, key } : decision;
  const address = does === "skip" ? form.querySelector("[name=skip]").formAction : form.action;
  await outbox.add({ does, address, body, question });
  pending.add(question.id);
  history.push({ question, key: does === "skip" ? null : key });
  questions.shift();
  if (does === "decide") count(1);
  show();
  refill();
}

async function takeBack() {
  const last = history.at(-1);
  if (!last) return;
  let question = last.question;
  acts += 1;
  if (last.key) {
    const key = drawKey();
    await outbox.add({ does: "undo", address: undo.formAction, body: { of: last.key, key }, question });
    pending.add(question.id);
    question = { ...question, base: key };
    count(-1);
  }
  history.pop();
  questions = [question, ...questions.filter((each) => each.id !== question.id)];
  show();
}

function show() {
  const [question] = questions;
  page.classList.remove("zoomed", "turned");
  forgetLook();
  page.hidden = !question;
  undo.disabled = history.length === 0;
  document.querySelector("#nothing").hidden = Boolean(question) || !reached;
  document.querySelector("#out-of-reach").hidden = Boolean(question) || reached;
  if (!question) return;
  const open = asked.querySelector(".guideline")?.open ?? false;
  asked.innerHTML = question.html;
  asked.querySelector(".guideline").open = open;
  asked.querySelector(".asked").scrollIntoView({ block: "nearest", behavior: "instant" }); // on a phone, back to the top
  document.querySelector("#announced").textContent = asked.querySelector("h1").textContent;
  showBeside(asked);
  drawnAt = performance.now();
}

function count(step) {
  progress = { answered: progress.answered + step, open: progress.open - step };
  document.querySelector("#answered").textContent = progress.answered.toLocaleString("en-GB");
  document.querySelector("#open").textContent = progress.open.toLocaleString("en-GB");
}

/** Keep questions in hand. Those in the outbox are open for the server still, and left out by their ids. */
async function refill() {
  if (fetching || questions.length >= AHEAD) return;
  fetching = true;
  clearTimeout(retry);
  const [settled, before] = [pending.size === 0, acts]; // else the server's figures are older than the page's
  const address = new URL(page.dataset.next, location.href);
  const known = () => new Set([...pending, ...questions.map((question) => question.id)]);
  address.searchParams.set("exclude", [...known()].join());
  address.searchParams.set("concept", state.concept);
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    const said = await response.json();
    reached = response.ok;
    if (reached) {
      const fresh = said.questions.filter((question) => !known().has(question.id));
      fresh.forEach(preload);
      questions.push(...fresh);
      if (settled && before === acts) progress = { ...said.progress, open: said.progress.open ?? progress.open };
      count(0);
    }
    if (response.status === 401 || response.status === 403) showSignedOut(said.detail, pending.size);
    else hideSignedOut();
  } catch {
    reached = false; // no network, or a server that speaks no JSON just now
  }
  fetching = false;
  if (page.hidden) show();
  if (!reached) retry = setTimeout(refill, RETRY);
}

function preload({ picture, other }) {
  for (const address of [picture, other]) {
    if (!address || pictures.has(address)) continue;
    pictures.set(address, Object.assign(new Image(), { src: address }));
    if (pictures.size > 20) pictures.delete(pictures.keys().next().value);
  }
}

/** The outbox changed. */
async function changed(now) {
  showSaving(now);
  if (now.sending) return;
  const stuck = new Set(now.attention.map((entry) => entry.body.key));
  history = history.filter(({ key }) => !stuck.has(key));
  undo.disabled = history.length === 0;
  showConflicts(now.attention, (entry) => describeAnswer(entry, { keep: (each) => outbox.remove(each), answer: answerAgain }));
  pending = new Set((await outbox.entries()).map((entry) => entry.question.id));
  refill();
}

/** What the person says to what stands now. */
async function answerAgain(entry, answer) {
  const { side, concept } = entry.question;
  const body = { ...entry.body, answer, base: entry.theirs?.id ?? "", key: drawKey(), side, concept };
  await outbox.add({ does: "decide", address: form.action, body, question: entry.question });
  await outbox.remove(entry);
}
