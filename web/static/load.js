// A task dragged onto a person is chosen, and handed over to them: what the form beside it does without a mouse.
"use strict";

(() => {
  const form = document.querySelector("#assignments");
  if (!form) return;
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
