// A page for two readers: keys to leaf, and away with the page when the house is no longer heard.
"use strict";

(() => {
  const silence = 3;  // beats without an answer
  const page = document.getElementById("page-image");
  const time = () => document.getElementById("reading-time");
  let heard = Date.now();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found || event.repeat) return;
    event.preventDefault();
    found.click();
  });

  if (page?.dataset.kept) page.addEventListener("contextmenu", (event) => event.preventDefault());

  new MutationObserver(() => { heard = Date.now(); }).observe(document.getElementById("content"), { childList: true, subtree: true });
  setInterval(() => {
    const beat = Number(time()?.dataset.beat || 15);
    if (page && Date.now() - heard > silence * beat * 1000) page.replaceChildren();
  }, 5000);
})();
