// A task dragged onto a person is chosen, and handed over to them: what the form beside it does without a mouse.
"use strict";

(() => {
  const form = document.querySelector("#assignments");
  if (!form) return;
  const boxes = () => [...form.querySelectorAll("input[name=task]")];
  const all = form.querySelector("#choose-all");
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    const chosen = boxes().filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
    for (const box of boxes()) box.closest("tr").classList.toggle("chosen", box.checked);
  });
  const people = [...document.querySelectorAll("[data-person]")];
  let dragged = null;

  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-task]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.task);
  });
  form.addEventListener("dragend", () => { dragged = null; });

  for (const person of people) {
    person.addEventListener("dragover", (event) => {
      if (!dragged || ![...form.elements.to.options].some((each) => each.value === person.dataset.person)) return;
      event.preventDefault();
      person.classList.add("over");
    });
    person.addEventListener("dragleave", () => person.classList.remove("over"));
    person.addEventListener("drop", (event) => {
      event.preventDefault();
      person.classList.remove("over");
      dragged.querySelector("input[name=task]").checked = true;
      form.elements.to.value = person.dataset.person;
      form.requestSubmit();
    });
  }
})();
