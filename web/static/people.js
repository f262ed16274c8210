/* Choosing people in a form: found by typing, taken by keyboard or click, put in order by a button. Without this file
   they are plain boxes to tick. What is sent is what is ticked, in the order it stands on the page. */
(() => {
  "use strict";

  const BOX = "[data-people]";
  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const rows = (box) => [...box.querySelectorAll(".people-offered > li")];
  const shown = (box) => rows(box).filter((row) => !row.hidden);
  const tick = (row) => row.querySelector("input");
  const finder = (box) => box.querySelector(".people-find input");

  const fits = (row, asked) => {
    const words = row.dataset.words;
    return asked.every((part) => words.startsWith(part) || words.includes(` ${part}`)
      || (/[^\x00-\x7f]/.test(part) && words.includes(part)));
  };

  const narrow = (box) => {
    const asked = finder(box).value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows(box)) row.hidden = !fits(row, asked);
    box.querySelector(".people-all").hidden = !asked.length || !shown(box).length;
    const said = box.querySelector(".people-said");
    const chosen = box.querySelectorAll(".people-chosen > li").length;
    said.textContent = asked.length && !shown(box).length
      ? said.dataset.nobody : chosen ? said.dataset.chosen.replace("#", chosen) : "";
  };

  /* Where it was offered, by name: the order in which the page came. */
  const place = (box, row) => {
    if (tick(row).checked) return box.querySelector(".people-chosen").append(row);
    const list = box.querySelector(".people-offered");
    const name = (each) => each.querySelector("label").textContent.trim();
    const next = rows(box).find((each) => each !== row && name(each).localeCompare(name(row)) > 0);
    return list.insertBefore(row, next || null);
  };

  const go = (box, from, step) => {
    const line = [finder(box), ...shown(box).map(tick)];
    const to = line[line.indexOf(from) + step];
    if (to) to.focus();
  };

  const take = (box, row) => {
    tick(row).checked = true;
    tick(row).dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("input", (event) => {
    const box = within(event, BOX);
    if (box && event.target === finder(box)) narrow(box);
  });

  document.addEventListener("change", (event) => {
    const box = within(event, BOX);
    if (!box || !event.target.matches("[type=checkbox]")) return;
    const row = event.target.closest("li");
    const offered = shown(box);
    const next = offered[offered.indexOf(row) + 1];
    const here = document.activeElement === event.target;
    place(box, row);
    if (!shown(box).length) finder(box).value = ""; // the last that fitted was taken: begin anew
    narrow(box);
    if (here) (event.target.checked && next ? tick(next) : finder(box)).focus();
  });

  document.addEventListener("keydown", (event) => {
    const box = within(event, BOX);
    if (!box || event.isComposing || !event.target.matches("input")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      go(box, event.target, step);
    } else if (event.key === "Enter") {
      event.preventDefault(); // never sends the form from here
      const [first] = shown(box);
      if (event.target !== finder(box)) event.target.click();
      else if (finder(box).value.trim() && first) {
        finder(box).value = "";
        take(box, first);
      }
    }
  });

  document.addEventListener("click", (event) => {
    const box = within(event, BOX);
    if (!box) return;
    if (within(event, ".people-all")) {
      const found = shown(box);
      finder(box).value = "";
      for (const row of found) take(box, row);
      finder(box).focus();
    }
    const up = within(event, ".people-up");
    const row = up && up.closest("li");
    if (row && row.previousElementSibling) {
      row.previousElementSibling.before(row);
      up.focus();
      tick(row).dispatchEvent(new Event("input", { bubbles: true })); // the draft hears of it
    }
  });
})();
