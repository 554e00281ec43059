// What was marked and is not sent yet, kept in this tab: a reload, or another concept and back, loses none of it.
const MOST = 1000;

export class KeptMarks {
  #place;

  constructor(page, user) {
    this.#place = `coinsite-marks-${page}-${user}`;
  }

  /** The marks of these rows ({id, base}) by id; none where the question was answered otherwise meanwhile. */
  of(rows) {
    const kept = this.#read();
    const standing = rows.filter(({ id, base }) => kept[id] && kept[id].base === (base ?? ""));
    return Object.fromEntries(standing.map(({ id }) => [id, kept[id].answer]));
  }

  /** `marks` by id: all that is marked on these rows by now. */
  keep(rows, marks = {}) {
    const kept = this.#read();
    for (const { id, base } of rows) {
      if (marks[id]) kept[id] = { answer: marks[id], base: base ?? "" };
      else delete kept[id];
    }
    sessionStorage.setItem(this.#place, JSON.stringify(Object.fromEntries(Object.entries(kept).slice(-MOST))));
  }

  #read() {
    return JSON.parse(sessionStorage.getItem(this.#place) ?? "{}");
  }
}

/** The same for the answers of a checklist: {id, lines}, and answers by concept. */
export class KeptAnswers {
  #marks;

  constructor(page, user) {
    this.#marks = new KeptMarks(page, user);
  }

  of(side) {
    const marks = this.#marks.of(rowsOf(side));
    return new Map(Object.entries(marks).map(([id, answer]) => [id.slice(id.indexOf(" ") + 1), answer]));
  }

  keep(side, answers = new Map()) {
    this.#marks.keep(rowsOf(side), Object.fromEntries([...answers].map(([concept, answer]) => [`${side.id} ${concept}`, answer])));
  }
}

function rowsOf({ id, lines }) {
  return lines.map(({ concept, base }) => ({ id: `${id} ${concept}`, base }));
}
