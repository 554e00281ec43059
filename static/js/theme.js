// Loaded before the first paint, so that the page is never shown in the wrong colours.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // storage is forbidden: follow the system
    }
  };
  const apply = (choice) => {
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  apply(stored());
  system.addEventListener("change", () => apply(stored()));
  window.addEventListener("storage", () => apply(stored())); // chosen in another tab

  document.addEventListener("DOMContentLoaded", () => {
    for (const menu of document.querySelectorAll(".theme-switch")) menu.hidden = false;
    apply(stored());
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (!choice) return;
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // storage is forbidden: the choice lasts for this page
    }
    apply(choice);
  });
})();
