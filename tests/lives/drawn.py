"""A form as it is drawn: what a browser would send untouched, what may be chosen, what draws it anew."""

from dataclasses import dataclass, field
from typing import Any

from lxml import html

FORMS = ("task-form", "returning")  # what a page with several forms is opened for


@dataclass
class Control:
    """What stands under one name. `options`: values one may choose; `kind`: text, radio, select, checkbox, file …"""

    name: str
    kind: str
    options: list[str] = field(default_factory=list)
    required: bool = False
    redraws: bool = False
    value: list[str] = field(default_factory=list)


def controls(text: str) -> dict[str, Control]:
    """The controls of a page's form, or of the fields alone, drawn anew."""
    tree = html.fromstring(f"<div>{text}</div>" if "<html" not in text else text)
    tree = next((each for each in tree.iter("form") if each.get("id") in FORMS), tree)
    found: dict[str, Control] = {}
    for element in tree.iter("input", "select", "textarea", "button"):
        if name := element.get("name"):
            _note(found.setdefault(name, Control(name, _kind(element))), element)
    return found


def _kind(element: Any) -> str:
    return element.get("type", "text") if element.tag in ("input", "button") else element.tag


def _note(control: Control, element: Any) -> None:
    kind = _kind(element)
    if control.kind == "hidden":  # the empty companion of a box or of rows
        control.kind = kind
    control.redraws |= element.get("data-refresh") is not None
    control.required |= element.get("aria-required") == "true" or element.get("required") is not None
    value = element.get("value", "")
    if kind in ("radio", "checkbox", "submit"):
        if element.get("disabled") is None:
            control.options.append(value)
        if element.get("checked") is not None:
            control.value.append(value)
    elif kind == "select":
        control.options += [each for each in element.value_options if each]
        control.value = [element.value] if isinstance(element.value, str) else list(element.value or [])
    elif kind == "textarea":
        control.value = [element.value or ""]
    elif kind != "file":
        control.value.append(value)


def untouched(found: dict[str, Control]) -> dict[str, list[str]]:
    """What the browser sends when nobody types."""
    return {each.name: list(each.value) for each in found.values() if each.kind not in ("submit", "file")}
