// What the review page says beside the question: saved or not, signed out, and answers that need a choice.
const saving = document.querySelector("#saving span");
const signedOut = document.querySelector("#signed-out");
const conflicts = document.querySelector("#conflicts");
const panel = document.querySelector("#conflict-panel");
const ANSWERS = { yes: "Yes", no: "No", unsure: "Unsure", withdrawn: "Withdrawn", undo: "Undo", skip: "Skip" };
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
let shown = "";

export function showSaving({ waiting, sending, signedOut: refused, detail }) {
  const state = waiting === 0 ? "saved" : sending ? "saving" : "waiting";
  saving.parentElement.dataset.state = state;
  saving.textContent = { saved: "Saved", saving: "Saving", waiting: `Waiting (${waiting})` }[state];
  if (sending) return;
  if (refused && waiting) showSignedOut(detail, waiting);
  else hideSignedOut();
}

export function showSignedOut(detail, waiting) {
  const answers = waiting === 1 ? "1 answer is" : `${waiting} answers are`;
  const kept = waiting ? `${answers} kept in this browser and sent once you are signed in.` : "Sign in to go on.";
  signedOut.querySelector("[data-words]").textContent = `${detail || "You are signed out."} ${kept}`;
  signedOut.hidden = false;
}

export function hideSignedOut() {
  signedOut.hidden = true;
}

/** One panel per entry: `keep(entry)` and `answer(entry, answer)` are called when the person chooses. */
export function showConflicts(entries, { keep, answer }) {
  const now = entries.map((entry) => entry.sequence).join();
  if (now === shown) return; // nothing moves under the cursor
  shown = now;
  conflicts.replaceChildren(
    ...entries.map((entry) => {
      const drawn = panel.content.cloneNode(true);
      fill(drawn, entry);
      drawn.querySelector("[data-keep]").addEventListener("click", () => keep(entry), { once: true });
      for (const button of drawn.querySelectorAll("[data-answer]")) {
        button.addEventListener("click", () => answer(entry, button.dataset.answer), { once: true });
      }
      return drawn;
    }),
  );
}

function fill(drawn, { question, theirs, answer, state, detail }) {
  const put = (name, words) => (drawn.querySelector(`[data-${name}]`).textContent = words);
  drawn.querySelector("[data-picture]").src = question.thumbnail || question.picture;
  put("question", `${question.name} on the ${question.face} of ${question.coin}?`);
  put("yours", `You: ${ANSWERS[answer] ?? answer}.`);
  if (state === "conflict") {
    const who = theirs && `${theirs.who} answered in the meantime, ${moment.format(new Date(theirs.when))}: ${ANSWERS[theirs.answer]}.`;
    put("theirs", who || "The answer that you saw was taken back in the meantime.");
    return;
  }
  put("theirs", `This could not be saved. ${detail}`);
  put("keep", "Dismiss");
  drawn.querySelector("[data-again]").remove();
}
