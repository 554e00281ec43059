// The boxes around the sides, [left, top, right, bottom] in pixels of the photograph, with their history.
import { inside, kept } from "./box_handles.js";

export const FACES = ["obverse", "reverse"];
export const LEAST = 16; // px, as the server asks for
const GAP = 0.04;

export class Boxes {
  constructor({ width, height, boxes }, changed) {
    Object.assign(this, { width, height, changed });
    this.now = copy(boxes);
    this.past = [];
    this.future = [];
    this.selected = FACES.find((face) => this.now[face]) ?? FACES[0];
  }

  /** Where it stood before a step; `joined` steps (a key held down) are one. */
  #keep(joined) {
    if (!joined || this.past.length === 0) this.past.push(copy(this.now));
    this.future = [];
  }

  #put(boxes, joined = false) {
    if (JSON.stringify(boxes) === JSON.stringify(this.now)) return;
    this.#keep(joined);
    this.now = boxes;
    if (!this.now[this.selected]) this.selected = FACES.find((face) => this.now[face]) ?? FACES[0];
    this.changed();
  }

  set(face, box, joined = false) {
    this.selected = face;
    this.#put({ ...this.now, [face]: inside(box, this, LEAST) }, joined);
  }

  select(face) {
    this.selected = face;
    this.changed();
  }

  move(face, across, down, joined) {
    const box = this.now[face];
    if (box) this.set(face, kept(box, [across, down], this), joined);
  }

  resize(face, across, down, joined) {
    const box = this.now[face];
    if (box) this.set(face, [box[0], box[1], box[2] + across, box[3] + down], joined);
  }

  remove(face) {
    const { [face]: _, ...rest } = this.now;
    this.#put(rest);
  }

  swap() {
    const { obverse, reverse } = this.now;
    const swapped = {};
    if (reverse) swapped.obverse = reverse;
    if (obverse) swapped.reverse = obverse;
    this.#put(swapped);
  }

  undo() {
    if (this.past.length) this.#step(this.past, this.future);
  }

  redo() {
    if (this.future.length) this.#step(this.future, this.past);
  }

  #step(from, to) {
    to.push(copy(this.now));
    this.now = from.pop();
    if (!this.now[this.selected]) this.selected = FACES.find((face) => this.now[face]) ?? FACES[0];
    this.changed();
  }

  /** beside | stacked | obverse | reverse: keeps the boxes that there are, and draws those that are missing. */
  lay(layout) {
    const known = FACES.map((face) => this.now[face]).filter(Boolean);
    if (FACES.includes(layout)) {
      this.#put({ [layout]: this.now[layout] ?? known[0] ?? this.#shrunk([0, 0, this.width, this.height]) });
      return;
    }
    const along = layout === "stacked" ? 1 : 0;
    if (known.length < 2) known.push(this.#opposite(known[0], along));
    if (known.length < 2) known.push(this.#opposite(known[0], along));
    const [obverse, reverse] = known.toSorted((one, other) => one[along] - other[along]);
    this.#put({ obverse, reverse });
  }

  get layout() {
    const { obverse, reverse } = this.now;
    if (!obverse || !reverse) return obverse ? "obverse" : reverse ? "reverse" : "";
    const across = Math.abs(middle(obverse, 0) - middle(reverse, 0));
    return across >= Math.abs(middle(obverse, 1) - middle(reverse, 1)) ? "beside" : "stacked";
  }

  /** The half of the photograph where the given box is not; the first half where there is none. */
  #opposite(box, along) {
    const second = box ? middle(box, along) < [this.width, this.height][along] / 2 : false;
    const [x, y] = [Math.floor(this.width / 2), Math.floor(this.height / 2)];
    if (along) return this.#shrunk(second ? [0, y, this.width, this.height] : [0, 0, this.width, y]);
    return this.#shrunk(second ? [x, 0, this.width, this.height] : [0, 0, x, this.height]);
  }

  #shrunk([left, top, right, bottom]) {
    const gap = Math.round(GAP * Math.min(right - left, bottom - top));
    return [left + gap, top + gap, right - gap, bottom - gap];
  }
}

const middle = (box, along) => (box[along] + box[along + 2]) / 2;
const copy = (boxes) => JSON.parse(JSON.stringify(boxes));
