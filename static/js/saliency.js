// Lays a grey map (white: counts most) over a coin in colour. The slider changes how strongly it covers the picture.
// Colours after the map "inferno" (van der Walt and Smith, 2015): brightness grows evenly, also for the colour-blind.
const STOPS = [[0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]];

function colourOf(value) {
  const place = Math.min(value, 0.9999) * (STOPS.length - 1);
  const from = Math.floor(place);
  return STOPS[from].map((channel, index) => channel + (place - from) * (STOPS[from + 1][index] - channel));
}

function paintScale(canvas) {
  const context = canvas.getContext("2d");
  for (let x = 0; x < canvas.width; x++) {
    context.fillStyle = `rgb(${colourOf(x / (canvas.width - 1)).map(Math.round).join(" ")})`;
    context.fillRect(x, 0, 1, 1);
  }
}

async function paintMap(figure) {
  const canvas = figure.querySelector("canvas");
  const grey = new Image();
  grey.src = figure.dataset.saliency;
  await grey.decode();
  canvas.width = grey.naturalWidth;
  canvas.height = grey.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(grey, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const value = pixels.data[at] / 255;
    const [red, green, blue] = colourOf(value);
    // what counts little stays clear, so that the coin is still seen
    pixels.data.set([red, green, blue, 255 * Math.min(1, 0.15 + 1.1 * value)], at);
  }
  context.putImageData(pixels, 0, 0);
}

function wake(root) {
  for (const figure of root.querySelectorAll("[data-saliency]:not([data-awake])")) {
    figure.dataset.awake = "";
    const box = figure.parentElement;
    const strength = box.querySelector("[data-strength]");
    const overlay = figure.querySelector("canvas");
    const cover = () => (overlay.style.opacity = strength.value / 100);
    strength.addEventListener("input", cover);
    cover();
    paintScale(box.querySelector("[data-scale]"));
    paintMap(figure).catch(() => figure.insertAdjacentHTML("afterend", '<p role="alert">The map could not be loaded. Reload the page.</p>'));
  }
}

document.body.addEventListener("htmx:afterSettle", () => wake(document));
wake(document);
