// A click or a tap on a side says what the chosen tool says: marked, unsure or left out.
export function listenToMouse({ element, grid, zoom }) {
  const tools = document.querySelectorAll("[data-tool]");
  let chosen = "mark";

  for (const tool of tools) {
    tool.addEventListener("click", () => {
      chosen = tool.dataset.tool;
      for (const each of tools) each.setAttribute("aria-pressed", String(each === tool));
    });
  }

  element.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    event.preventDefault();
    if (zoom.took()) return;
    cell.focus({ preventScroll: true });
    if (event.detail > 1) return; // the second half of a double click
    if (chosen === "mark") grid.toggle(cell);
    else grid.answer(cell, chosen);
  });
}
