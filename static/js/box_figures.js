// The figures on a side, in pixels of its picture. Each change is a step that can be undone, and is settled (sent) once.
import { drawKey } from "./outbox.js";
import { inside, kept } from "./box_handles.js";

const CALM = 400; // ms after the last nudge by a key

export class Figures {
  #timer = 0;

  /** `changed()`: something is to be drawn anew. `settle(figure)`: its state is to be stored. */
  constructor({ size, least, rows }, changed, settle) {
    Object.assign(this, { size, least, changed, settle, past: [], future: [], selected: "" });
    this.all = rows.map((row) => this.#read(row));
    for (const row of rows.filter((each) => each.mine).sort((one, other) => one.id - other.id)) {
      const before = row.before ? this.#state(row.before) : { ...this.#state(row), removed: true };
      this.past.push({ id: row.key, before, after: this.#state(row) });
    }
  }

  get shown() {
    return this.all.filter((figure) => !figure.removed);
  }

  get chosen() {
    return this.shown.find((figure) => figure.id === this.selected);
  }

  find(tip) {
    return this.all.find((figure) => figure.tip === tip);
  }

  /** The smallest figure at a place, so that one inside another can be reached. */
  under({ x, y }) {
    const meets = ({ box: [left, top, right, bottom] }) => left <= x && x < right && top <= y && y < bottom;
    const area = ({ box: [left, top, right, bottom] }) => (right - left) * (bottom - top);
    return this.shown.filter(meets).sort((one, other) => area(one) - area(other))[0];
  }

  select(id) {
    if (id === this.selected) return;
    this.finish();
    this.selected = id;
    this.changed();
  }

  add(box, concept) {
    this.finish();
    const state = { box: this.#inside(box), concept, byHand: true };
    const figure = { id: drawKey(), tip: "", ...state, removed: true, said: this.#shape({ ...state, removed: true }) };
    this.all.push(figure);
    this.selected = figure.id;
    this.change(figure.id, { removed: false });
  }

  /** `joined`: part of the step before it (a drag). `later`: more may follow at once, so it is not settled yet. */
  change(id, part, { joined = false, later = false } = {}) {
    const figure = this.all.find((each) => each.id === id);
    const before = stateOf(figure);
    const after = { ...before, byHand: true, ...part };
    if (part.box) after.box = this.#inside(part.box);
    if (this.#shape(after) === this.#shape(before)) return;
    if (joined && this.past.at(-1)?.id === id) this.past.at(-1).after = after;
    else this.past.push({ id, before, after });
    this.future = [];
    this.#put(figure, after);
    if (!later) this.finish();
  }

  nudge(by, { resize, repeat }) {
    const { id, box } = this.chosen;
    const moved = resize ? [box[0], box[1], box[2] + by[0], box[3] + by[1]] : kept(box, by, this.#room);
    this.change(id, { box: moved }, { joined: repeat, later: true });
    this.#timer = setTimeout(() => this.finish(), CALM);
  }

  undo() {
    this.#step(this.past, this.future, "before");
  }

  redo() {
    this.#step(this.future, this.past, "after");
  }

  #step(from, to, which) {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    this.selected = step.id;
    this.#put(this.all.find((each) => each.id === step.id), step[which]);
    this.finish();
  }

  /** What a machine found or another side gave stands from here on as this person's. */
  confirm() {
    for (const { id } of this.shown.filter((figure) => !figure.byHand)) this.change(id, { byHand: true });
  }

  /** Settle what is not settled yet. */
  finish() {
    clearTimeout(this.#timer);
    for (const figure of this.all) {
      if (figure.said === this.#shape(figure)) continue;
      figure.said = this.#shape(figure);
      Object.assign(figure, { who: "", when: new Date().toISOString(), source: figure.byHand ? "" : figure.source });
      this.settle(figure);
    }
    this.changed();
  }

  /** After a reload: `body` was sent, or waits to be, and follows `figure` (none: it is a new one). */
  replay(id, figure, body) {
    const known = figure ?? { removed: true, ...this.#state(body), who: "" };
    if (!figure) this.all.push(known);
    for (const step of [...this.past, ...this.future]) if (step.id === known.id) step.id = id;
    const before = figure ? stateOf(figure) : { ...stateOf(known), removed: true };
    const after = body.of ? { ...before, removed: true } : { ...this.#state(body), byHand: !body.guess };
    Object.assign(known, after, { id, tip: body.key, who: "", when: null, said: this.#shape(after) });
    this.past.push({ id, before, after });
  }

  /** Somebody else's row stands in the place of this person's. */
  giveWay(id, row) {
    const known = this.all.find((each) => each.id === id) ?? this.find(row.key);
    if (!known) return;
    Object.assign(known, this.#read(row), { id: known.id });
    this.forget(known.id);
    this.changed();
  }

  /** An earlier row of a figure, in pixels. */
  edges(row) {
    return this.#state(row).box;
  }

  forget(id) {
    this.past = this.past.filter((step) => step.id !== id);
    this.future = this.future.filter((step) => step.id !== id);
  }

  get #room() {
    return { width: this.size, height: this.size };
  }

  #inside(box) {
    return inside(box, this.#room, Math.max(1, Math.ceil(this.least * this.size)));
  }

  #put(figure, state) {
    Object.assign(figure, state);
    if (figure.removed && this.selected === figure.id) this.selected = this.shown.at(-1)?.id ?? "";
    this.changed();
  }

  #read(row) {
    const { key, who, when, source, after_saliency: informed } = row;
    const figure = { id: key, tip: key, ...this.#state(row), who, when, source, informed };
    return { ...figure, said: this.#shape(figure) };
  }

  /** A row of the server, in pixels. */
  #state(row) {
    const box = [row.left, row.top, row.right, row.bottom].map((edge) => tidy(edge * this.size));
    return { box, concept: row.concept ?? "", removed: Boolean(row.removed), byHand: row.by_hand ?? true };
  }

  #shape({ box, concept, removed, byHand }) {
    return JSON.stringify([box, concept, removed, byHand]);
  }
}

const stateOf = ({ box, concept, removed, byHand }) => ({ box, concept, removed, byHand });
const tidy = (edge) => (Math.abs(edge - Math.round(edge)) < 1e-6 ? Math.round(edge) : edge);
