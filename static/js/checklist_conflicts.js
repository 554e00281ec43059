// Checklists that could not be saved as they were sent: others answered meanwhile, and nothing of them was stored.
import { ANSWERS, isSaidAlready } from "./conflicts.js";
import { drawKey } from "./outbox.js";

/** `settle(entry, answers)` is called with what is to be sent instead, null where nothing is left to send. */
export function describeChecklist(entry, settle) {
  const { question, does, state, detail } = entry;
  const described = { picture: question.thumbnail || question.picture, title: `The ${question.face} of ${question.coin}` };
  const keep = () => settle(entry, answersAfter(entry, false));
  if (state !== "conflict" || does === "undo") {
    const said = state === "conflict" ? "Somebody answered since, so nothing was taken back." : `This could not be saved. ${detail}`;
    return { ...described, lines: [said], choices: [["keep", "Dismiss", keep]] };
  }
  const name = ({ key }) => question.lines.find((line) => line.concept === asked(entry, key).concept).name;
  const theirs = entry.theirs.map((each) => `${name(each)}: ${each.theirs ? `${ANSWERS[each.theirs.answer]}, ${each.theirs.mine ? "you in another tab" : each.theirs.who}` : "taken back"}`);
  const yours = entry.theirs.map((each) => `${name(each)}: ${ANSWERS[each.yours]}`);
  const count = entry.body.answers.length;
  const lines = [
    `Answered in the meantime. ${theirs.join("; ")}.`,
    `You: ${yours.join("; ")}. Nothing of your ${count === 1 ? "answer" : `${count} answers`} is saved yet.`,
  ];
  const words = count === theirs.length ? "Keep theirs" : "Keep theirs, save the rest";
  const mine = () => settle(entry, answersAfter(entry, true));
  const settled = entry.last.does === "decide" && entry.theirs.every((each) => isSaidAlready(each.theirs, each.yours));
  return { ...described, lines, settled, choices: [["keep", words, keep], ["mine", "Save mine over it", mine]] };
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
