// Pages as they are sent, kept, taken back and shown again. A page: {html, cells, marks by a cell's id, chain}.
import { drawKey } from "./outbox.js";

const pictures = new Map();

/** All answers of a page: `said` where nothing else was marked. */
export function bodyOf({ cells, marks }, said) {
  const answered = cells.map((cell) => ({ ...cell, answer: marks[cell.id] ?? said }));
  const answers = answered
    .filter(({ answer }) => answer !== "skip")
    .map(({ side, concept, answer, base }) => ({ side, concept, answer, base: base ?? "", key: drawKey() }));
  const left = answered.filter(({ answer }) => answer === "skip").map(({ id }) => id);
  return { page: drawKey(), answers, left_out: left.join() };
}

/** `keys`: those of the answers to take back, by side. */
export function undoOf(keys) {
  const undone = Object.entries(keys).map(([side, of]) => ({ side: Number(side), of, key: drawKey() }));
  return { page: drawKey(), undone };
}

export function keysOf({ answers, undone }) {
  return Object.fromEntries((answers ?? undone).map(({ side, key }) => [side, key]));
}

/** The same page, whose next answers name these decisions: ids or keys, by side. */
export function based(page, bases) {
  return { ...page, cells: page.cells.map((cell) => ({ ...cell, base: bases[cell.side] ?? cell.base })) };
}

/** Those cells of a page that a body answers, as it answers them. */
export function answeredOf(page, { answers }) {
  const said = new Map(answers.map(({ side, answer }) => [side, answer]));
  const cells = page.cells.filter(({ side }) => said.has(side));
  return { ...page, cells, marks: Object.fromEntries(cells.map(({ id, side }) => [id, said.get(side)])) };
}

/** What the server knows as the last page of this person; none is an empty history. */
export function historyOf({ previous, answers }) {
  if (!previous) return [];
  const marks = Object.fromEntries(previous.cells.map(({ id, side }) => [id, answers[side].answer]));
  const keys = Object.fromEntries(previous.cells.map(({ side }) => [side, answers[side].key]));
  return [{ page: { ...previous, marks, chain: drawKey() }, keys }];
}

export function cellsOf(entry) {
  return entry.page.cells.map(({ id }) => id);
}

export function countAnswers(entries) {
  const waiting = entries.filter(({ state }) => state === "waiting");
  return waiting.reduce((sum, { body }) => sum + Math.max(1, (body.answers ?? body.undone).length), 0);
}

/** The browser has the picture by the time it is shown. */
export function preload({ thumbnail }) {
  pictures.set(thumbnail, Object.assign(new Image(), { src: thumbnail }));
  if (pictures.size > 200) pictures.delete(pictures.keys().next().value);
}
