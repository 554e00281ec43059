// A side as SVG with its figures: drawn by dragging or by four extreme points, chosen by a tap, moved and resized.
import { addHandles, follow, kept, make, measures, place, point, showHandles, stretched } from "./box_handles.js";

const HUES = 6;
const TAP = 5; // px on the screen: a shorter drag is a tap
const POINTS = 4;

/** `drawn(box)` is called with a new figure's edges. */
export function draw(frame, { picture, size, least }, figures, { name, drawn, told }) {
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, class: "box-svg" });
  const [layer, mine, points] = [make("g"), make("g"), make("g")];
  const handles = make("g", { class: "box selected" });
  const draft = make("rect", { class: "box-draft", hidden: "" });
  const groups = new Map();
  let extremes = null; // points so far, where four of them make a box
  addHandles(handles);
  svg.append(make("image", { href: picture, width: size, height: size }), layer, mine, handles, draft, points);
  frame.append(svg);

  const unit = () => size / (Math.min(svg.clientWidth, svg.clientHeight) || size); // pixels of the picture in one of the screen
  const redraw = () => {
    for (const [id, group] of groups) if (!figures.shown.some((each) => each.id === id)) group.remove() ?? groups.delete(id);
    figures.shown.forEach((figure, index) => {
      if (!groups.has(figure.id)) layer.append(groupOf(figure));
      show(groups.get(figure.id), figure, index);
    });
    const { chosen } = figures;
    handles.toggleAttribute("hidden", !chosen || Boolean(extremes));
    if (!chosen) return;
    handles.setAttribute("class", `box selected ${hue(figures.shown.indexOf(chosen))}`);
    showHandles(handles, chosen.box, unit());
  };

  function groupOf(figure) {
    const group = make("g", { class: "box figure", tabindex: "0", role: "group", "aria-roledescription": "box" });
    group.append(make("rect", { class: "box-area" }), make("text", { class: "box-name" }));
    group.addEventListener("focus", () => figures.select(figure.id));
    groups.set(figure.id, group);
    return group;
  }

  function show(group, { id, box, concept, byHand }, index) {
    const [left, top, right, bottom] = box;
    const chosen = id === figures.selected ? "selected" : "";
    group.setAttribute("class", `box figure ${hue(index)} ${chosen} ${byHand ? "" : "guess"}`);
    group.setAttribute("aria-label", `${index + 1}, ${name(concept)}: ${spoken(box)}`);
    place(group.querySelector(".box-area"), left, top, right - left, bottom - top);
    const words = group.querySelector(".box-name");
    words.textContent = `${index + 1} ${name(concept)}`;
    words.setAttribute("x", left + 6 * unit());
    words.setAttribute("y", top > 22 * unit() ? top - 6 * unit() : top + 20 * unit());
    words.setAttribute("font-size", 15 * unit());
  }

  svg.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || !event.isPrimary) return;
    event.preventDefault();
    const at = point(svg, event);
    if (extremes) return mark(at);
    const { part } = event.target.dataset;
    const under = figures.under(at);
    if (part || (under && under.id === figures.selected)) dragChosen(event, part);
    else dragNew(event, at, under);
  });

  function dragChosen(event, part) {
    const { id, box } = figures.chosen;
    let joined = false;
    const moving = (by) => {
      const to = part ? stretched(box, part, by, least) : kept(box, by, { width: size, height: size });
      const before = figures.past.length;
      figures.change(id, { box: to }, { joined, later: true });
      joined ||= figures.past.length > before;
    };
    follow(svg, event, moving, () => {
      figures.finish();
      focus();
    });
  }

  function dragNew(event, from, under) {
    let box = null;
    const moving = ([across, down], { x, y }) => {
      box = [Math.min(from.x, x), Math.min(from.y, y), Math.max(from.x, x), Math.max(from.y, y)];
      if (Math.min(Math.abs(across), Math.abs(down)) < TAP * unit()) box = null;
      draft.toggleAttribute("hidden", !box);
      if (box) place(draft, box[0], box[1], box[2] - box[0], box[3] - box[1]);
    };
    follow(svg, event, moving, (cancelled) => {
      draft.toggleAttribute("hidden", true);
      if (cancelled) return;
      if (box) drawn(box);
      else figures.select(under?.id ?? "");
      focus();
    });
  }

  function mark({ x, y }) {
    extremes.push([Math.min(Math.max(x, 0), size), Math.min(Math.max(y, 0), size)]);
    if (extremes.length === POINTS) {
      const [across, down] = [extremes.map((each) => each[0]), extremes.map((each) => each[1])];
      extremes = [];
      drawn([Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)]);
    }
    showPoints();
  }

  function showPoints() {
    points.replaceChildren(...(extremes ?? []).map(([cx, cy]) => make("circle", { cx, cy, r: 4 * unit(), class: "box-point" })));
    svg.classList.toggle("extreme", Boolean(extremes));
    redraw();
    told(extremes ? extremes.length : null);
  }

  function focus() {
    groups.get(figures.selected)?.focus({ preventScroll: true });
  }

  new ResizeObserver(redraw).observe(svg);
  return {
    redraw,
    focus,
    /** Whether four points make a box from now on. */
    toggleExtremes: (on = !extremes) => ((extremes = on ? [] : null), showPoints()),
    /** Take the last point back; whether there was one. */
    takeBackPoint: () => Boolean(extremes?.pop()) && (showPoints(), true),
    /** This person's boxes that met another's: dashed, until one is chosen. */
    showMine: (boxes) => mine.replaceChildren(...boxes.map((box) => dashed(box))),
  };
}

export function spoken(box) {
  const [left, top, width, height] = measures(box);
  return `left ${left}, top ${top}, ${width} × ${height} pixels`;
}

export const hue = (index) => `hue-${index % HUES}`;

function dashed([left, top, right, bottom]) {
  return make("rect", { class: "their-box", x: left, y: top, width: right - left, height: bottom - top });
}
