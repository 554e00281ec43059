// Every key presses what stands on the page; the buttons do the work.
const KEYS = {
  y: "[name=answer][value=yes]",
  n: "[name=answer][value=no]",
  u: "[name=answer][value=unsure]",
  s: "[name=skip]",
  z: "[name=undo]",
  g: "[data-action=guideline]",
  o: "[data-action=open]",
  f: "[data-action=zoom]",
  "?": "[data-action=keys]",
};

export function listenToKeys(page) {
  const keys = document.querySelector("#keys");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable], dialog");
    if (typing || keys.open || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") page.classList.remove("zoomed");
    const pressed = page.hidden ? null : page.querySelector(KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? ":not(*)");
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
  page.addEventListener("click", (event) => {
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action === "keys") keys.showModal();
    if (action === "zoom") {
      event.preventDefault();
      page.classList.toggle("zoomed");
    }
    if (action === "guideline") {
      const guideline = page.querySelector(".guideline");
      guideline.open = !guideline.open;
      if (guideline.open) guideline.scrollIntoView({ block: "nearest" });
    }
  });
}
