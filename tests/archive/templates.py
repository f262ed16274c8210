"""What a Word template asks for, read from the template itself: facts enough to fill any kind of paper."""

import io
from collections import defaultdict
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import Environment, nodes

from archive.documents import TEMPLATES

SAID = "甲"


def facts_for(kind: str) -> dict[str, Any]:
    """For each name the template says: a text, a list of one row, or an object, as the template uses it."""
    template = DocxTemplate(io.BytesIO((TEMPLATES / f"{kind}.docx").read_bytes()))
    template.init_docx()
    tree = Environment(autoescape=True).parse(template.patch_xml(template.get_xml()))
    loops = {each.target.name: each.iter for each in tree.find_all(nodes.For)}
    parts: dict[str, set[str]] = defaultdict(set)
    for each in tree.find_all(nodes.Getattr):
        if isinstance(each.node, nodes.Name):
            parts[each.node.name].add(each.attr)
    names = {each.name for each in tree.find_all(nodes.Name)} - loops.keys() - {"loop", "range"}
    return {name: _value(name, None, loops, parts) for name in names}


def _value(name: str, of: str | None, loops: dict[str, Any], parts: dict[str, set[str]]) -> Any:
    """The value of `name`, or of the attribute `name` of the loop variable `of`."""
    for target, over in loops.items():
        if _is(over, name, of):
            return [_object(target, loops, parts)] if target in parts else [SAID]
    return _object(name, loops, parts) if of is None and name in parts else SAID


def _object(name: str, loops: dict[str, Any], parts: dict[str, set[str]]) -> dict[str, Any]:
    return {part: _value(part, name, loops, parts) for part in parts[name]}


def _is(over: nodes.Node, name: str, of: str | None) -> bool:
    if isinstance(over, nodes.Getattr):
        return over.attr == name and isinstance(over.node, nodes.Name) and over.node.name == of
    return of is None and isinstance(over, nodes.Name) and over.name == name
