// Keys of the pages people live in: "g" and a letter goes to a page, "?" shows what the keys do. ("/" is the shell's.)
// A page adds keys of its own: it hears "juanliu:key" on the document and prevents its default when it has used the key.
"use strict";

(() => {
  const PLACES = { i: "/inbox", c: "/cases", p: "/packs", d: "/dossiers", t: "/day" };
  const CHORD_MS = 1200;
  const FOLDS = { m: "comment", s: "follow-up", r: "urge" };
  const BUTTONS = { c: "[data-act=claim]", u: "[data-act=release]" };
  let chordUntil = 0;
  let early = window.htmx ? [] : null;   // keys pressed before htmx has bound the page's buttons; null from then on

  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  function goTo(letter) {
    chordUntil = 0;
    if (!PLACES[letter]) return false;
    location.assign(PLACES[letter]);
    return true;
  }

  function fold(target) {              // Escape closes what a key has opened
    const open = target.closest("#around details[open]");
    if (!open) return false;
    open.open = false;
    open.firstElementChild.focus();
    return true;
  }

  function help() {
    const dialog = document.getElementById("keys-help");
    dialog?.showModal();
    return Boolean(dialog);
  }

  function unfold(name) {
    const fold = name && document.querySelector(`#task details[data-fold="${name}"]`);
    if (!fold) return false;
    fold.open = true;
    (fold.querySelector("form :is(input:not([type=hidden]), textarea, button)") ?? fold.firstElementChild).focus();
    return true;
  }

  function used(key) {
    if (Date.now() < chordUntil) return goTo(key);
    if (key === "g") { chordUntil = Date.now() + CHORD_MS; return true; }
    if (key === "?") return help();
    if (!document.dispatchEvent(new CustomEvent("juanliu:key", { detail: { key }, cancelable: true }))) return true;
    if (unfold(FOLDS[key])) return true;
    const button = BUTTONS[key] && document.querySelector(`#task ${BUTTONS[key]}`);
    button?.click();
    return Boolean(button);
  }

  document.addEventListener("htmx:after:process", () => {
    const pressed = early ?? [];
    early = null;
    pressed.forEach(used);
  }, { once: true });

  document.addEventListener("keydown", (event) => {   // Ctrl and Enter sends the form of a field of several lines
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (event.target.matches("textarea") && event.target.form) event.target.form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Escape" && fold(event.target)) return;
    if (early && event.key.length === 1) early.push(event.key);
    else if (!used(event.key)) return;
    event.preventDefault();
  });
})();
