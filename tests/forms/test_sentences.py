"""Everything forms say to people has its Chinese."""

import ast
import re
from pathlib import Path

from babel.messages import pofile

import forms

HERE = Path(forms.__file__).parent
CATALOGUE = HERE.parent / "web" / "locale" / "zh_CN" / "forms.po"
SAYING = {"sentence", "wrong", "_whole", "say", "Invalid", "NotFound"}


def spoken():
    """Texts that stand where a sentence's template stands, and every `say("…")` of a template."""
    for source in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYING:
                asked = [*node.args[:2], *(word.value for word in node.keywords if word.arg == "message")]
                yield from (each.value for each in asked if isinstance(each, ast.Constant) and _is_template(each.value))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (
                "said",
                "template",
                "did_you_mean",
            ):
                texts = [each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
                yield from filter(_is_template, texts)
    for page in HERE.glob("templates/*.html"):
        yield from re.findall(r'say\("([^"]+)"', page.read_text())


def _is_template(value):
    return isinstance(value, str) and (value == "Yes" or value == "No" or bool(re.search(r"\w .*\w|^\{", value)))


def test_every_sentence_of_the_forms_has_its_chinese_with_the_same_places():
    with CATALOGUE.open("rb") as source:
        known = {message.id: message.string for message in pofile.read_po(source)}
    told = set(spoken())
    assert len(told) > 70
    assert told - known.keys() == set()
    for template in told:
        assert known[template], template
        assert set(re.findall(r"\{\w+\}", template)) == set(re.findall(r"\{\w+\}", known[template]))
