"""Reads a `*.form` file (form-js JSON) into a Form, once per content."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import orjson

from forms.component import Component
from forms.element import Element, Field, kinds
from forms.form import Form
from forms.part import Part
from workflow.errors import Invalid, Sentence, sentence

MOST_BYTES = 500_000
MOST_FIELDS = 300
DEEPEST = 5
RESERVED = frozenset({"csrf_token", "request_key", "activity", "user"})
REFUSED = {
    "html": "HTML is not allowed in forms: use a text.",
    "iframe": "Other pages are not allowed in forms.",
    "image": "Pictures from the web are not allowed in forms.",
    "script": "Scripts are not allowed in forms.",
    "documentPreview": "Document previews are not understood: use a text with a link.",
}
Problems = dict[str, list[Sentence]]


@lru_cache(maxsize=512)
def compile_form(content: bytes) -> Form:
    """The form a file describes; raises Invalid naming each component that is wrong."""
    raw = _read(content)
    problems: Problems = {}
    reader = _Reader(problems)
    elements = reader.elements(raw["components"], "", 1)
    _collect(problems, lambda: reader.bind(elements))
    if not problems:
        made: list[Form] = []
        _collect(problems, lambda: made.append(Form(_titles(raw), Part(elements))))
    if problems:
        place, said = next(iter(problems.items()))
        raise Invalid(problems, "This form cannot be used: {place} {reason}", place=place, reason=said[0])
    return made[0]


def _read(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise _whole("This form file is too large: at most {most} bytes.", most=MOST_BYTES)
    try:
        raw = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise _whole("This form file is not JSON: see line {line}, column {column}.", **place) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("components"), list):
        raise _whole("This is not a form file: it has no list of components.")
    return raw


def _whole(template: str, **facts: Any) -> Invalid:
    return Invalid({"": [sentence(template, **facts)]}, template, **facts)


def _titles(raw: Mapping[str, Any]) -> dict[str, str]:
    properties = raw.get("properties")
    named = properties if isinstance(properties, Mapping) else {}
    return {"zh": str(named.get("title") or raw.get("id") or ""), "en": str(named.get("title:en") or "")}


class _Reader:
    """Makes elements of components, keeping every problem it meets instead of stopping at the first."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.count = 0

    def elements(self, components: Any, around: str, depth: int) -> list[Element]:
        """`around`: the path of the list these stand in, e.g. "persons."."""
        made = []
        for index, raw in enumerate(components if isinstance(components, list) else []):
            self.count += 1
            if self.count > MOST_FIELDS:
                self.problems[""] = [sentence("This form has too many fields: at most {most}.", most=MOST_FIELDS)]
                return made
            place = f"{around}{index + 1}"
            _collect(self.problems, lambda raw=raw, place=place: made.append(self.element(raw, place, depth)))
        return made

    def element(self, raw: Any, place: str, depth: int) -> Element:
        if not isinstance(raw, Mapping):
            raise Invalid({place: [sentence("Component {place} is not an object.", place=place)]})
        component = Component(raw, place)
        if depth > DEEPEST:
            raise component.wrong("This is nested too deeply: at most {most} levels.", most=DEEPEST)
        if component.type in REFUSED:
            raise component.wrong(REFUSED[component.type])
        if component.kind not in kinds:
            raise _unknown(component)
        if component.key in RESERVED or component.key.startswith("_"):
            raise component.wrong("The key “{key}” is taken by the house: choose another.", key=component.key)
        children = self.elements(raw.get("components"), f"{component.place}.", depth + 1)
        return kinds[component.kind](component, children)

    def bind(self, elements: list[Element]) -> None:
        """Refuse keys used twice, and let fields find the ones they speak of."""
        fields = list(_in_one_part(elements))
        siblings: dict[str, Field] = {}
        for each in fields:
            if siblings.setdefault(each.key, each) is not each:
                raise Invalid({each.key: [sentence("The key “{key}” is used twice.", key=each.key)]})
        for each in fields:
            each.bind(siblings)
            if each.children:
                self.bind(each.children)


def _unknown(component: Component) -> Invalid:
    near = get_close_matches(component.kind, kinds, n=1)
    if near:
        did_you_mean = "There is no field kind “{kind}”. Did you mean “{near}”?"
        return component.wrong(did_you_mean, kind=component.kind, near=near[0])
    return component.wrong("There is no field kind “{kind}”.", kind=component.kind)


def _in_one_part(elements: list[Element]) -> Iterator[Field]:
    for element in elements:
        if isinstance(element, Field):
            yield element
        else:
            yield from _in_one_part(element.children)


def _collect(problems: Problems, act: Any) -> None:
    try:
        act()
    except Invalid as refused:
        for place, said in (refused.problems or {"": [refused.sentence]}).items():
            problems.setdefault(place, []).extend(said)
