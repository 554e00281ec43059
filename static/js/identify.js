// A photograph chosen, dropped or pasted: its size is looked at before it travels, and it is shown before it is sent.
const form = document.querySelector(".identify");
if (form) {
  const drop = form.querySelector("#drop");
  const input = form.querySelector("#photograph");
  const preview = form.querySelector(".drop-preview");
  const problem = form.querySelector("#problem");
  const most = Number(form.dataset.most);

  const look = () => {
    const [file] = input.files;
    URL.revokeObjectURL(preview.src);
    const megabytes = file ? (file.size / 2 ** 20).toFixed(1) : "";
    problem.textContent =
      file?.size > most ? `The file has ${megabytes} MB, and at most ${most / 2 ** 20} MB are taken. Choose a smaller copy.`
      : file?.size === 0 ? "The file is empty (0 bytes). Choose the original again."
      : "";
    input.setCustomValidity(problem.textContent);
    preview.hidden = !file || problem.textContent !== "";
    if (!preview.hidden) preview.src = URL.createObjectURL(file);
  };
  const take = (files) => {
    if (!files?.length) return;
    const first = new DataTransfer();
    first.items.add(files[0]);
    input.files = first.files;
    look();
  };

  input.addEventListener("change", look);
  preview.addEventListener("error", () => (preview.hidden = true)); // a TIFF: the server reads it, the browser does not
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("drop-over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("drop-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("drop-over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData?.files));
}
