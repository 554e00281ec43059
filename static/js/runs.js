// Two things that pages of long work need: to ask before a model is published, and to show how far an upload is.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  const dialog = document.getElementById(form.dataset.confirm);
  const ask = (event) => {
    if (dialog.returnValue === "yes") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog.returnValue = "";
    dialog.showModal();
  };
  form.addEventListener("submit", ask);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") form.requestSubmit();
  });
}

const upload = document.querySelector("form[data-upload]");
if (upload) {
  const shown = document.getElementById("upload-progress");
  const words = shown.querySelector("[data-words]");
  const bar = shown.querySelector("progress");
  let began = 0;
  upload.addEventListener("htmx:xhr:loadstart", () => {
    shown.hidden = false;
    began = performance.now();
  });
  upload.addEventListener("htmx:xhr:progress", ({ detail }) => {
    if (!detail.lengthComputable || !detail.total) return;
    bar.max = detail.total;
    bar.value = detail.loaded;
    const seconds = (performance.now() - began) / 1000;
    const rate = detail.loaded / Math.max(seconds, 0.1);
    const left = Math.round((detail.total - detail.loaded) / rate);
    words.textContent =
      detail.loaded < detail.total
        ? `${megabytes(detail.loaded)} of ${megabytes(detail.total)} MB sent · ${megabytes(rate)} MB per second · ${left} s left`
        : "All sent; the file is being unpacked";
  });
  upload.addEventListener("htmx:afterRequest", ({ detail }) => {
    // A refusal comes as a page with status 200; only an import that began leads elsewhere.
    if (detail.xhr.status) shown.hidden = !detail.xhr.getResponseHeader("HX-Redirect");
    else words.textContent = "The connection was lost. Send the file again.";
  });
  // What the file's name ends in says most of the time what it is written in.
  upload.addEventListener("change", ({ target }) => {
    const name = target.files?.[0]?.name.toLowerCase();
    const fits = (radio) => name && radio.dataset.suffixes.split(" ").some((suffix) => name.endsWith(suffix));
    const radio = [...upload.querySelectorAll("[data-suffixes]")].find(fits);
    if (radio) radio.checked = true;
  });
}

function megabytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
