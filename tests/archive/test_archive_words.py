"""Everything the master data says to people has its Chinese."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages import pofile

from archive import custody, duplicates, id_numbers, numbers, parameters, statuses
from tests.msgids import ROOT, said_in
from web.i18n import catalogue

CATALOGUE = ROOT / "web" / "locale" / "zh_CN" / "archive.po"
MODULES = (
    "calendar",
    "credit_codes",
    "custody",
    "dossier_facts",
    "dossiers",
    "id_numbers",
    "keepers",
    "notices",
    "numbers",
    "parameters",
    "persons",
    "province",
    "rosters",
    "search",
    "storage",
    "units",
    "vault",
)


def beside_fields(path: Path) -> set[str]:
    """The sentences of `wrong(field, sentence)`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return {
        node.args[1].value
        for node in calls
        if getattr(node.func, "id", "") == "wrong" and isinstance(node.args[1], ast.Constant)
    }


def in_tables() -> set[str]:
    said = {text for labels in statuses.LABELS.values() for text in labels.values()}
    said |= {*id_numbers.LABELS.values(), *custody.LABELS.values(), *duplicates.SAID.values()}
    said |= {series.title for series in numbers.SERIES.values()}
    return said | {known.title for known in parameters.KNOWN.values()}


def spoken() -> set[str]:
    files = [Path("archive", f"{module}.py") for module in MODULES]
    said = {text for text, where in said_in("archive").items() if Path(where) in files}
    return said.union(in_tables(), *(beside_fields(ROOT / path) for path in files))


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as source:
        return {str(message.id): str(message.string) for message in pofile.read_po(source) if message.id}


def test_every_sentence_has_its_chinese():
    known = catalogue()
    assert sorted(text for text in spoken() if not known.get(text)) == []


def test_no_translation_is_left_over():
    assert sorted(set(chinese()) - spoken()) == []


@pytest.mark.parametrize(("english", "translated"), chinese().items() if CATALOGUE.exists() else [])
def test_a_translation_names_the_same_facts(english, translated):
    def places(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert places(translated) == places(english)
