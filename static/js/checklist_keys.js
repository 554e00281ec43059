// Keys of the checklist: the same letters as everywhere in the review; arrows and digits choose lines.
const ANSWERS = { y: "yes", n: "no", u: "unsure" };
const BUTTONS = { r: "[data-action=rest]", s: "[data-action=skip]", z: "[data-action=undo]", "?": "[data-action=keys]" };
const LINKS = { x: "[data-action=zoom]", f: "[data-action=zoom]", o: "[data-action=open]", ArrowLeft: "[data-action=turn]", ArrowRight: "[data-action=turn]" };

export function listenToKeys(form, lines) {
  const keys = document.querySelector("#keys");
  const filter = form.querySelector("#filter");
  filter.addEventListener("input", () => lines.filter(filter.value));
  filter.addEventListener("keydown", (event) => {
    if (!["Enter", "Escape", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") clear(filter, lines);
    lines.choose(lines.all.find((line) => !line.hidden));
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-action=zoom], [data-action=turn]");
    if (link) event.preventDefault();
    if (link) form.classList.toggle(link.dataset.action === "zoom" ? "zoomed" : "turned");
    if (event.target.closest("[data-action=keys]")) keys.showModal();
  });
  // a radio button is pressed when the space bar comes up again
  document.addEventListener("keyup", (event) => event.key === " " && event.target.matches("[type=radio]") && event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]), select, textarea, dialog");
    if (typing || keys.open || form.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    if (press(event, form, lines, filter)) event.preventDefault();
  });
}

export function clear(filter, lines) {
  filter.value = "";
  lines.filter("");
}

/** Whether the key meant something here. */
function press(event, form, lines, filter) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onControl = event.target.closest("a, button, summary");
  if (key === "Escape") form.classList.remove("zoomed");
  else if (key === "ArrowDown" || key === "ArrowUp") lines.move(key === "ArrowDown" ? 1 : -1);
  else if (event.repeat) return key in ANSWERS || key === "Enter" || key === " ";
  else if (key === " " && !onControl) lines.turn(lines.chosen ?? lines.all[0]);
  else if (key === "Enter" && !onControl) form.requestSubmit();
  else if (key === "/") filter.focus();
  else if (/^[1-9]$/.test(key)) lines.turn(lines.all[key - 1]);
  else if (key in ANSWERS) answer(lines, ANSWERS[key]);
  else if (form.querySelector(BUTTONS[key] ?? LINKS[key] ?? ":not(*)")) form.querySelector(BUTTONS[key] ?? LINKS[key]).click();
  else return false;
  return true;
}

function answer(lines, value) {
  const line = lines.chosen ?? lines.all[0];
  lines.choose(line);
  lines.say(line, value);
  lines.move(1);
}
