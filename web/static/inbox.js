// The inbox: rows by keyboard, a selection that outlives every refresh, and a list that keeps itself fresh.
// The server renders all; this file only moves focus, ticks boxes and asks again.
"use strict";

(() => {
  const list = document.getElementById("inbox");
  if (!list) return;

  const REFRESH_MS = 4000;              // asking by itself, where no news come
  const SELDOM_MS = 60000;              // and where they do: what no news tell of, like the clock
  const SILENCE_MS = 12000;             // without a beat for so long the line is dead, or something holds it back
  const AGAIN_MS = 300000;              // then it is tried again
  const SETTLE_MS = 300;                // news that come together are answered together
  const chosen = new Set();
  let asking = false;
  let etag = "";

  // ---- the selection ----------------------------------------------------------------------------------------------
  const boxes = () => [...list.querySelectorAll("input[name=task]")];

  function showSelection() {
    const here = boxes();
    const present = new Set(here.map((box) => box.value));
    for (const id of [...chosen]) if (!present.has(id)) chosen.delete(id);
    for (const box of here) {
      box.checked = chosen.has(box.value);
      box.closest("tr").classList.toggle("chosen", box.checked);
    }
    const all = list.querySelector("#choose-all");
    if (all) {
      all.checked = here.length > 0 && chosen.size === here.length;
      all.indeterminate = chosen.size > 0 && chosen.size < here.length;
    }
    const bar = list.querySelector("#bulk-bar");
    if (bar) {
      bar.dataset.chosen = String(chosen.size);
      bar.querySelector("output").textContent = String(chosen.size);
      for (const button of bar.querySelectorAll("button[form]")) button.disabled = chosen.size === 0;
    }
  }

  function choose(box, on) {
    if (on) chosen.add(box.value); else chosen.delete(box.value);
    showSelection();
  }

  list.addEventListener("change", (event) => {
    if (event.target.id === "choose-all") {
      for (const box of boxes()) if (event.target.checked) chosen.add(box.value); else chosen.delete(box.value);
      showSelection();
    } else if (event.target.name === "task") {
      choose(event.target, event.target.checked);
    }
  });

  // ---- the row under the keyboard ---------------------------------------------------------------------------------
  const rows = () => [...list.querySelectorAll("tr[data-task]")];
  let place = -1;                       // index of the current row, so that a row that vanished leaves its neighbour
  let current = null;                   // its task id

  function mark() {
    for (const row of rows()) row.classList.toggle("current", row.dataset.task === current);
  }

  function stand(index, focus = true) {
    const all = rows();
    if (all.length === 0) { place = -1; current = null; return; }
    place = Math.max(0, Math.min(index, all.length - 1));
    current = all[place].dataset.task;
    mark();
    if (focus) all[place].querySelector("th a.open").focus({ preventScroll: true });
    all[place].scrollIntoView({ block: "nearest" });
  }

  function row() {
    return rows().find((candidate) => candidate.dataset.task === current);
  }

  list.addEventListener("focusin", (event) => {
    const inside = event.target.closest("tr[data-task]");
    if (!inside) return;
    current = inside.dataset.task;
    place = rows().indexOf(inside);
    mark();
  });

  const press = (selector) => { const button = row()?.querySelector(selector); button?.click(); return Boolean(button); };

  const KEYS = {
    j: () => { stand(place + 1); return true; },
    k: () => { stand(place < 0 ? 0 : place - 1); return true; },
    c: () => press("[data-act=claim]"),
    u: () => press("[data-act=release]"),
    o: () => press("[data-act=open]"),
    x: () => { const box = row()?.querySelector("input[name=task]"); if (box) choose(box, !box.checked); return Boolean(box); },
    v: () => {
      const more = document.querySelector("details.asked-more");
      if (more) more.open = true;
      more?.querySelector("[name=variable]").focus();
      return Boolean(more);
    },
    Enter: () => {
      if (document.activeElement && document.activeElement !== document.body) return false;   // the focused thing answers
      return press("th a.open");
    },
  };

  document.addEventListener("juanliu:key", (event) => {
    const key = KEYS[event.detail.key];
    if (key && key()) event.preventDefault();
  });

  const keep = document.querySelector("#list-asked .keep");   // Enter behind a name keeps the list; the form itself shows it
  keep?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.name !== "name") return;
    event.preventDefault();
    event.target.form.requestSubmit(keep.querySelector("button"));
  });

  // ---- fresh without a hand on it ---------------------------------------------------------------------------------
  function busy() {
    const active = document.activeElement;
    const writing = active && list.contains(active) && active.matches("input[type=search], input[type=text], select");
    return asking || document.hidden || writing || document.querySelector("dialog[open]") !== null;
  }

  async function refresh() {
    asking = true;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      await htmx.ajax("GET", location.pathname + location.search, { source: "#inbox", target: "#inbox", swap: "innerMorph", headers });
    } finally {
      asking = false;
    }
  }

  document.body.addEventListener("inbox-changed", refresh);
  let askedAt = Date.now();
  let heardAt = 0;                      // when the line last gave a sign; 0: there is none
  let source = null;
  let settling = 0;

  const hears = () => source !== null && Date.now() - heardAt < SILENCE_MS;

  function ask() {
    clearTimeout(settling);
    settling = 0;
    if (busy()) { askedAt = 0; return; }               // at the next look
    askedAt = Date.now();
    refresh();
  }

  function concerns(news) {
    if (news.mine || news.all) return true;
    const shown = new Set([...list.querySelectorAll("tr[data-case]")].map((each) => Number(each.dataset.case)));
    return news.cases.some((id) => shown.has(id));
  }

  function listen() {
    if (!window.EventSource) return;
    source = new EventSource("/inbox/events");
    source.addEventListener("beat", () => { heardAt = Date.now(); });
    source.addEventListener("news", (event) => {
      heardAt = Date.now();
      if (concerns(JSON.parse(event.data)) && !settling) settling = setTimeout(ask, SETTLE_MS);
    });
    source.addEventListener("error", () => {
      heardAt = 0;
      if (source.readyState === EventSource.CLOSED) hangUp();   // no room, no source, signed out
      else ask();                                               // it comes again by itself; what was missed is asked for
    });
    setTimeout(() => { if (!hears()) hangUp(); }, SILENCE_MS);
  }

  function hangUp() {
    source?.close();
    source = null;
    heardAt = 0;
  }

  setInterval(() => {
    if (source !== null && heardAt && !hears()) hangUp();
    if (Date.now() - askedAt >= (hears() ? SELDOM_MS : REFRESH_MS)) ask();
    list.dataset.live = hears() ? "news" : "asking";
  }, 1000);
  setInterval(() => { if (source === null && !document.hidden) listen(); }, AGAIN_MS);
  window.addEventListener("pagehide", hangUp);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { if (source === null) listen(); ask(); } });
  listen();

  // The count in the navigation says what the tab says.
  function showCount() {
    const here = list.querySelector("[data-view=mine] .count");
    const above = document.querySelector(".top nav a[aria-current] .count");
    if (here && above) above.textContent = here.textContent;
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const ctx = event.detail?.ctx;
    if (ctx?.target === list) etag = ctx.response?.headers?.get("ETag") ?? "";
    showSelection();
    showCount();
    if (current !== null && !row()) stand(place, document.activeElement === document.body);
    mark();
  });

  showSelection();
})();
