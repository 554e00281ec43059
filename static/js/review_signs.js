// What the pages of the review say beside the question: saved or not, and signed out.
const saving = document.querySelector("#saving span");
const signedOut = document.querySelector("#signed-out");

export function showSaving({ waiting, sending, attention = [], signedOut: refused, detail }) {
  const stuck = attention.length ? "stuck" : "saved";
  const state = waiting === 0 ? stuck : sending ? "saving" : "waiting";
  saving.parentElement.dataset.state = state;
  saving.textContent = { saved: "Saved", stuck: "Needs you", saving: "Saving", waiting: `Waiting (${waiting})` }[state];
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
