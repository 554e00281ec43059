// Boxes around the sides of a photograph. The form below them is what is sent; this only fills it in.
import { Boxes, FACES } from "./crop_boxes.js";
import { draw } from "./crop_drawing.js";

const EDGES = ["left", "top", "right", "bottom"];
const LAYOUTS = ["beside", "stacked", ...FACES];
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const state = JSON.parse(document.querySelector("#state").textContent);
const form = document.querySelector("#crop");
const keys = document.querySelector("#keys");
const said = document.querySelector("#said");
const picture = new Image();
const boxes = new Boxes(state, show);
const drawing = draw(document.querySelector("#drawing"), boxes, state.theirs);
const actions = {
  swap: () => boxes.swap(),
  undo: () => boxes.undo(),
  redo: () => boxes.redo(),
  keys: () => keys.showModal(),
};

document.documentElement.classList.add("scripted");
picture.addEventListener("load", preview);
picture.src = state.picture;
show();
drawing.focus(boxes.selected);

form.addEventListener("click", (event) => actions[event.target.closest("[data-action]")?.dataset.action]?.());
form.addEventListener("change", (event) => {
  if (event.target.name === "layout") boxes.lay(event.target.value);
  else if (event.target.type === "number") readNumbers(event.target.name.split("_")[0]);
});
document.addEventListener("keydown", onKey);

function onKey(event) {
  const typing = event.target.closest?.("input[type=number], dialog");
  if (typing || keys.open || event.ctrlKey || event.metaKey) return;
  if (pressed(event)) event.preventDefault();
}

/** Whether the key meant something here. */
function pressed(event) {
  const { key, repeat } = event;
  if (STEPS[key] && !event.target.closest?.("input")) {
    const [across, down] = STEPS[key].map((step) => step * (event.shiftKey ? 10 : 1));
    if (event.altKey) boxes.resize(boxes.selected, across, down, repeat);
    else boxes.move(boxes.selected, across, down, repeat);
    say(boxes.selected);
    return true;
  }
  if (event.altKey) return false;
  if (key === "Enter") {
    if (event.target.closest?.("a, button, summary")) return false;
    if (boxes.layout) form.requestSubmit(document.querySelector("#accept"));
  } else if (key === "Delete" || key === "Backspace") boxes.remove(boxes.selected);
  else if (key === "?") actions.keys();
  else if (key.toLowerCase() === "z") (event.shiftKey ? actions.redo : actions.undo)();
  else if (key === "x") actions.swap();
  else if (key === "s") document.querySelector("#skip")?.click();
  else if (key === "n") document.querySelector("#leave-out")?.click();
  else if ("1234".includes(key)) boxes.lay(LAYOUTS[key - 1]);
  else return false;
  return true;
}

function readNumbers(face) {
  const values = EDGES.map((edge) => form.elements[`${face}_${edge}`].value);
  if (values.every((value) => value !== "")) boxes.set(face, values.map(Number));
  else if (values.every((value) => value === "")) boxes.remove(face);
}

function show() {
  drawing?.redraw();
  for (const face of FACES) {
    EDGES.forEach((edge, place) => (form.elements[`${face}_${edge}`].value = boxes.now[face]?.[place] ?? ""));
  }
  for (const radio of form.elements.layout) radio.checked = radio.value === boxes.layout;
  form.querySelector("[data-action=undo]").disabled = boxes.past.length === 0;
  form.querySelector("[data-action=redo]").disabled = boxes.future.length === 0;
  document.querySelector("#accept").disabled = boxes.layout === "";
  preview();
}

function preview() {
  for (const face of FACES) {
    const canvas = document.querySelector(`#preview-${face}`);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const box = boxes.now[face];
    canvas.parentElement.classList.toggle("missing", !box);
    if (!box || !picture.naturalWidth) continue;
    const shrunk = picture.naturalWidth / state.width;
    const [left, top, right, bottom] = box.map((edge) => edge * shrunk);
    const scale = (canvas.width * 0.94) / Math.max(right - left, bottom - top);
    const [width, height] = [(right - left) * scale, (bottom - top) * scale];
    const [x, y] = [(canvas.width - width) / 2, (canvas.height - height) / 2];
    context.drawImage(picture, left, top, right - left, bottom - top, x, y, width, height);
  }
}

function say(face) {
  said.textContent = boxes.now[face] ? `${face}: ${boxes.now[face].join(", ")}` : `no ${face}`;
}
