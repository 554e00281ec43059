// Draws the figures of a table as line charts: one chart per group of columns. The table is the only source, so that
// chart and table never disagree; it is drawn again when htmx brings a longer one, and when the theme changes.
// Where each concept has a network of its own, the networks stand one after the other with a gap between them.
import uPlot from "../vendor/uplot/uPlot.esm.js";

const TITLES = { loss: "Loss (lower is better)", score: "Score, 0 to 1 (higher is better)" };
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const HEIGHT = 240;
const LETTER = 7; // px, about
let charts = [];

function readTable(table) {
  const columns = [...table.querySelectorAll("thead [data-key]")].map((cell) => ({ label: cell.textContent, group: cell.dataset.group }));
  const points = [];
  let before = 0;
  for (const row of table.tBodies[0].rows) {
    const values = [...row.querySelectorAll("td.number")].map((cell) => parseFloat(cell.textContent));
    if (values.length !== columns.length || Number.isNaN(values[0])) continue;
    const network = row.querySelector("th")?.textContent ?? "";
    const last = points.at(-1);
    if (last && last.network !== network) {
      before = last.place + 1;
      points.push({ place: before, network: "", values: [] });
    }
    points.push({ place: before + values[0], network, values });
  }
  return { columns, points };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Below each network its name, as far as there is room; below a single one the numbers of its epochs.
function horizontal(points, width) {
  const networks = points.filter((point, index) => point.network && points[index - 1]?.network !== point.network);
  if (!networks.length) return { label: "Epoch", incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] };
  const letters = Math.floor(width / networks.length / LETTER);
  const short = (name) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name);
  const middles = networks.map(({ network }) => {
    const places = points.filter((point) => point.network === network).map((point) => point.place);
    return (places[0] + places.at(-1)) / 2;
  });
  const names = networks.map(({ network }) => (letters > 2 ? short(network) : ""));
  return { label: "Epochs of each network in turn", splits: () => middles, values: () => names, grid: { show: false } };
}

function say(point) {
  if (!point?.values.length) return "–";
  return point.network ? `${point.network}, ${point.values[0]}` : `${point.values[0]}`;
}

function describe(group, members, container, points) {
  const strokes = [colour("--accent"), colour("--model"), colour("--text"), colour("--bs-body-color")];
  const axis = { stroke: colour("--bs-secondary-color"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const width = Math.max(240, container.clientWidth);
  return {
    title: TITLES[group] ?? group,
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false }, y: group === "score" ? { range: [0, 1] } : {} },
    axes: [
      { ...axis, labelSize: 22, size: 34, ...horizontal(points, width - 52) },
      { ...axis, size: 52 },
    ],
    series: [
      { label: "Epoch", value: (_, place) => say(points.find((point) => point.place === place)) },
      ...members.map((column, place) => ({
        label: column.label,
        stroke: strokes[place % strokes.length],
        dash: DASHES[place % DASHES.length],
        width: 2,
        points: { show: true, size: 5 },
        value: (_, value) => (value === null ? "–" : value.toFixed(4)),
      })),
    ],
  };
}

function draw(container, table) {
  const { columns, points } = readTable(table);
  for (const chart of charts) chart.destroy();
  charts = [];
  if (!points.length) return;
  const places = points.map((point) => point.place);
  const groups = new Set(columns.map((column) => column.group).filter(Boolean));
  const boxes = [...groups].map((group) => boxFor(container, group));
  [...groups].forEach((group, place) => {
    const members = columns.flatMap((column, index) => (column.group === group ? [{ ...column, index }] : []));
    const lines = members.map(({ index }) => points.map(({ values }) => (Number.isFinite(values[index]) ? values[index] : null)));
    charts.push(new uPlot(describe(group, members, boxes[place], points), [places, ...lines], boxes[place]));
  });
}

function boxFor(container, group) {
  const found = container.querySelector(`[data-group="${group}"]`);
  if (found) return found;
  const box = document.createElement("div");
  box.className = "chart";
  box.dataset.group = group;
  container.append(box);
  return box;
}

const container = document.getElementById("charts");
if (container) {
  const redraw = () => draw(container, document.getElementById(container.dataset.table));
  redraw();
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === container.dataset.table) redraw();
  });
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  let width = container.clientWidth;
  new ResizeObserver(() => {
    if (container.clientWidth === width) return;
    width = container.clientWidth;
    redraw();
  }).observe(container);
}
