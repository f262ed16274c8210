/* What form fields do beyond plain HTML. Without this file forms still work. */
(() => {
  "use strict";

  const within = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  /* A field others depend on was changed: draw the form anew with what was typed (the server decides what shows). */
  document.addEventListener("change", (event) => {
    if (!within(event, "[data-refresh]")) return;
    const fields = event.target.closest("#form-fields[hx-put]");
    if (fields) fields.dispatchEvent(new CustomEvent("form:refresh"));
  });

  /* A scanner ends with Enter: go on to the next input instead of sending the form. */
  document.addEventListener("keydown", (event) => {
    const scanned = within(event, "#form-fields [data-scan]");
    if (!scanned || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const inputs = [...scanned.form.elements].filter(
      (each) => each.matches("input:not([type=hidden]), select, textarea, button:not(.form-enter):not(.row-remove)")
        && !each.disabled && each.getClientRects().length,
    );
    const next = inputs[inputs.indexOf(scanned) + 1];
    scanned.dispatchEvent(new Event("change", { bubbles: true }));
    if (next) next.focus();
    if (next && next.select) next.select();
  });

  /* A second typing is typed. */
  for (const kind of ["paste", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (within(event, "[data-no-paste]")) event.preventDefault();
    });
  }

  /* Passwords and files never travel with a draft, whoever saves it. */
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    if (request.method !== "PUT") return;
    for (const secret of document.querySelectorAll("#form-fields [data-secret], #form-fields input[type=file]")) {
      request.body.delete(secret.name);
    }
  });
})();
