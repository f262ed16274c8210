"""Every kind of event the code records has a sentence, every reason it writes has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from web import reasons
from web.event_sentences import SENTENCES

ROOT = Path(__file__).parents[2]
RECORDING = {"record", "tell", "_tell", "_told", "noted"}  # functions whose arguments name the kind of an event
MOVING = {"update_facts", "change_status", "record", "shelve", "take_out", "register"}  # whose last says why
NO_KIND = {"sent_back"}  # told in three ways: web.timeline._kind


def calls(*folders: str) -> Iterator[tuple[str, str, ast.Call]]:
    """(owner, function, call) of every call in the code."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))) if "demo" not in path.parts else ():
                if isinstance(node, ast.Call):
                    owner = getattr(node.func, "value", None)
                    named = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    yield getattr(owner, "id", ""), named, node


def texts(*nodes: ast.expr) -> set[str]:
    found = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant))
    return {each.value for each in found if isinstance(each.value, str) and each.value}


KINDS = sorted(
    kind
    for owner, name, call in calls("workflow", "archive")
    if name in RECORDING and (name != "record" or owner == "history")
    for kind in texts(*call.args[3:4])
)
WHYS = sorted(
    why
    for owner, name, call in calls("archive")
    if name in MOVING and owner in ("custody", "dossiers", "storage")
    for why in texts(*[each for each in call.args[-1:] if isinstance(each, ast.Constant)])
)


def test_enough_of_the_code_is_read():
    assert {"letter_sent", "scan_handed_out", "sitting_begun", "cancelled"} <= set(KINDS) and len(set(KINDS)) > 60
    assert {"queued", "catalogue", "scanning"} - set(WHYS) == {"catalogue"} and len(set(WHYS)) > 12


@pytest.mark.parametrize("kind", sorted(set(KINDS) - NO_KIND))
def test_a_kind_of_event_has_a_sentence(kind):
    assert kind in SENTENCES


@pytest.mark.parametrize("why", sorted(set(WHYS)))
def test_a_reason_of_the_house_has_words(why):
    assert why in reasons.WHY_LABELS or any(why.startswith(begins) for begins, _ in reasons.WHY_OF)
