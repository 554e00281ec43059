// The photograph as SVG with a box per side: dragged by its middle, resized by eight handles, with mouse, pen or finger.
import { FACES, LEAST } from "./crop_boxes.js";
import { addHandles, follow, kept, make, place, showHandles, stretched } from "./box_handles.js";

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
  addHandles(g);
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
  showHandles(g, box, unit);
}

function startDrag(event, svg, face, boxes) {
  const part = event.target.dataset.part;
  if (!part || event.button > 0) return;
  event.preventDefault();
  event.currentTarget.focus({ preventScroll: true });
  const box = boxes.now[face];
  let joined = false;
  follow(svg, event, (by) => {
    boxes.set(face, part === "move" ? kept(box, by, boxes) : stretched(box, part, by, LEAST), joined);
    joined = true;
  });
}

function rectangle([left, top, right, bottom], attributes) {
  return make("rect", { ...attributes, x: left, y: top, width: right - left, height: bottom - top });
}
