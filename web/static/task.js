// One task: fields that appear when others change, rows added and removed, and the cursor where the next work is.
"use strict";

(() => {
  const fields = () => document.getElementById("form-fields");
  const refresh = () => { const target = fields(); if (target) htmx.trigger(target, "form:refresh"); };

  // A field on which others depend asks for the form anew (it saves the draft on the way).
  document.addEventListener("change", (event) => {
    if (event.target.matches("#form-fields [data-refresh]")) refresh();
  });

  // What is already in an input and only then focused goes on being typed: a morph keeps it. A swapped task shows its problem first.
  document.addEventListener("htmx:after:swap", () => {
    const next = document.querySelector("[data-next]");
    if (next) { next.focus(); return; }
    const wrong = document.querySelector("#task [aria-invalid=true]");
    if (wrong && !document.activeElement?.closest("#task-form")) wrong.focus();
  });
})();
