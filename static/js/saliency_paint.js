// Colours of a map of what speaks for a concept, after the map "inferno" (van der Walt and Smith, 2015): brightness
// grows evenly, also for the colour-blind.
const STOPS = [[0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]];

export function colourOf(value) {
  const place = Math.min(value, 0.9999) * (STOPS.length - 1);
  const from = Math.floor(place);
  return STOPS[from].map((channel, index) => channel + (place - from) * (STOPS[from + 1][index] - channel));
}

/** A loaded grey map (white: counts most) in colours; what counts little stays clear, unless it stands `alone`. */
export function paint(canvas, grey, alone = false) {
  canvas.width = grey.naturalWidth;
  canvas.height = grey.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(grey, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const value = pixels.data[at] / 255;
    const [red, green, blue] = colourOf(value);
    pixels.data.set([red, green, blue, alone ? 255 : 255 * Math.min(1, 0.1 + 1.15 * value)], at);
  }
  context.putImageData(pixels, 0, 0);
}
