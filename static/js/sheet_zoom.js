// Both sides large with their text, beside the cell and never under the cursor: by key, by resting, by a long press.
const REST = 450; // ms that the mouse rests on a side
const LONG_PRESS = 500; // ms
const TREMBLE = 10; // px that a finger may move and still rest

export function openZoom(grid, panel) {
  let shown = null; // the cell
  let pinned = false; // by key or finger: it stays until it is closed
  let timer = 0;
  let over = null;
  let down = null;

  function show(cell, stays) {
    shown = cell;
    pinned = stays;
    panel.replaceChildren(cell.querySelector("template").content.cloneNode(true));
    const box = cell.getBoundingClientRect();
    panel.classList.toggle("at-left", box.left + box.width / 2 > innerWidth / 2);
    panel.classList.toggle("at-top", box.top + box.height / 2 > innerHeight / 2);
    panel.hidden = false;
  }

  function close() {
    clearTimeout(timer);
    over = null;
    if (!shown) return false;
    shown = null;
    pinned = false;
    panel.hidden = true;
    return true;
  }

  grid.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || pinned) return;
    const cell = event.target.closest(".cell");
    if (cell === over) return;
    clearTimeout(timer);
    over = cell;
    if (!cell) return;
    if (shown) show(cell, false);
    else timer = setTimeout(() => show(cell, false), REST);
  });
  grid.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && !pinned && close());

  document.addEventListener("pointerdown", (event) => {
    down = null;
    if (event.pointerType === "mouse") return;
    if (close()) return (down = { closes: true });
    const cell = event.target.closest?.(".cell");
    if (!cell) return;
    down = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      down.pressed = true;
      show(cell, true);
    }, LONG_PRESS);
  });
  document.addEventListener("pointermove", (event) => {
    if (down?.x !== undefined && Math.hypot(event.clientX - down.x, event.clientY - down.y) > TREMBLE) clearTimeout(timer);
  });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => down && clearTimeout(timer));
  grid.addEventListener("contextmenu", (event) => down && event.preventDefault());

  return {
    close,
    toggle: (cell) => (shown && pinned ? close() : cell && show(cell, true)),
    /** Where the focus went, the picture goes. */
    follow: (cell) => shown && pinned && show(cell, true),
    /** Whether this click only ended a long press, or closed the picture. */
    took: () => Boolean(down?.pressed || down?.closes),
  };
}
