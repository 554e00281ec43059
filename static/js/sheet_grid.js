// The cells of a sheet: one of them has the focus, each has an answer.
const WORDS = { yes: "Yes", no: "No", unsure: "Unsure", skip: "Left out" };
const OPPOSITE = { yes: "no", no: "yes" };

export class Grid {
  #element;
  #said;
  #changed;
  #cells = [];
  #at = 0;
  #columns = 0;

  /** `changed(cell, words)`: an answer changed, or the focus moved (then without words). */
  constructor(element, changed) {
    this.#element = element;
    this.#said = element.dataset.said;
    this.#changed = changed;
    element.setAttribute("role", "grid");
    element.setAttribute("aria-label", "Sides");
    element.setAttribute("aria-multiselectable", "true");
    element.addEventListener("focusin", ({ target }) => this.#goTo(this.#cells.indexOf(target.closest(".cell"))));
    new ResizeObserver(() => this.#arrange()).observe(element);
  }

  /** `page.marks`: the answers of cells that differ from what the machines say, by id. */
  show(page, drawn = false) {
    if (!drawn) this.#element.innerHTML = page.html;
    const known = new Set(page.cells.map((cell) => String(cell.id)));
    const all = [...this.#element.querySelectorAll(".cell")];
    for (const cell of all) if (!known.has(cell.dataset.item)) cell.remove();
    this.#cells = all.filter((cell) => known.has(cell.dataset.item));
    for (const cell of this.#cells) {
      cell.setAttribute("role", "gridcell");
      this.#set(cell, page.marks?.[cell.dataset.item] ?? this.#said);
    }
    this.#columns = 0;
    this.#at = 0;
    this.#arrange();
    this.#cells.forEach((cell, place) => (cell.tabIndex = place === 0 ? 0 : -1));
  }

  get focused() {
    return this.#cells[this.#at];
  }

  get marks() {
    const marked = this.#cells.filter((cell) => cell.dataset.answer !== this.#said);
    return Object.fromEntries(marked.map((cell) => [cell.dataset.item, cell.dataset.answer]));
  }

  /** The next page begins where the eye begins. */
  focusFirst() {
    this.#cells[0]?.focus({ preventScroll: true });
  }

  move(key) {
    const first = this.#at - (this.#at % this.#columns);
    const last = Math.min(first + this.#columns, this.#cells.length) - 1;
    const steps = { ArrowLeft: this.#at - 1, ArrowRight: this.#at + 1, ArrowUp: this.#at - this.#columns, ArrowDown: this.#at + this.#columns, Home: first, End: last };
    const inside = document.activeElement === this.focused;
    const cell = inside ? this.#cells[steps[key]] : this.focused;
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest" });
  }

  /** The same answer once more takes it away again. */
  answer(cell, answer) {
    if (!cell) return;
    const settled = cell.dataset.answer === answer && ["unsure", "skip"].includes(answer) ? this.#said : answer;
    this.#set(cell, settled);
    this.#changed(cell, `${WORDS[settled]}: ${cell.querySelector("img").alt}`);
  }

  toggle(cell) {
    if (cell) this.answer(cell, cell.dataset.answer === OPPOSITE[this.#said] ? this.#said : OPPOSITE[this.#said]);
  }

  #goTo(place) {
    if (place < 0) return;
    if (this.focused) this.focused.tabIndex = -1;
    this.#at = place;
    this.focused.tabIndex = 0;
    this.#changed(this.focused);
  }

  #set(cell, answer) {
    cell.dataset.answer = answer;
    cell.setAttribute("aria-selected", String(answer !== this.#said));
    cell.querySelector(".cell-mark").checked = answer === OPPOSITE[this.#said];
  }

  /** Rows for those who do not see the columns. */
  #arrange() {
    const columns = getComputedStyle(this.#element).gridTemplateColumns.split(" ").length;
    if (columns === this.#columns || !this.#cells.length) return;
    this.#columns = columns;
    const focused = document.activeElement;
    const rows = [];
    for (let first = 0; first < this.#cells.length; first += columns) {
      const row = document.createElement("div");
      row.className = "sheet-row";
      row.setAttribute("role", "row");
      row.append(...this.#cells.slice(first, first + columns));
      rows.push(row);
    }
    this.#element.replaceChildren(...rows);
    if (this.#cells.includes(focused)) focused.focus({ preventScroll: true });
  }
}
