"""Everything the receipt says to people has its Chinese."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile

from tests.msgids import ROOT, said_in

CATALOGUE = ROOT / "web" / "locale" / "zh_CN" / "archive-receipt.po"
OURS = (
    "archive/packs/",
    "archive/receipts/",
    "archive/days.py",
    "archive/day_close.py",
    "archive/documents.py",
    "archive/labels.py",
    "archive/checklists.py",
)
BESIDE_FIELDS = {"wrong": 1, "need": 2}  # which argument is the sentence


def beside_fields(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        place = BESIDE_FIELDS.get(getattr(getattr(node, "func", None), "id", ""))
        if isinstance(node, ast.Call) and place and isinstance(node.args[place], ast.Constant):
            yield node.args[place].value


def spoken() -> set[str]:
    said = {text for text, where in said_in("archive").items() if where.startswith(OURS)}
    paths = [path for path in (ROOT / "archive").rglob("*.py") if str(path.relative_to(ROOT)).startswith(OURS)]
    return said.union(*map(beside_fields, paths))


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as source:
        return {str(message.id): str(message.string) for message in pofile.read_po(source) if message.id}


def test_every_sentence_of_the_receipt_has_its_chinese():
    known = chinese()
    assert sorted(text for text in spoken() if not known.get(text)) == []


def test_no_translation_of_the_receipt_is_left_over():
    everywhere = spoken() | set(said_in("archive"))
    assert sorted(set(chinese()) - everywhere) == []


@pytest.mark.parametrize(("english", "translated"), chinese().items())
def test_a_translated_sentence_names_the_same_facts(english, translated):
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert places(translated) == places(english)
