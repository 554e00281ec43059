// The photograph as SVG with a box per side: dragged by its middle, resized by eight handles, with mouse, pen or finger.
import { FACES, moved } from "./crop_boxes.js";

const SVG = "http://www.w3.org/2000/svg";
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const GRIP = 9; // px on the screen, half the edge of a handle's square
const FINGER = 18; // px on the screen, half of what a finger meets

export function draw(place, boxes, theirs) {
  const svg = make("svg", { viewBox: `0 0 ${boxes.width} ${boxes.height}`, class: "crop-svg" });
  svg.append(make("image", { href: place.dataset.picture, width: boxes.width, height: boxes.height }));
  for (const [face, box] of Object.entries(theirs)) svg.append(rectangle(box, { class: `their-box face-${face}` }));
  const groups = Object.fromEntries(FACES.map((face) => [face, group(face)]));
  for (const face of FACES) {
    svg.append(groups[face]);
    groups[face].addEventListener("focus", () => boxes.selected === face || boxes.select(face));
    groups[face].addEventListener("pointerdown", (event) => startDrag(event, svg, face, boxes));
  }
  place.append(svg);
  const redraw = () => {
    const unit = boxes.width / (svg.clientWidth || boxes.width); // pixels of the photograph in one of the screen
    for (const face of FACES) show(groups[face], boxes.now[face], boxes.selected === face, unit);
  };
  new ResizeObserver(redraw).observe(svg);
  return { redraw, focus: (face) => groups[face].focus({ preventScroll: true }) };
}

function group(face) {
  const g = make("g", { class: `box face-${face}`, tabindex: "0", role: "group", "aria-roledescription": "box" });
  g.append(make("rect", { class: "box-area", "data-part": "move" }), make("text", { class: "box-name" }));
  g.lastElementChild.textContent = face === "obverse" ? "Obverse" : "Reverse";
  for (const part of HANDLES) {
    g.append(make("rect", { class: "box-reach", "data-part": part }), make("rect", { class: "box-grip", "data-part": part }));
  }
  return g;
}

function show(g, box, selected, unit) {
  g.toggleAttribute("hidden", !box);
  if (!box) return;
  const [left, top, right, bottom] = box;
  const face = g.classList.contains("face-obverse") ? "Obverse" : "Reverse";
  g.classList.toggle("selected", selected);
  g.setAttribute("aria-label", `${face}: left ${left}, top ${top}, right ${right}, bottom ${bottom} pixels`);
  place(g.querySelector(".box-area"), left, top, right - left, bottom - top);
  const name = g.querySelector(".box-name");
  name.setAttribute("x", left + 8 * unit);
  name.setAttribute("y", top + 20 * unit);
  name.setAttribute("font-size", 15 * unit);
  for (const grip of g.querySelectorAll(".box-grip, .box-reach")) {
    const half = (grip.classList.contains("box-grip") ? GRIP / 2 : FINGER) * unit;
    const [x, y] = spot(grip.dataset.part, box);
    place(grip, x - half, y - half, 2 * half, 2 * half);
  }
}

function spot(part, [left, top, right, bottom]) {
  const x = part.includes("w") ? left : part.includes("e") ? right : (left + right) / 2;
  const y = part.startsWith("n") ? top : part.startsWith("s") ? bottom : (top + bottom) / 2;
  return [x, y];
}

function startDrag(event, svg, face, boxes) {
  const part = event.target.dataset.part;
  if (!part || event.button > 0) return;
  event.preventDefault();
  const [box, from] = [boxes.now[face], point(svg, event)];
  event.currentTarget.focus({ preventScroll: true });
  svg.setPointerCapture(event.pointerId);
  let joined = false;
  const drag = (moving) => {
    if (moving.pointerId !== event.pointerId) return;
    const now = point(svg, moving);
    const by = [now.x - from.x, now.y - from.y];
    boxes.set(face, part === "move" ? kept(moved(box, by), box, boxes) : stretched(box, part, by), joined);
    joined = true;
  };
  const end = (ending) => {
    if (ending.pointerId !== event.pointerId) return;
    svg.removeEventListener("pointermove", drag);
    svg.removeEventListener("pointerup", end);
    svg.removeEventListener("pointercancel", end);
  };
  svg.addEventListener("pointermove", drag);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

/** A moved box keeps its size at the photograph's edges. */
function kept([left, top], box, { width, height }) {
  const [across, down] = [box[2] - box[0], box[3] - box[1]];
  const x = Math.max(0, Math.min(left, width - across));
  const y = Math.max(0, Math.min(top, height - down));
  return [x, y, x + across, y + down];
}

function stretched([left, top, right, bottom], part, [across, down]) {
  return [
    part.includes("w") ? Math.min(left + across, right - 16) : left,
    part.startsWith("n") ? Math.min(top + down, bottom - 16) : top,
    part.includes("e") ? Math.max(right + across, left + 16) : right,
    part.startsWith("s") ? Math.max(bottom + down, top + 16) : bottom,
  ];
}

const point = (svg, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

function rectangle([left, top, right, bottom], attributes) {
  return make("rect", { ...attributes, x: left, y: top, width: right - left, height: bottom - top });
}

function place(element, x, y, width, height) {
  for (const [name, value] of Object.entries({ x, y, width, height })) element.setAttribute(name, value);
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
