// Rectangles over a picture: an SVG in the picture's own pixels, eight handles to resize by, and one pointer followed.
const SVG = "http://www.w3.org/2000/svg";
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const GRIP = 9; // px on the screen, half the edge of a handle's square
const FINGER = 18; // px on the screen, half of what a finger meets

export function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export function place(element, x, y, width, height) {
  for (const [name, value] of Object.entries({ x, y, width, height })) element.setAttribute(name, value);
}

export function addHandles(group) {
  for (const part of HANDLES) {
    group.append(make("rect", { class: "box-reach", "data-part": part }), make("rect", { class: "box-grip", "data-part": part }));
  }
}

/** `unit`: pixels of the picture in one of the screen, so that handles keep their size. */
export function showHandles(group, box, unit) {
  const [across, down] = [box[2] - box[0], box[3] - box[1]];
  const reach = Math.max(GRIP / 2, Math.min(FINGER, Math.min(across, down) / unit / 4)); // a small box keeps a middle to move by
  for (const grip of group.querySelectorAll(".box-grip, .box-reach")) {
    const half = (grip.classList.contains("box-grip") ? GRIP / 2 : reach) * unit;
    const [x, y] = spot(grip.dataset.part, box);
    place(grip, x - half, y - half, 2 * half, 2 * half);
  }
}

function spot(part, [left, top, right, bottom]) {
  const x = part.includes("w") ? left : part.includes("e") ? right : (left + right) / 2;
  const y = part.startsWith("n") ? top : part.startsWith("s") ? bottom : (top + bottom) / 2;
  return [x, y];
}

/** Where the pointer is, in pixels of the picture. */
export const point = (svg, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

/** `moving(by, at)` is called with how far the pointer has gone and where it is, in pixels of the picture; then `ended`. */
export function follow(svg, event, moving, ended = () => {}) {
  const from = point(svg, event);
  svg.setPointerCapture(event.pointerId);
  const drag = (now) => {
    if (now.pointerId !== event.pointerId) return;
    const at = point(svg, now);
    moving([at.x - from.x, at.y - from.y], at);
  };
  const end = (ending) => {
    if (ending.pointerId !== event.pointerId) return;
    svg.removeEventListener("pointermove", drag);
    svg.removeEventListener("pointerup", end);
    svg.removeEventListener("pointercancel", end);
    ended(ending.type === "pointercancel");
  };
  svg.addEventListener("pointermove", drag);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

export const moved = ([left, top, right, bottom], [across, down]) => [left + across, top + down, right + across, bottom + down];

/** Moved, and of the same size at the picture's edges. */
export function kept([left, top, right, bottom], [across, down], { width, height }) {
  const x = Math.max(-left, Math.min(across, width - right));
  const y = Math.max(-top, Math.min(down, height - bottom));
  return moved([left, top, right, bottom], [x, y]);
}

/** One edge or corner goes with the pointer, and stops `least` pixels before the opposite one. */
export function stretched([left, top, right, bottom], part, [across, down], least) {
  return [
    part.includes("w") ? Math.min(left + across, right - least) : left,
    part.startsWith("n") ? Math.min(top + down, bottom - least) : top,
    part.includes("e") ? Math.max(right + across, left + least) : right,
    part.startsWith("s") ? Math.max(bottom + down, top + least) : bottom,
  ];
}

export const clamp = (value, least, most) => Math.max(least, Math.min(value, most));

/** Left, top, width and height in whole pixels, as they are shown, spoken and typed. */
export function measures(box) {
  const [left, top, right, bottom] = box.map(Math.round);
  return [left, top, right - left, bottom - top];
}

/** Whole pixels inside the picture, at least `least` wide and high. */
export function inside(box, { width, height }, least) {
  const [left, top, right, bottom] = box.map(Math.round);
  const [x, y] = [clamp(left, 0, width - least), clamp(top, 0, height - least)];
  return [x, y, clamp(right, x + least, width), clamp(bottom, y + least, height)];
}
