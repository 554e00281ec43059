// What stands beside a question and is fetched once it is shown: look-alikes that were decided, and examples.
const kept = new Map();
const MOST_KEPT = 60;

/** Fill the places of the question that is shown; what was fetched before is there at once. */
export function showBeside(asked) {
  const alike = asked.querySelector("[data-similar]");
  if (alike) fill(alike, alike.dataset.similar);
  const guideline = asked.querySelector(".guideline");
  const wanted = () => guideline.open && fill(guideline.querySelector("[data-place]"), guideline.dataset.examples, guideline.dataset.of);
  guideline?.addEventListener("toggle", wanted);
  if (guideline) wanted();
}

async function fill(place, address, own = "") {
  const html = await fetched(address);
  if (!place.isConnected) return;
  place.innerHTML = html ?? '<p class="quiet mb-0">The server did not answer; this comes with the next question.</p>';
  place.querySelector(`[data-side="${own}"]`)?.remove(); // the side that is asked about is no example of itself
}

function fetched(address) {
  if (!kept.has(address)) {
    const asking = fetch(address, { redirect: "error" }) // an ended session leads to the page to sign in
      .then(async (response) => [response.ok, await response.text()])
      .then(([ok, html]) => (ok ? html : null))
      .catch(() => null);
    kept.set(address, asking);
    asking.then((html) => html === null && kept.delete(address));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }
  return kept.get(address);
}
