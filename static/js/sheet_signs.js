// The figures of a sheet: what confirming will say, how many were answered, how many are left.
const WORDS = { yes: "yes", no: "no", unsure: "unsure", skip: "left out" };

export function tellSums({ cells }, marks, said) {
  const answers = cells.map(({ id }) => marks[id] ?? said);
  const counted = Object.keys(WORDS).map((answer) => [answers.filter((each) => each === answer).length, WORDS[answer]]);
  const words = counted.filter(([count]) => count).map(([count, word]) => `${count} ${word}`);
  document.querySelector("#sums").textContent = words.join(", ");
}

export function tellProgress(answered, left) {
  document.querySelector("#answered").textContent = Math.max(0, answered).toLocaleString("en-GB");
  document.querySelector("#open").textContent = Math.max(0, left).toLocaleString("en-GB");
}
