// The keys of quality control: whatever carries data-key is pressed by it; "x" changes the image a defect is of.
// Nearer, the two images are looked at in the same place.
"use strict";

(() => {
  const near = document.getElementById("near");
  const frames = [...document.querySelectorAll(".pane .frame")];

  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select");

  function otherImage() {
    const kinds = [...document.querySelectorAll("input[name=kind]")];
    const next = kinds[(kinds.findIndex((kind) => kind.checked) + 1) % kinds.length];
    if (next) next.checked = true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
    if (event.key === "x") { otherImage(); event.preventDefault(); return; }
    if (event.key === " " && event.target.closest("button, a, input")) return;   // it presses what has the focus
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    event.preventDefault();
    if (!event.repeat) found.click();
  });

  near?.addEventListener("click", () => {
    const pressed = document.body.classList.toggle("near");
    near.setAttribute("aria-pressed", String(pressed));
  });

  for (const frame of frames) {
    frame.addEventListener("scroll", () => {
      const other = frames.find((each) => each !== frame);
      if (!other || !document.body.classList.contains("near")) return;
      if (Math.abs(other.scrollTop - frame.scrollTop) > 1) other.scrollTop = frame.scrollTop;
      if (Math.abs(other.scrollLeft - frame.scrollLeft) > 1) other.scrollLeft = frame.scrollLeft;
    });
  }
})();
