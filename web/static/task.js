// One task: after each swap the cursor stands where the next work is.
"use strict";

(() => {
  const WIDE = matchMedia("(min-width: 1001px)");   // on a phone the matter is read first, and no keyboard comes up
  const FIRST = "#task-form :is(input:not([type=hidden]), select, textarea):not(:disabled, [readonly])";

  // What waits for a correction can be filled in, but not decided (the server would refuse it, too).
  function waiting() {
    const why = document.querySelector("#task .awaited p");
    if (why) why.id = "awaited";
    for (const each of why ? document.querySelectorAll("#task-form :is(.actions, .form-buttons) button") : []) {
      each.disabled = true;
      each.setAttribute("aria-describedby", why.id);
    }
  }

  function begin() {
    const free = document.activeElement === document.body || !document.activeElement?.isConnected;
    if (WIDE.matches && free) document.querySelector(FIRST)?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:after:swap", () => {
    waiting();
    const next = document.querySelector("[data-next]");
    if (next) { next.focus(); return; }
    const wrong = document.querySelector("#task [aria-invalid=true]");
    if (!wrong) begin();
    else if (!document.activeElement?.closest("#task-form")) wrong.focus();
  });
  waiting();
  begin();
})();
