"""flask office: what an office needs before its first day."""

import pytest
from sqlalchemy import func, select

from archive import storage
from archive.founding import GROUPS
from workflow.identity import Group
from workflow.models import ProcessDefinition


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["office", *words])


def test_an_office_is_founded_with_its_groups_and_processes(flask, office):
    answer = flask("found")

    assert answer.exit_code == 0, answer.output
    with office.database.reading() as session:
        assert {group.key for group in GROUPS} <= set(session.scalars(select(Group.key)))
        assert {"receipt", "day-close"} <= set(session.scalars(select(ProcessDefinition.key)))


def test_founding_twice_changes_nothing(flask, office):
    flask("found")
    with office.database.transaction() as session:
        session.get_one(Group, "window").permissions = ["comments"]

    assert "groups made: none" in flask("found").output
    with office.database.reading() as session:
        assert session.get_one(Group, "window").permissions == ["comments"]
        versions = session.execute(select(func.max(ProcessDefinition.version))).scalar_one()
        assert versions == 1


def test_a_storeroom_is_furnished(flask, office):
    answer = flask("furnish", "K02", "二号库", "--rows", "1", "--cabinets", "2", "--layers", "3", "--places", "4")

    assert "48 new positions" in answer.output
    with office.database.reading() as session:
        assert storage.free_positions(session, "K02", limit=1)[0].code == "K02-01-01-A-1-01"


def test_a_wrong_room_is_refused_in_a_sentence(flask):
    answer = flask("furnish", "cellar", "地下", "--rows", "1", "--cabinets", "1", "--layers", "1", "--places", "1")

    assert answer.exit_code == 1
    assert "A room's code is a letter and two digits, like K01." in answer.output
