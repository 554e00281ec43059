// Draws the mean average precision of each round with its interval. The table is the only source, so that chart and
// table never disagree; drawn again when the theme or the width changes, or what stands across.
import uPlot from "../vendor/uplot/uPlot.esm.js";

const HEIGHT = 280;
const LEAST_SPAN = 0.1;
const LABELS = { answers: "Answers of experts until then", round: "Round" };
const container = document.getElementById("round-chart");
const across = document.getElementById("across");
let chart = null;
let by = "answers";

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function number(text) {
  return text === undefined ? null : Number(text);
}

function readRows(table) {
  const rows = [...table.tBodies[0].rows].map((row) => row.dataset).filter((row) => row.ap !== undefined);
  const sorted = rows.toSorted((one, other) => Number(one[by]) - Number(other[by]));
  return {
    rounds: sorted.map((row) => row.round),
    values: [
      sorted.map((row) => Number(row[by])),
      sorted.map((row) => Number(row.ap)),
      sorted.map((row) => number(row.low)),
      sorted.map((row) => number(row.high)),
    ],
  };
}

function heights(values) {
  const known = values.slice(1).flat().filter((value) => value !== null);
  const middle = (Math.min(...known) + Math.max(...known)) / 2;
  const half = Math.max(LEAST_SPAN, 1.15 * (Math.max(...known) - Math.min(...known))) / 2;
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** There is no answer and no round below nothing, though the chart has room there for the first point. */
function notBelowNothing(_, splits) {
  return splits.map((split) => (split < 0 ? null : split));
}

/** The legend tells the point under the cursor: without one it holds its place and says nothing. */
function showLegend(plot) {
  container.classList.toggle("idle", typeof plot.legend.idx !== "number");
}

function widths(places) {
  const room = 0.08 * (places.at(-1) - places[0] || 1);
  return [places[0] - room, places.at(-1) + room];
}

function drawIntervals(plot, values) {
  const { ctx } = plot;
  const cap = 5 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour("--accent");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  values[0].forEach((place, index) => {
    if (values[2][index] === null) return;
    const x = plot.valToPos(place, "x", true);
    const [low, high] = [values[2][index], values[3][index]].map((value) => plot.valToPos(value, "y", true));
    ctx.moveTo(x, low);
    ctx.lineTo(x, high);
    for (const y of [low, high]) {
      ctx.moveTo(x - cap, y);
      ctx.lineTo(x + cap, y);
    }
  });
  ctx.stroke();
  ctx.restore();
}

function describe({ rounds, values }) {
  const axis = { stroke: colour("--bs-secondary-color"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const below = { ...axis, filter: notBelowNothing, grid: { ...axis.grid, filter: notBelowNothing } };
  const figure = (_, value) => (value === null ? "–" : value.toFixed(3));
  const steps = [1, 2, 5].flatMap((step) => [1, 10, 100, 1000, 10000, 100000].map((power) => step * power));
  const hidden = { stroke: "transparent", points: { show: false }, value: figure };
  return {
    width: Math.max(240, container.clientWidth),
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, range: () => widths(values[0]) }, y: { range: () => heights(values) } },
    axes: [
      { ...below, label: LABELS[by], labelSize: 24, size: 34, incrs: steps.toSorted((one, other) => one - other) },
      { ...axis, label: "Mean AP, 0 to 1", labelSize: 24, size: 56 },
    ],
    series: [
      { label: LABELS[by], value: (_, value, __, index) => (index === null || index === undefined ? "–" : `${value.toLocaleString("en")} (round ${rounds[index]})`) },
      { label: "Mean AP", stroke: colour("--accent"), width: 2, points: { show: true, size: 9, fill: colour("--accent") }, value: figure },
      { label: "Interval from", ...hidden },
      { label: "to", ...hidden },
    ],
    hooks: { draw: [(plot) => drawIntervals(plot, values)], ready: [showLegend], setLegend: [showLegend] },
  };
}

function draw() {
  const read = readRows(document.getElementById(container.dataset.table));
  chart?.destroy();
  chart = read.rounds.length ? new uPlot(describe(read), read.values, container) : null;
}

if (container) {
  draw();
  across.hidden = false;
  across.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-across]");
    if (!button) return;
    by = button.dataset.across;
    for (const each of across.children) each.setAttribute("aria-pressed", String(each === button));
    draw();
  });
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  let width = container.clientWidth;
  new ResizeObserver(() => {
    if (container.clientWidth === width) return;
    width = container.clientWidth;
    draw();
  }).observe(container);
}
