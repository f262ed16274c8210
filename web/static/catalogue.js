// The catalogue as a sheet. Cells are inputs; the server checks while one types and saves the rows whole.
"use strict";

(() => {
  const sheet = document.querySelector("#sheet");
  const body = sheet.tBodies[0];
  const words = sheet.dataset;
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
  const fields = ["code", "name", "formed", "pages", "copy", "note"];
  const blank = document.querySelector("#blank-row");
  const status = document.querySelector("#said");
  let asked = 0, pending = null, dragged = null;

  const rows = () => [...body.rows].filter((row) => !row.classList.contains("differs"));
  const input = (row, field) => row.querySelector(`[name=${field}]`);
  const rowOf = (element) => element.closest("tr");

  function valueOf(row) {
    const told = { struck: row.dataset.struck || "" };
    for (const field of fields) told[field] = field === "copy" ? input(row, field).checked : input(row, field).value;
    if (row.dataset.id) Object.assign(told, { id: Number(row.dataset.id), revision: Number(row.dataset.revision) });
    return told;
  }

  function fill(row, value) {
    for (const field of fields) {
      if (field === "copy") input(row, field).checked = Boolean(value.copy);
      else if (value[field] !== undefined) input(row, field).value = value[field];
    }
    if (value.id) Object.assign(row.dataset, { id: value.id, revision: value.revision });
    if (value.seq !== undefined) row.querySelector(".seq").textContent = value.seq;
    return row;
  }

  const fresh = (value = {}) => fill(blank.content.firstElementChild.cloneNode(true), value);
  const isBlank = (row) => !row.dataset.id && !fields.some((f) => f !== "code" && f !== "copy" && input(row, f).value.trim());

  function say(text, kind = "") {
    status.textContent = text;
    status.className = `notice ${kind}`;
    status.hidden = !text;
  }

  function touched(row) {
    row.classList.add("changed");
    changed();
  }

  function changed() {
    sheet.dataset.dirty = "1";
    total();
    clearTimeout(pending);
    pending = setTimeout(check, 350);
  }

  function total() {
    const standing = rows().filter((row) => !isBlank(row) && !row.dataset.struck);
    const pages = standing.reduce((sum, row) => sum + (parseInt(input(row, "pages").value, 10) || 0), 0);
    document.querySelector("#total-rows").textContent = standing.length;
    document.querySelector("#total-pages").textContent = pages;
  }

  async function send(method, path, told) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(words.url + path, { method, headers, body: JSON.stringify(told) });
    const found = await answer.json().catch(() => ({}));
    return { status: answer.status, ...found };
  }

  async function check() {
    const turn = ++asked;
    try {
      const found = await send("POST", "/checks", { rows: rows().map(valueOf) });
      if (turn === asked && found.status === 200) show(found.findings);
    } catch { /* the next change asks again; saving says when nobody answers */ }
  }

  function show(findings) {
    for (const said of body.querySelectorAll(".finding")) said.remove();
    for (const cell of body.querySelectorAll(".doubt, .grave")) cell.classList.remove("doubt", "grave");
    for (const cell of body.querySelectorAll("[aria-describedby]")) {
      cell.removeAttribute("aria-describedby");
      cell.removeAttribute("aria-invalid");
    }
    const all = rows();
    for (const each of findings) if (all[each.row]) mark(all[each.row], each);
    const grave = findings.filter((each) => each.grave).length, doubts = findings.length - grave;
    const told = [grave && `${grave} ${words.grave}`, doubts && `${doubts} ${words.doubt}`].filter(Boolean);
    document.querySelector("#doubts").textContent = told.join(" · ") || words.none;
  }

  const shownAt = (field) => ({ seq: "code", struck: "name" })[field] || field;

  function mark(row, { field, said, grave }) {
    const at = shownAt(field);
    const cell = input(row, at);
    const note = document.createElement("span");
    note.className = "finding";
    note.textContent = said;
    note.id = `finding-${rows().indexOf(row)}-${at}-${cell.parentElement.children.length}`;
    cell.parentElement.append(note);
    cell.parentElement.classList.add(grave ? "grave" : "doubt");
    cell.setAttribute("aria-describedby", `${cell.getAttribute("aria-describedby") || ""} ${note.id}`.trim());
    if (grave) cell.setAttribute("aria-invalid", "true");
  }

  const reason = document.querySelector("#reason"); // of a sorted dossier, outside any case
  const second = { box: document.querySelector("#second"), by: document.querySelector("#second-by"), password: document.querySelector("#second-password") };

  async function save() {
    const standing = rows();
    let found;
    try {
      const agrees = { by: second.by.value, password: second.password.value };
      found = await send("PUT", "", { rows: standing.map(valueOf), why: reason?.value ?? "", second: agrees });
    } catch {
      return say(document.body.dataset.offline, "bad");
    }
    clearTimeout(pending);
    asked += 1;
    second.password.value = "";
    second.box.hidden = !found.second;
    if (found.status === 200) renew(found);
    else if (found.status === 409 && found.differing) differ(found, standing);
    else if (found.status === 422 && found.problems) refuse(found, standing);
    else if (found.second) { say(found.said, "bad"); second.password.focus(); }
    else if (found.reason && reason) { say(found.said, "bad"); reason.focus(); }
    else say(found.said || found.message || found.title || `${found.status}`, "bad");
  }

  function renew(found) {
    const at = place(document.activeElement);
    body.replaceChildren(...found.rows.map((each) => fresh(each)));
    delete sheet.dataset.dirty;
    show(found.findings);
    total();
    if (at) focusCell(Math.min(at.row, rows().length - 1), at.field);
    if (reason) reason.value = "";
    second.by.value = "";
    say(found.said, "ok");
  }

  function refuse(found, standing) {
    show(found.problems);
    const first = found.problems[0];
    say(found.said, "bad");
    if (found.second) second.by.focus();
    else if (first) input(standing[first.row], shownAt(first.field)).focus();
  }

  // Somebody else has saved meanwhile: what I did not touch follows them, what I did asks me.
  function differ(found, standing) {
    for (const each of body.querySelectorAll("tr.differs")) each.remove();
    const sent = standing.filter((row) => !isBlank(row));
    for (const each of found.differing) {
      if (each.row === null) adopt(each);
      else if (each.theirs && !sent[each.row].classList.contains("changed")) follow(sent[each.row], each);
      else ask(sent[each.row], each);
    }
    sheet.dataset.dirty = "1";
    total();
    say(found.said, "warn");
    check();
  }

  function adopt({ theirs }) {
    const before = rows().find((row) => input(row, "code").value === theirs.code && Number(row.querySelector(".seq").textContent) >= Number(theirs.seq));
    const row = fresh(theirs);
    body.insertBefore(row, before || null);
    remark(row, words.added);
  }

  function follow(row, { theirs }) {
    fill(row, theirs);
    remark(row, words.taken);
  }

  function remark(row, text, ...choices) {
    const line = document.createElement("tr"), cell = line.insertCell();
    line.className = "differs";
    cell.colSpan = 9;
    cell.append(text);
    for (const [label, act] of choices) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
      button.addEventListener("click", () => { act(); line.remove(); changed(); });
      cell.append(button);
    }
    row.after(line);
  }

  function ask(row, { theirs, said }) {
    if (!theirs) {
      remark(row, said, [words.new, () => { delete row.dataset.id; delete row.dataset.revision; }], [words.drop, () => row.remove()]);
      return;
    }
    const shown = [theirs.code, theirs.name, theirs.formed, theirs.pages, theirs.note].filter(Boolean).join(" · ");
    remark(row, `${said} ${shown}`, [words.mine, () => { row.dataset.revision = theirs.revision; }], [words.theirs, () => { fill(row, theirs); row.classList.remove("changed"); }]);
  }

  // What the text of the pages says otherwise: taken over into the cells, kept only when a person saves.
  function suggest(told) {
    for (const { id, cells, said } of JSON.parse(told.textContent)) {
      const row = rows().find((each) => Number(each.dataset.id) === id);
      const take = () => { fill(row, { ...cells, copy: input(row, "copy").checked }); row.classList.add("changed"); };
      if (row) remark(row, said, [told.dataset.take, take]);
    }
  }

  // moving about

  function place(element) {
    const row = element && element.closest("#sheet tbody tr");
    return row && element.name ? { row: rows().indexOf(row), field: element.name } : null;
  }

  function focusCell(number, field) {
    const row = rows()[number];
    if (!row) return;
    const cell = input(row, field);
    cell.focus();
    if (cell.select && cell.type !== "checkbox") cell.select();
  }

  function append() {
    const last = rows().at(-1);
    const row = fresh({ code: last ? input(last, "code").value : "" });
    body.append(row);
    return row;
  }

  function step(at, by) {
    if (at.row + by >= rows().length) append();
    focusCell(Math.max(at.row + by, 0), at.field);
  }

  function moveRow(row, by) {
    const all = rows(), other = all[all.indexOf(row) + by];
    if (!other) return;
    if (by < 0) other.before(row); else other.after(row);
    touched(row);
  }

  function insertAbove(row) {
    const made = fresh({ code: input(row, "code").value });
    row.before(made);
    input(made, "name").focus();
    changed();
  }

  function strike(row) {
    if (row.dataset.struck) delete row.dataset.struck;
    else if (!row.dataset.id) { row.remove(); return changed(); }
    else row.dataset.struck = (window.prompt(words.why) || "").trim();
    row.classList.toggle("struck", Boolean(row.dataset.struck));
    touched(row);
  }

  const keys = {
    ArrowDown: (at) => step(at, at.row + 1 < rows().length ? 1 : 0),
    ArrowUp: (at) => step(at, -1),
    Enter: (at) => step(at, 1),
  };

  function edge(event, at) {
    const cell = event.target, left = event.key === "ArrowLeft";
    const whole = cell.type === "checkbox" || (left ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length);
    const next = fields[fields.indexOf(at.field) + (left ? -1 : 1)];
    if (!whole || !next) return;
    event.preventDefault();
    focusCell(at.row, next);
  }

  body.addEventListener("keydown", (event) => {
    const at = place(event.target);
    if (!at || event.isComposing) return;
    const row = rowOf(event.target);
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      moveRow(row, event.key === "ArrowUp" ? -1 : 1);
      event.target.focus();
    } else if (event.altKey && event.key === "Insert") {
      event.preventDefault();
      insertAbove(row);
    } else if (event.ctrlKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      copyDown(at, row);
    } else if (keys[event.key] && !event.altKey && !event.ctrlKey) {
      event.preventDefault();
      keys[event.key](event.shiftKey && event.key === "Enter" ? { ...at, row: at.row - 2 } : at);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (!event.shiftKey && !event.ctrlKey) edge(event, at);
    }
  });

  function copyDown(at, row) {
    const above = rows()[at.row - 1];
    if (!above) return;
    if (at.field === "copy") input(row, at.field).checked = input(above, at.field).checked;
    else input(row, at.field).value = input(above, at.field).value;
    touched(row);
  }

  // pasting: a block lies over the cells from here on; into an empty row it is read as a catalogue

  body.addEventListener("paste", async (event) => {
    const at = place(event.target), text = event.clipboardData.getData("text/plain");
    if (!at || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    if (isBlank(rowOf(event.target))) await readIn(rowOf(event.target), text);
    else lay(at, text);
    changed();
  });

  async function readIn(row, text) {
    const found = await send("POST", "/pasted", { text });
    if (found.status !== 200) return say(found.said || found.message || `${found.status}`, "bad");
    const code = input(row, "code").value;
    const made = found.rows.map((each) => fresh({ ...each, seq: "", code: each.code || code }));
    made.forEach((each) => each.classList.add("changed"));
    row.replaceWith(...made);
    if (made.length) input(made.at(-1), "name").focus();
  }

  function lay(at, text) {
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const from = fields.indexOf(at.field);
    lines.forEach((line, down) => {
      const row = rows()[at.row + down] || append();
      const over = fields.slice(from).filter((field) => field !== "copy");
      line.split("\t").forEach((value, right) => { if (over[right]) input(row, over[right]).value = value.trim(); });
      row.classList.add("changed");
    });
  }

  // the mouse

  body.addEventListener("input", (event) => { if (place(event.target)) touched(rowOf(event.target)); });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button"), row = rowOf(event.target);
    if (!button) return;
    if (button.classList.contains("insert")) insertAbove(row);
    if (button.classList.contains("strike")) strike(row);
  });
  body.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".handle") ? rowOf(event.target) : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 10, 10);
  });
  body.addEventListener("dragover", (event) => {
    const over = rowOf(event.target);
    if (!dragged || !over) return;
    event.preventDefault();
    for (const row of body.querySelectorAll(".over")) if (row !== over) row.classList.remove("over");
    over.classList.add("over");
  });
  body.addEventListener("drop", (event) => {
    const over = rowOf(event.target);
    if (!dragged || !over) return;
    event.preventDefault();
    over.classList.remove("over");
    if (over !== dragged) over.before(dragged);
    touched(dragged);
    dragged = null;
  });
  body.addEventListener("dragend", () => {
    dragged = null;
    for (const row of body.querySelectorAll(".over")) row.classList.remove("over");
  });

  document.querySelector("#add-row").addEventListener("click", () => { append(); focusCell(rows().length - 1, "name"); });
  document.querySelector("#save").addEventListener("click", save);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
  });
  window.addEventListener("beforeunload", (event) => { if (sheet.dataset.dirty) event.preventDefault(); });

  if (!rows().length) append();
  show(JSON.parse(document.querySelector("#findings").textContent));
  const told = document.querySelector("#suggested");
  if (told) suggest(told);
})();
