// Lays a grey map (white: counts most) over a coin in colour.
import { colourOf, paint } from "./saliency_paint.js";

function paintScale(canvas) {
  const context = canvas.getContext("2d");
  for (let x = 0; x < canvas.width; x++) {
    context.fillStyle = `rgb(${colourOf(x / (canvas.width - 1)).map(Math.round).join(" ")})`;
    context.fillRect(x, 0, 1, 1);
  }
}

function paintMap(figure, alone) {
  paint(figure.querySelector("canvas"), figure.querySelector(".saliency-grey"), alone);
  figure.dataset.painted = "";
}

function apply(group) {
  const { show, boxes } = group.dataset;
  for (const link of group.querySelectorAll("[data-show-link]")) {
    const chosen = link.dataset.showLink === show;
    link.classList.toggle("active", chosen);
    chosen ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
  const toggle = group.querySelector("[data-boxes-link]");
  toggle?.classList.toggle("active", boxes === "yes");
  toggle?.setAttribute("aria-pressed", String(boxes === "yes"));
  const strength = group.querySelector("[data-strength]");
  for (const figure of group.querySelectorAll("[data-saliency]")) {
    const alone = show === "map";
    figure.querySelector("canvas").style.opacity = alone ? 1 : (strength?.value ?? 70) / 100;
    const grey = figure.querySelector(".saliency-grey");
    grey.decode().then(() => paintMap(figure, alone), () => tellOf(figure));
  }
}

function tellOf(figure) {
  if (figure.nextElementSibling?.matches("[data-broken]")) return;
  figure.insertAdjacentHTML("afterend", '<p role="alert" data-broken>The map could not be loaded. Reload the page.</p>');
}

function keepAddress(group) {
  if (!("keepAddress" in group.dataset)) return;
  const address = new URL(location.href);
  const { show, boxes } = group.dataset;
  const chosen = { show: show === "overlay" ? "" : show, boxes: boxes === "yes" ? "" : "no" };
  const strength = group.querySelector("[data-strength]").value;
  for (const [name, value] of Object.entries({ ...chosen, strength: strength === "70" ? "" : strength })) {
    value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
}

function change(group, changed) {
  Object.assign(group.dataset, changed);
  apply(group);
  keepAddress(group);
}

function wake() {
  for (const group of document.querySelectorAll("[data-saliency-group]")) {
    if (!("awake" in group.dataset)) {
      group.dataset.awake = "";
      const scale = group.querySelector("[data-scale]");
      if (scale) paintScale(scale);
    }
    if (group.querySelector("[data-saliency]:not([data-painted])")) apply(group);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-show-link], [data-boxes-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const group = link.closest("[data-saliency-group]");
  const boxes = group.dataset.boxes === "yes" ? "no" : "yes";
  change(group, link.dataset.showLink ? { show: link.dataset.showLink } : { boxes });
});
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-strength]")) return;
  const strength = event.target.value / 100;
  const group = event.target.closest("[data-saliency-group]");
  for (const canvas of group.querySelectorAll("[data-saliency] canvas")) {
    if (group.dataset.show !== "map") canvas.style.opacity = strength;
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-strength]")) keepAddress(event.target.closest("[data-saliency-group]"));
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("select, textarea, dialog, input:not([type=range])");
  if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = { o: '[data-show-link="overlay"]', m: '[data-show-link="map"]', p: '[data-show-link="picture"]', b: "[data-boxes-link]" };
  const wanted = links[event.key.toLowerCase()];
  if (!wanted) return;
  for (const link of document.querySelectorAll(`[data-saliency-group] ${wanted}`)) link.click();
});
document.body.addEventListener("htmx:afterSettle", wake);
wake();
