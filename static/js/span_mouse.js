// A tap chooses a word or a whole name; dragging chooses from word to word.
export function listenToMouse(place, choose) {
  let from = null;
  const wordAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".word")?.dataset.index;
  place.addEventListener("pointerdown", (event) => {
    const index = wordAt(event);
    if (index === undefined) return;
    from = Number(index);
    choose(from, from);
  });
  place.addEventListener("pointermove", (event) => {
    const index = wordAt(event);
    if (from !== null && index !== undefined && Number(index) !== from) choose(from, Number(index));
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => (from = null));
}
