// Checklists that could not be saved as they were sent: others answered meanwhile, and nothing of them was stored.
import { drawKey } from "./outbox.js";

const place = document.querySelector("#conflicts");
const panel = document.querySelector("#page-conflict");
const ANSWERS = { yes: "Yes", no: "No", unsure: "Unsure", withdrawn: "taken back" };
let shown = "";

/** `settle(entry, answers)` is called with what is to be sent instead, null where nothing is left to send. */
export function showPageConflicts(entries, settle) {
  const now = entries.map((entry) => entry.sequence).join();
  if (now === shown) return; // nothing moves under the cursor
  shown = now;
  place.replaceChildren(
    ...entries.map((entry) => {
      const drawn = panel.content.cloneNode(true);
      fill(drawn, entry);
      drawn.querySelector("[data-keep]").addEventListener("click", () => settle(entry, answersAfter(entry, false)), { once: true });
      drawn.querySelector("[data-mine]").addEventListener("click", () => settle(entry, answersAfter(entry, true)), { once: true });
      return drawn;
    }),
  );
}

function fill(drawn, entry) {
  const { question, does, state, detail } = entry;
  const put = (name, words) => (drawn.querySelector(`[data-${name}]`).textContent = words);
  drawn.querySelector("[data-picture]").src = question.thumbnail || question.picture;
  put("question", `The ${question.face} of ${question.coin}`);
  if (state !== "conflict" || does === "undo") {
    put("theirs", state === "conflict" ? "Somebody answered since, so nothing was taken back." : `This could not be saved. ${detail}`);
    put("yours", "");
    put("keep", "Dismiss");
    drawn.querySelector("[data-mine]").remove();
    return;
  }
  const name = ({ key }) => question.lines.find((line) => line.concept === asked(entry, key).concept).name;
  const theirs = entry.theirs.map((each) => `${name(each)}: ${each.theirs ? `${ANSWERS[each.theirs.answer]}, ${each.theirs.who}` : "taken back"}`);
  const yours = entry.theirs.map((each) => `${name(each)}: ${ANSWERS[each.yours]}`);
  put("theirs", `Answered in the meantime. ${theirs.join("; ")}.`);
  put("yours", `You: ${yours.join("; ")}. Nothing of your ${entry.body.answers.length} answers is saved yet.`);
  if (entry.body.answers.length === entry.theirs.length) put("keep", "Keep theirs");
}

function asked(entry, key) {
  return entry.body.answers.find((each) => each.key === key);
}

/** What the person said last of this side, each answer on what stands now. */
function answersAfter(entry, mine) {
  if (entry.state !== "conflict" || entry.does === "undo" || entry.last.does === "undo") return null;
  const before = new Map(entry.body.answers.map((each) => [each.concept, each]));
  const theirs = new Map(entry.theirs.map((each) => [asked(entry, each.key).concept, each.theirs]));
  const answers = entry.last.body.answers
    .filter(({ concept }) => mine || !theirs.has(concept))
    .map((each) => {
      const base = theirs.has(each.concept) ? (theirs.get(each.concept)?.id ?? "") : (before.get(each.concept) ?? each).base;
      return { ...each, base, key: drawKey() };
    });
  return answers.length ? answers : null;
}
