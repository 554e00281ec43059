// A page that is open and in use keeps its questions from being given to somebody else.
import { postJson } from "./posting.js";

const EVERY = 120000; // ms: a lease lasts five minutes
const UNUSED = 600000; // ms: whoever has gone away leaves the questions to others

/** `held()` gives the ids of the questions that the page shows or has in hand. */
export function keepLeases(address, held) {
  let used = Date.now();
  for (const name of ["pointermove", "pointerdown", "keydown"]) {
    document.addEventListener(name, () => (used = Date.now()), { passive: true });
  }
  setInterval(() => {
    const items = held();
    if (items.length && !document.hidden && Date.now() - used < UNUSED) postJson(address, { items: items.join() });
  }, EVERY);
}
