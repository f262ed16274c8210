"""Hostile texts, templates, files and diagrams: none is executed, each is refused or comes to a bounded end.

Here each is tried once, in this process and quickly; `make hostile` tries each in a process of its own, bounded in time
and memory, and prints what it took.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.workflow.hostility import measured, watch
from tests.workflow.hostility.samples import (
    EXECUTED,
    HARMLESS,
    REFUSED,
    STOPPED,
    Sample,
    asked,
    evaluated,
    filled,
    played,
    samples,
)
from workflow import documents
from workflow.expressions import compile as compile_expression

ALL = list(samples())
KINDS = ("condition", "attribute", "table cell", "template", "file", "model")
ENDS = {
    "file": {REFUSED},
    "condition": {REFUSED, STOPPED, HARMLESS},
    "attribute": {REFUSED, STOPPED, HARMLESS},
    "table cell": {REFUSED, STOPPED, HARMLESS},
    "template": {REFUSED, STOPPED, HARMLESS},
    "model": {REFUSED, STOPPED, HARMLESS},
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What runs away is stopped sooner than in use."""
    monkeypatch.setattr(documents.filler, "seconds", 0.2)
    yield
    documents.filler.close()


@pytest.mark.parametrize("kind", KINDS)
def test_none_is_executed(kind):
    bad = []
    with watch.watching() as seen:
        for sample in ALL:
            if sample.kind == kind:
                verdict = sample.act()
                if verdict not in ENDS[kind] or seen:
                    bad.append((sample.name, verdict, list(seen)))
                    seen.clear()
    assert bad == []


def test_there_are_enough_of_them():
    counted = Counter(sample.kind for sample in ALL)
    assert set(counted) == set(KINDS)
    assert sum(counted[kind] for kind in ("condition", "template")) >= 300
    assert counted["model"] >= 40 and counted["file"] >= 80


def test_others_go_on_beside_them():
    bombs = [
        sample
        for sample in ALL
        if sample.name in ("a bomb of calls", "a billion laughs", "machines that go round for ever")
    ]
    assert len(bombs) == 3
    for bomb in bombs:
        assert bomb.act() != HARMLESS
        assert played(measured.FINE, {}) == HARMLESS


def test_what_gets_out_is_seen():
    """The verdicts are not blind."""
    with watch.watching() as seen:
        compile("open('/etc/hostname')", "", "eval")
        eval("open('/etc/hostname').close()")
    assert [event for event, _ in seen] == ["open"]
    assert evaluated(lambda: compile_expression("x + 1")) == HARMLESS
    assert evaluated(lambda: compile_expression("x.y")) == REFUSED
    assert evaluated(lambda: compile_expression("big + big")) == STOPPED
    assert asked("< 6") == HARMLESS and asked("x.y") == REFUSED
    assert filled("{{ name }}") == HARMLESS and filled("{{ name.__class__ }}") == REFUSED
    assert filled("{{ '<class' }}") == EXECUTED
    assert played(measured.FINE, {}) == HARMLESS


def test_a_measured_sample_is_bounded_in_a_process_of_its_own():
    def forever() -> str:
        while True:
            pass

    took = measured.measured(Sample("", "", forever), 0)
    assert took.verdict == "overstepped" and took.seconds >= 1.5
    assert measured.measured(Sample("", "", lambda: str(len(bytearray(10**9)))), 0).verdict == "overstepped"
    assert (
        measured.measured(Sample("", "", lambda: Path("/etc/hostname").read_text() and HARMLESS), 0).verdict == EXECUTED
    )
    assert measured.measured(Sample("", "", lambda: HARMLESS), 0).verdict == HARMLESS
