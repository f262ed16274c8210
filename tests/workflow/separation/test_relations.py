"""Who is related to whom counts both ways where kinship does; whom a case is about is asked only where it may matter."""

import pytest

from workflow import cases, registry
from workflow.separation import relations
from workflow.statuses import RelationKind


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """The cases of which it was asked whom they are about; each is about the person id:7."""
    said: list[int] = []
    monkeypatch.setitem(registry.subjects_of, "seven", lambda session, case_id: said.append(case_id) or ["id:7"])
    return said


@pytest.fixture
def case(session, anna):
    return cases.open_case(session, "K-1", "Case", "p", anna.name)


def first(session, case, people, others=(), about=True):
    found = relations.first(session, case.id, set(people), set(others), about)
    return (found.user_name, found.subject) if found else None


def test_of_people_in_no_relation_nothing_more_is_asked(session, case, asked):
    assert first(session, case, ["bob", "carl"], ["anna"]) is None
    assert asked == []


def test_a_relation_to_whom_the_case_is_about_counts(session, case, bob, asked):
    relations.declare(session, bob, "id:7", "王七", RelationKind.BLOOD)
    assert first(session, case, ["bob"]) == ("bob", "id:7")
    assert first(session, case, ["bob"], about=False) is None
    assert first(session, case, ["carl"]) is None


@pytest.mark.parametrize(("kind", "both"), [(RelationKind.SPOUSE, True), (RelationKind.INTEREST, False)])
def test_kinship_counts_both_ways_and_interest_one(session, case, anna, kind, both):
    relations.declare(session, anna, "user:bob", "鲍勃", kind)
    assert first(session, case, ["anna"], ["bob"]) == ("anna", "user:bob")
    assert first(session, case, ["bob"], ["anna"]) == (("anna", "user:bob") if both else None)
    assert first(session, case, ["bob"], ["carl"]) is None


def test_of_several_the_oldest_is_named(session, case, anna, bob):
    relations.declare(session, bob, "user:carl", "卡尔", RelationKind.BLOOD)
    relations.declare(session, anna, "user:carl", "卡尔", RelationKind.BLOOD)
    assert first(session, case, ["anna", "bob"], ["carl"]) == ("bob", "user:carl")
