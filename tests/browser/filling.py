"""Filling in a form of the office in a real browser: what people tick, choose, type and attach, field by field."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page

Answers = Mapping[str, str | Sequence[str] | Path]
LISTEN = """() => {
  const page = document.documentElement;
  delete page.dataset.drawnAnew;
  const drawn = (event) => {
    if (event.target.closest?.("#form-fields") === null && !event.target.querySelector?.("#form-fields")) return;
    document.removeEventListener("htmx:after:swap", drawn);
    page.dataset.drawnAnew = "yes";
  };
  document.addEventListener("htmx:after:swap", drawn);
}"""  # the answer of the server is not yet the form: what is asked next stands there only after the swap
DRAWN = "() => document.documentElement.dataset.drawnAnew === 'yes'"
IN_ROW = re.compile(r"(\w+)\.\d+\.")


def fill(page: Page, answers: Answers) -> None:
    """Put the answers into the fields of those names, top to bottom; a field that is not asked is left out. A row that
    is not there yet is added."""
    for name, answer in answers.items():
        fields = page.locator(f'#task-form [name="{name}"]:not([type=hidden])')
        if fields.count() == 0 and (row := IN_ROW.match(name)):
            _add_row(page, row[1])
        if fields.count():
            _answer(page, fields, answer)


def _answer(page: Page, fields: Locator, answer: str | Sequence[str] | Path) -> None:
    kind = fields.first.evaluate("each => each.type")
    if kind in ("radio", "checkbox"):
        _tick(page, fields, {answer} if isinstance(answer, str) else set(map(str, answer)))
    elif kind == "file":
        fields.set_input_files(answer)
    elif kind == "select-one":
        _redrawn(page, fields, lambda: fields.select_option(answer))
    else:
        fields.fill(str(answer))


def _tick(page: Page, fields: Locator, wanted: set[str]) -> None:
    for each in fields.all():
        chosen = each.get_attribute("value") in wanted
        if each.is_checked() == chosen or (each.get_attribute("type") == "radio" and not chosen):
            continue
        _redrawn(page, each, lambda each=each, chosen=chosen: each.set_checked(chosen))


def _add_row(page: Page, name: str) -> None:
    page.evaluate(LISTEN)
    page.locator(f"button.row-add[value^='add:{name}:']").click()
    page.wait_for_function(DRAWN)


def _redrawn(page: Page, field: Locator, act) -> None:
    """Act; when others depend on the field, wait until the form is drawn anew."""
    if field.get_attribute("data-refresh") is None:
        act()
        return
    page.evaluate(LISTEN)
    act()
    page.wait_for_function(DRAWN)
