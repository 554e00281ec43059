// The text as words that can be chosen, and names as stops of several words.
const WORD = /[\p{L}\p{N}]+/gu;

export function wordsOf(text) {
  return [...text.matchAll(WORD)].map((found) => ({ start: found.index, end: found.index + found[0].length }));
}

/** Draw the text: every word a span, words of a name inside a mark. */
export function drawText(place, text, words, spans) {
  place.replaceChildren();
  let reached = 0;
  const put = (parent, until) => {
    for (const [index, word] of words.entries()) {
      if (word.start < reached || word.start >= until) continue;
      parent.append(text.slice(reached, word.start), drawWord(text, word, index));
      reached = word.end;
    }
    parent.append(text.slice(reached, until));
    reached = until;
  };
  for (const span of spans) {
    put(place, span.start);
    const mark = document.createElement("mark");
    mark.className = `entity entity-${span.label}${span.expert ? " entity-said" : ""}`;
    place.append(mark);
    put(mark, span.end);
  }
  put(place, text.length);
}

function drawWord(text, word, index) {
  const drawn = document.createElement("span");
  drawn.className = "word";
  drawn.dataset.index = index;
  drawn.textContent = text.slice(word.start, word.end);
  return drawn;
}

export function showChosen(place, first, last) {
  for (const drawn of place.querySelectorAll(".word")) {
    drawn.classList.toggle("word-chosen", drawn.dataset.index >= first && drawn.dataset.index <= last);
  }
}

/** Numbers of the first and last word of the name that holds this word, or of the word alone. */
export function stopAt(index, words, spans) {
  const word = words[index];
  const span = spans.find((each) => each.start <= word.start && word.end <= each.end);
  if (!span) return [index, index];
  const inside = words.flatMap((each, at) => (span.start <= each.start && each.end <= span.end ? [at] : []));
  return [inside[0], inside.at(-1)];
}
