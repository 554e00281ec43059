// What the page says beside the text: saved or not, what is chosen, what stands, and answers that need a choice.
const SOURCES = { list: "from the list" };

export function showSaving({ waiting, sending }) {
  const saving = document.querySelector("#saving span");
  const state = waiting === 0 ? "saved" : sending ? "saving" : "waiting";
  saving.parentElement.dataset.state = state;
  saving.textContent = { saved: "Saved", saving: "Saving", waiting: `Waiting (${waiting})` }[state];
}

export function showSignedOut(detail, waiting) {
  const banner = document.querySelector("#signed-out");
  const kept = waiting === 1 ? "1 answer is" : `${waiting} answers are`;
  banner.querySelector("[data-words]").textContent = `${detail || "You are signed out."} ${kept} kept in this browser and sent once you are signed in.`;
  banner.hidden = false;
}

export function hideSignedOut() {
  document.querySelector("#signed-out").hidden = true;
}

export function tellChosen(words, span, classes) {
  const says = span ? `, ${classes[span.label].toLowerCase()}, ${sourceOf(span)}` : ", no name";
  document.querySelector("#chosen").textContent = `“${words}”${says}`;
}

export function showStanding(spans, { text, classes }) {
  document.querySelector("#standing").replaceChildren(
    ...spans.map((span) => {
      const row = document.createElement("tr");
      const label = document.createElement("span");
      label.className = `entity entity-${span.label}`;
      label.textContent = classes[span.label];
      for (const content of [text.slice(span.start, span.end), label, sourceOf(span)]) {
        const cell = document.createElement("td");
        cell.append(content);
        row.append(cell);
      }
      return row;
    }),
  );
}

export function showConflict(entry, classes, text, { keep, again }) {
  const panel = document.querySelector("#span-conflict");
  panel.hidden = !entry;
  if (!entry) return;
  const { row, theirs, does, state, detail } = entry;
  const named = (label) => (label ? classes[label].toLowerCase() : "no name");
  const mine = `You said of “${text.slice(row.start, row.end)}”: ${does === "undo" ? "undo" : named(row.label)}.`;
  const other = theirs ? `${theirs.who} said of “${theirs.words}” in the meantime: ${named(theirs.label)}.` : "It was taken back in the meantime.";
  panel.querySelector("[data-words]").textContent = `${mine} ${state === "conflict" ? other : `This could not be saved. ${detail}`}`;
  panel.querySelector("[data-mine]").hidden = state !== "conflict";
  panel.querySelector("[data-mine]").onclick = () => again(entry);
  panel.querySelector("[data-theirs]").onclick = () => keep(entry);
}

function sourceOf(span) {
  if (span.expert) return span.mine ? "said by you" : `said by ${span.who}`;
  return `${SOURCES[span.source] ?? `found by ${span.source}`}${span.name ? ` (${span.name})` : ""}`;
}
