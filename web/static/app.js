// The shell's behaviour: menus, toasts, confirmation, one dialog, the scan box's key. Every page works without it.
"use strict";

(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const words = () => document.body.dataset;
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  function toast(text, kind = "") {
    const box = document.createElement("div");
    box.className = `toast ${kind}`;
    box.dataset.toast = "";
    const said = document.createElement("div");
    said.textContent = text;
    box.append(said);
    $("#toasts").append(box);
    expire(box);
  }

  function expire(box) {
    box.dataset.seen = "";
    const stay = box.classList.contains("bad") ? 12000 : 5000;
    setTimeout(() => box.matches(":hover, :focus-within") ? expire(box) : box.remove(), stay);
  }

  // a question before something that cannot be undone: hx-confirm with htmx, data-confirm without
  function ask(question) {
    const dialog = $("#dialog");
    const text = document.createElement("p");
    text.textContent = question;
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "actions";
    for (const [value, label, style] of [["no", words().cancel, ""], ["yes", words().ok, "primary"]]) {
      const button = document.createElement("button");
      button.value = value;
      button.className = `button ${style}`;
      button.textContent = label;
      form.append(button);
    }
    dialog.replaceChildren(text, form);
    dialog.returnValue = "no";
    dialog.showModal();
    form.lastChild.focus();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("htmx:confirm", (event) => {
    const question = event.detail.ctx?.confirm;
    if (!question || !event.detail.issueRequest) return;
    event.preventDefault();
    ask(question).then((yes) => yes ? event.detail.issueRequest() : event.detail.dropRequest?.());
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (question && form.dataset.confirmed === undefined) {
      event.preventDefault();
      ask(question).then((yes) => {
        if (!yes) return;
        form.dataset.confirmed = "";
        form.requestSubmit(event.submitter);
        delete form.dataset.confirmed;
      });
      return;
    }
    if (form.method === "post" && !event.defaultPrevented) {  // a double click sends once
      if (form.dataset.sent !== undefined) event.preventDefault();
      form.dataset.sent = "";
      setTimeout(() => delete form.dataset.sent, 4000);
    }
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-dismiss]")) target.closest("[data-toast], dialog, .notice")?.remove();
    const closer = target.closest("[data-close-dialog]");
    if (closer) closer.closest("dialog").close();
    const opener = target.closest("[data-open-dialog]");
    if (opener) $(`#${opener.dataset.openDialog}`)?.showModal();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = $("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        $("summary", menu).focus();
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    const wanted = $(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("input, select, textarea")) {
      wanted.focus();
      wanted.select?.();
    } else {
      wanted.click();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit-on-change]")) event.target.form?.requestSubmit();
  });

  // what was chosen is said beside our own button; the browser's speaks its own language
  function tellFiles(input) {
    const said = $(".file-names", input.parentElement);
    if (!said) return;
    const names = [...input.files].map((file) => file.name);
    said.textContent = names.join("、") || said.dataset.none;
    said.classList.toggle("chosen", names.length > 0);
  }
  const tellAllFiles = () => document.querySelectorAll(".file-choice > input").forEach(tellFiles);
  document.addEventListener("change", (event) => {
    if (event.target.matches(".file-choice > input")) tellFiles(event.target);
  });
  document.addEventListener("reset", () => setTimeout(tellAllFiles));
  tellAllFiles();  // a page come back to keeps its choice

  document.addEventListener("htmx:after:swap", () => {
    tellAllFiles();
    document.querySelectorAll("[data-toast]:not([data-seen])").forEach(expire);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error instanceof TypeError || event.detail.error?.name === "TimeoutError") toast(words().offline, "bad");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
})();
