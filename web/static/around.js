// Around a task: phrases put into the opinion, colleagues into a comment, signatures drawn. Every page works without it.
"use strict";

(() => {
  const INK = 2.5;   // width of a line, in pixels of the page
  const opinion = () => document.querySelector("#task-form [name=opinion]");

  function insert(field, text) {
    const [from, to] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    field.setRangeText(text, from, to, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // phrases belong to the field `opinion` of the form, and stand below it
  let box = null;   // kept: a form drawn anew would lose it
  function placePhrases() {
    const field = opinion();
    box = document.getElementById("phrases") ?? box;
    if (!box) return;
    box.hidden = !field;
    if (field && box.previousElementSibling !== field) field.after(box);
  }

  function draw(pad) {
    if (pad.dataset.ready !== undefined) return;
    pad.dataset.ready = "";
    const [canvas, kept] = [pad.querySelector("canvas"), pad.querySelector("input")];
    const fallback = pad.parentElement.querySelector("[data-drawn-fallback]");
    const ink = canvas.getContext("2d");
    let last = null;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    const clear = () => { ink.clearRect(0, 0, canvas.width, canvas.height); kept.value = ""; };
    pad.hidden = false;
    fallback.hidden = true;
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = at(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = at(event);
      ink.lineWidth = INK * canvas.width / canvas.getBoundingClientRect().width;
      ink.lineCap = "round";
      ink.strokeStyle = "#111";
      ink.beginPath();
      ink.moveTo(...last);
      ink.lineTo(...next);
      ink.stroke();
      last = next;
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => {
      if (last) kept.value = canvas.toDataURL("image/png");
      last = null;
    });
    pad.querySelector("[data-drawn-clear]").addEventListener("click", clear);
    pad.querySelector("[data-drawn-password]").addEventListener("click", () => {
      clear();
      pad.hidden = true;
      fallback.hidden = false;
      fallback.querySelector("input").focus();
    });
  }

  function ready() {
    placePhrases();
    document.querySelectorAll(".drawn[data-drawn]").forEach(draw);   // a diagram says data-drawn, too
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const field = button.dataset.into ? document.querySelector(button.dataset.into) : opinion();
    if (field) insert(field, button.dataset.insert);
  });
  document.addEventListener("keydown", (event) => {   // Alt and a digit: that phrase
    const digit = /^Digit([1-9])$/.exec(event.code);
    const button = event.altKey && !event.ctrlKey && digit && document.querySelector(`#phrases [data-number="${digit[1]}"]`);
    if (!button || !opinion()) return;
    event.preventDefault();
    button.click();
  });
  document.addEventListener("htmx:after:swap", ready);
  ready();
})();
