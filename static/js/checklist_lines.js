// The lines of a checklist: what was answered on each, which one is chosen, and the steps that can be undone.
const TURNS = ["yes", "no", "unsure", ""]; // "": as it stood

export class Lines {
  #place;
  #changed;
  #answers = new Map();
  #trail = [];

  /** `changed(count)` is called with the number of answers whenever it may be another. */
  constructor(place, changed) {
    this.#place = place;
    this.#changed = changed;
    place.addEventListener("click", (event) => {
      const radio = event.target.closest("input[type=radio]");
      if (!radio) return;
      const line = radio.closest("[data-line]");
      this.say(line, this.#answers.get(line.dataset.line) === radio.value ? "" : radio.value);
      this.choose(line);
    });
  }

  /** Another side is shown, with these answers already given. */
  begin(answers = new Map()) {
    this.#answers = new Map(answers);
    this.#trail = [];
    this.#draw();
  }

  get answers() {
    return new Map(this.#answers);
  }

  get canUndo() {
    return this.#trail.length > 0;
  }

  get all() {
    return [...this.#place.querySelectorAll("[data-line]")];
  }

  get chosen() {
    return this.#place.querySelector("[data-line].chosen");
  }

  choose(line) {
    if (!line) return;
    this.chosen?.classList.remove("chosen");
    line.classList.add("chosen");
    (line.querySelector("input:checked") ?? line.querySelector("input[type=radio]")).focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest" });
  }

  move(step) {
    const lines = this.all.filter((line) => !line.hidden);
    const at = lines.indexOf(this.chosen);
    this.choose(lines[at < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, at + step))]);
  }

  say(line, answer) {
    if (!line) return;
    this.#keep();
    this.#put(line.dataset.line, answer);
    this.#draw();
  }

  turn(line) {
    if (!line) return;
    const now = this.#answers.get(line.dataset.line) ?? "";
    this.say(line, TURNS[(TURNS.indexOf(now) + 1) % TURNS.length]);
    this.choose(line);
  }

  /** What no expert has answered, and this person neither, is confirmed as it stands. */
  confirmRest() {
    this.#keep();
    for (const { dataset } of this.all) {
      if (dataset.origin !== "expert" && !this.#answers.has(dataset.line)) this.#put(dataset.line, dataset.stands);
    }
    this.#draw();
  }

  undo() {
    this.#answers = this.#trail.pop() ?? this.#answers;
    this.#draw();
  }

  filter(words) {
    const wanted = fold(words.trim());
    for (const line of this.all) line.hidden = !fold(line.querySelector(".check-name").firstChild.data).includes(wanted);
    for (const heading of this.#place.querySelectorAll(".checklist h2")) heading.hidden = Boolean(wanted);
    this.#place.querySelector("[data-none]").hidden = this.all.some((line) => !line.hidden);
  }

  #keep() {
    this.#trail.push(new Map(this.#answers));
  }

  #put(concept, answer) {
    if (answer) this.#answers.set(concept, answer);
    else this.#answers.delete(concept);
  }

  #draw() {
    for (const line of this.all) {
      const answer = this.#answers.get(line.dataset.line);
      line.classList.toggle("answered", Boolean(answer));
      for (const radio of line.querySelectorAll("input[type=radio]")) radio.checked = radio.value === answer;
    }
    this.#changed(this.#answers.size);
  }
}

function fold(words) {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
