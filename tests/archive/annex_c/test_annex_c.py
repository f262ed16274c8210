"""Each invariant of Annex C is held by a named constraint, trigger or check of fsck: its violation is refused or found."""

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.archive.annex_c.plants import CONSTRAINT, FSCK, INVARIANTS, PLANTS, TRIGGER
from tests.archive.annex_c.writing import PAGE, page
from workflow.db import Base
from workflow.registry import checks

ASKED = sorted({each.name for each in PLANTS if each.kind == FSCK})
NAMED = {
    str(each.name) for table in Base.metadata.tables.values() for each in (*table.constraints, *table.indexes)
}  # fmt: skip
SPOKEN = ("ck_",)  # what SQLite names in its refusal


def named(*kinds):
    return [pytest.param(each, id=f"{each.number} {each.name}: {each.said}") for each in PLANTS if each.kind in kinds]


def found(session) -> dict[str, list[str]]:
    session.expire_all()
    said = {name: [str(each) for each in checks[name](session)] for name in ASKED}
    return {name: sentences for name, sentences in said.items() if sentences}


def test_every_invariant_is_held_by_something():
    assert [number for number in INVARIANTS if number not in {each.number for each in PLANTS}] == []
    assert set(INVARIANTS) == {*range(1, 10), *range(16, 21)}


@pytest.mark.parametrize("plant", named(CONSTRAINT, TRIGGER))
def test_the_database_refuses_it(session, clock, plant):
    plant.world(session)
    assert found(session) == {}
    with pytest.raises(DatabaseError) as refused, session.begin_nested():
        plant.plant(session)
    if plant.kind == TRIGGER:
        assert "never" in str(refused.value) or "does not change" in str(refused.value)
        return
    assert isinstance(refused.value, IntegrityError)
    assert plant.name in NAMED
    if session.get_bind().dialect.name == "postgresql" or plant.name.startswith(SPOKEN):
        assert plant.name in str(refused.value)


@pytest.mark.parametrize("plant", named(FSCK))
def test_fsck_finds_it(session, clock, plant):
    plant.world(session)
    assert found(session) == {}
    plant.plant(session)
    assert found(session)[plant.name]


def test_the_page_of_reliability_says_what_is_planted_here():
    assert page() == PAGE.read_text("utf-8"), "make docs"
