// Long lists of values stay where they were scrolled to when their counts are renewed.
const places = new Map();

document.addEventListener("htmx:beforeSwap", () => {
  for (const list of document.querySelectorAll("[data-keep-scroll]")) places.set(list.id, list.scrollTop);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const [id, top] of places) {
    const list = document.getElementById(id);
    if (list) list.scrollTop = top;
  }
  places.clear();
});

// A refused search says why in the place of the results.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "results" || event.detail.xhr.status !== 400) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
