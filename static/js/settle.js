// A disagreement is settled by the same keys as a question is answered. Each answer is a plain form with a key of its
// own, so that a double click is one row.
import { listenToKeys } from "./review_keys.js";

const TOO_SOON = 400; // ms after the pictures are there: the second half of a double click, or a key held a moment too long
const page = document.querySelector("#settle");
const AT_LATEST = 2000; // ms for a picture that hangs
let shownAt = Infinity;

window.addEventListener("pageshow", () => (shownAt = Math.min(shownAt, performance.now())));
setTimeout(() => (shownAt = Math.min(shownAt, performance.now())), AT_LATEST);
page.addEventListener("submit", (event) => {
  if (performance.now() - shownAt < TOO_SOON) event.preventDefault();
});
listenToKeys(page);
document.documentElement.classList.add("scripted");
