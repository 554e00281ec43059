// JSON to our own server, and what it said: never an exception, since a lost network is nothing rare.
const PATIENCE = 15000; // ms for one answer of the server

/** Status 0 where the server was not reached; `said` is null where it did not speak JSON (a hotel's sign-in page, say). */
export async function postJson(address, body) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    // Signing in again, in another tab, draws a new token: the page's own is then too old.
    "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "",
  };
  try {
    const sent = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) };
    const response = await fetch(address, sent);
    const text = await response.text();
    return { status: response.status, said: parsed(text) };
  } catch (error) {
    return { status: 0, said: { detail: error.message } };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
