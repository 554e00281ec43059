// Draws the figures of a table as line charts: one chart per group of columns. The table is the only source, so that
// chart and table never disagree; it is drawn again when htmx brings a longer one, and when the theme changes.
import uPlot from "../vendor/uplot/uPlot.esm.js";

const TITLES = { loss: "Loss (lower is better)", score: "Score, 0 to 1 (higher is better)" };
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const HEIGHT = 240;
let charts = [];

function readTable(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell) => ({ label: cell.textContent, group: cell.dataset.group }));
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => parseFloat(cell.textContent)));
  const whole = rows.filter((row) => row.length === columns.length && !Number.isNaN(row[0]));
  return { columns, values: columns.map((_, place) => whole.map((row) => (Number.isNaN(row[place]) ? null : row[place]))) };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function describe(group, members, container) {
  const strokes = [colour("--accent"), colour("--model"), colour("--text"), colour("--bs-body-color")];
  const axis = { stroke: colour("--bs-secondary-color"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return {
    title: TITLES[group] ?? group,
    width: Math.max(240, container.clientWidth),
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false }, y: group === "score" ? { range: [0, 1] } : {} },
    axes: [
      { ...axis, label: "Epoch", labelSize: 22, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      { ...axis, size: 52 },
    ],
    series: [
      { label: "Epoch" },
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
  const { columns, values } = readTable(table);
  for (const chart of charts) chart.destroy();
  charts = [];
  if (!values[0]?.length) return;
  const groups = new Set(columns.map((column) => column.group).filter(Boolean));
  const boxes = [...groups].map((group) => boxFor(container, group));
  [...groups].forEach((group, place) => {
    const members = columns.filter((column) => column.group === group);
    const lines = [values[0], ...columns.flatMap((column, index) => (column.group === group ? [values[index]] : []))];
    charts.push(new uPlot(describe(group, members, boxes[place]), lines, boxes[place]));
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
