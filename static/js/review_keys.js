// Every key presses what stands on the page; the buttons do the work.
import { look } from "./review_look.js";

const KEYS = {
  y: "[name=answer][value=yes]",
  n: "[name=answer][value=no]",
  u: "[name=answer][value=unsure]",
  s: "[name=skip]",
  z: "[name=undo]",
  g: "[data-action=guideline]",
  m: "[data-action=look]",
  o: "[data-action=open]",
  l: "[data-action=list]",
  b: "[data-action=boxes]",
  x: "[data-action=zoom]",
  f: "[data-action=zoom]",
  ArrowLeft: "[data-action=turn]",
  ArrowRight: "[data-action=turn]",
  "?": "[data-action=keys]",
};

export function listenToKeys(page) {
  const keys = document.querySelector("#keys");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable], dialog[open]");
    if (typing || keys?.open || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") page.classList.remove("zoomed");
    const pressed = page.hidden ? null : page.querySelector(KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? ":not(*)");
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
  page.addEventListener("click", (event) => act(event, page, keys));
}

function act(event, page, keys) {
  const action = event.target.closest("[data-action]")?.dataset.action;
  if (action === "keys") keys.showModal();
  if (action === "look") look(page);
  if (action === "zoom" || action === "turn") {
    event.preventDefault();
    page.classList.toggle({ zoom: "zoomed", turn: "turned" }[action]);
  }
  if (action === "guideline") {
    const guideline = page.querySelector(".guideline");
    guideline.open = !guideline.open;
    if (guideline.open) guideline.scrollIntoView({ block: "nearest" });
  }
}
