// Choosing where to in the diagram instead of the list: a click on an element the list offers chooses it.
"use strict";

(() => {
  const frame = document.querySelector("[data-chooses]");
  const select = frame && document.querySelector(frame.dataset.chooses);
  if (!select) return;
  const offered = () => new Set([...select.options].map((option) => option.value).filter(Boolean));

  function mark() {
    const ids = offered();
    for (const drawn of frame.querySelectorAll("g.djs-element")) {
      drawn.classList.toggle("choosable", ids.has(drawn.dataset.elementId));
      drawn.classList.toggle("target", Boolean(select.value) && drawn.dataset.elementId === select.value);
    }
  }

  frame.addEventListener("click", (event) => {
    const id = event.target.closest("g.djs-element")?.dataset.elementId;
    if (!offered().has(id)) return;
    select.value = id;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  select.addEventListener("change", mark);
  new MutationObserver((_changes, watch) => {
    if (frame.dataset.drawn) { watch.disconnect(); mark(); }
  }).observe(frame, { attributes: true });
  if (frame.dataset.drawn) mark();
})();
