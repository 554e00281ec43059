// Decisions an hour in this sitting. A gap of more than two minutes is a pause, and counts as two minutes.
const PLACE = "coinsite-pace";
const LONGEST_GAP = 120000; // ms
const SHORTEST = 60000; // ms of work before it means anything

const shown = document.querySelector("#pace");

export function startPace() {
  const kept = read();
  write({ count: 0, active: 0, ...kept, last: Date.now() });
}

/** `count` decisions more; fewer where a page was taken back. */
export function addToPace(count) {
  const { count: before, active, last } = read();
  const now = Date.now();
  write({ count: Math.max(0, before + count), active: active + Math.min(now - last, LONGEST_GAP), last: now });
}

function read() {
  return JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
}

function write(pace) {
  sessionStorage.setItem(PLACE, JSON.stringify(pace));
  if (!pace.count || pace.active < SHORTEST) return (shown.textContent = "");
  const hourly = Math.round(pace.count / (pace.active / 3600000));
  shown.textContent = ` · ${hourly.toLocaleString("en-GB")} decisions an hour`;
}
