// Single answers that could not be saved as they were sent.
import { ANSWERS, isSaidAlready } from "./conflicts.js";

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** `keep(entry)` and `answer(entry, answer)` are called when the person chooses. */
export function describeAnswer(entry, { keep, answer }) {
  const { question, theirs, state, detail } = entry;
  const yours = `You: ${ANSWERS[entry.answer] ?? entry.answer}.`;
  const described = {
    picture: question.thumbnail || question.picture,
    title: `${question.name} on the ${question.face} of ${question.coin}?`,
  };
  if (state !== "conflict") {
    const lines = [`This could not be saved. ${detail}`, yours];
    return { ...described, lines, choices: [["keep", "Dismiss", () => keep(entry)]] };
  }
  const who = theirs && `${theirs.mine ? "You, in another tab," : theirs.who} answered in the meantime, ${moment.format(new Date(theirs.when))}: ${ANSWERS[theirs.answer]}.`;
  const again = ["yes", "no", "unsure"].map((each) => [each, `Answer ${each}`, () => answer(entry, each)]);
  const lines = [who || "The answer that you saw was taken back in the meantime.", yours];
  const settled = entry.last.does === "decide" && isSaidAlready(theirs, entry.answer);
  return { ...described, lines, settled, choices: [["keep", theirs?.mine ? "Keep that" : "Keep theirs", () => keep(entry)], ...again] };
}
