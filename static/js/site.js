// A double click is one submit: the button of a form that posts sleeps until the answer is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Later, because a disabled button would not send its own name and value.
  setTimeout(() => setSleeping(form, true));
});

// Back from the next page by the browser's own cache: the forms are as they were left, asleep.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) wake(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.("form[data-sent]")) wake(event.target);
});

// A request without an answer is said aloud, in one place, until the next one works.
const notices = document.getElementById("notices");
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const status = event.detail.xhr?.status;
    const notice = Object.assign(document.createElement("div"), { className: "alert alert-danger mt-3" });
    notice.textContent = status
      ? `The server refused this (${status}). Reload the page and try again.`
      : "The server does not answer. Nothing was lost on this page; try again in a moment.";
    notices?.replaceChildren(notice);
  });
}
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) notices?.replaceChildren();
});

// A text to carry away: <button data-copy="#id-of-the-text">
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  const words = button.querySelector("[data-copy-words]") ?? button;
  const before = words.textContent;
  words.textContent = "Copied";
  setTimeout(() => (words.textContent = before), 2000);
});

function wake(form) {
  delete form.dataset.sent;
  setSleeping(form, false);
}

function setSleeping(form, asleep) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = asleep;
}
