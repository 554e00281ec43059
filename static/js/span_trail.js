// The texts that this tab has shown, so that “back” leads to the one before, also after it left the queue.
const NAME = "coinsite-texts";

function trail() {
  return JSON.parse(sessionStorage.getItem(NAME) ?? "[]");
}

export function rememberText(id) {
  const seen = trail();
  const at = seen.indexOf(id);
  const now = at >= 0 ? seen.slice(0, at + 1) : [...seen, id];
  sessionStorage.setItem(NAME, JSON.stringify(now.slice(-100)));
}

export function previousText(id) {
  const seen = trail();
  return seen[seen.indexOf(id) - 1];
}
