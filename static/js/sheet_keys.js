// The keys of the review, over a grid.
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);
const ANSWERS = { y: "yes", n: "no", u: "unsure", s: "skip" };

export function listenToKeys({ grid, zoom, confirm, undo }) {
  const keys = document.querySelector("#keys");
  const guideline = document.querySelector("#guideline");
  const acts = {
    Enter: confirm,
    " ": () => grid.toggle(grid.focused),
    z: undo,
    x: () => zoom.toggle(grid.focused),
    f: () => zoom.toggle(grid.focused),
    g: openGuideline,
    o: openCoin,
    "?": () => keys.showModal(),
    Escape: zoom.close,
  };

  function openGuideline() {
    guideline.open = !guideline.open;
    if (guideline.open) guideline.scrollIntoView({ block: "nearest" });
  }

  function openCoin() {
    const address = grid.focused?.querySelector("template").content.querySelector("[data-address]").dataset.address;
    if (address) window.open(address, "_blank", "noopener");
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("select, textarea, dialog[open], input:not(.cell-mark)");
    if (typing || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const pressing = event.target.closest?.("button, a, summary") && [" ", "Enter"].includes(event.key);
    if (pressing || (event.repeat && !MOVES.has(event.key))) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = MOVES.has(key) ? () => grid.move(key) : ANSWERS[key] ? () => grid.answer(grid.focused, ANSWERS[key]) : acts[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]")?.dataset.action;
    if (action === "keys") keys.showModal();
    if (action === "guideline") openGuideline();
  });
}
