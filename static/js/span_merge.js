// What holds now in a text: machines' spans, and over them what persons said. The same rules as the server's.
const touch = (one, other) => one.start < other.end && other.start < one.end;

/** Answers that count: no reversals, and none that was taken back. */
export function standing(decisions) {
  const undone = new Set(decisions.map((each) => each.undoes).filter(Boolean));
  return decisions.filter((each) => !each.undoes && !undone.has(each.key));
}

/** Spans by place, none across another; `expert` says whether a person gave it. */
export function merge(machine, decisions) {
  let said = [];
  for (const each of standing(decisions)) said = [...said.filter((earlier) => !touch(earlier, each)), each];
  const merged = said.filter((each) => each.label).map((each) => ({ ...each, expert: true }));
  let reached = 0;
  for (const span of machine) {
    if (span.start < reached || said.some((each) => touch(each, span))) continue;
    merged.push({ ...span, expert: false });
    reached = span.end;
  }
  return merged.sort((one, other) => one.start - other.start);
}

/** The newest row that touches this place, reversals included: what the next answer answers. */
export function newestOn(place, decisions) {
  return decisions.findLast((each) => touch(each, place));
}
