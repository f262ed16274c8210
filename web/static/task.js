// One task: after each swap the cursor stands where the next work is.
"use strict";

(() => {
  document.addEventListener("htmx:after:swap", () => {
    const next = document.querySelector("[data-next]");
    if (next) { next.focus(); return; }
    const wrong = document.querySelector("#task [aria-invalid=true]");
    if (wrong && !document.activeElement?.closest("#task-form")) wrong.focus();
  });
})();
