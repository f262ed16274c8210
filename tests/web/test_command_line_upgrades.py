"""flask upgrades …"""

import json

import pytest

from tests.workflow import world
from tests.workflow.upgrades.versions import LONGER, SHORTER
from tests.workflow.world import REVIEW, begin, process


@pytest.fixture
def office(sqlite_office, clock):
    return sqlite_office


@pytest.fixture
def run(app, office):
    with office.database.transaction() as session:
        first = process(session, REVIEW)
        for _ in range(2):
            begin(session, first)
        process(session, SHORTER)
        process(session, LONGER)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["upgrades", *(str(each) for each in arguments)])


def test_a_plan_is_shown_and_changes_nothing(run):
    assert run("plan", "p", 1).output == "2 cases run; of 2 tried 2 would be moved.\n"
    said = run("plan", "p", 1, "--to", 2).output
    assert "of 2 tried 0 would be moved" in said and "stays (2): Work waits at “open”" in said


def test_a_decision_is_part_of_the_plan(run):
    facts = json.loads(run("plan", "p", 1, "--to", 2, "--move", "open=check", "--json").output)
    assert (facts["would_move"], facts["mapping"]["open"], facts["stays"]) == (2, "check", [])


def test_cases_are_moved_by_the_workers(run, office):
    assert run("begin", "p", 1, "--by", "eve", "--reason", "x").output == "Run 1: 2 cases are being moved.\n"
    assert run("show", 1).output.startswith("2 total, 0 done, 0 refused, 0 undone, 2 working, 0 failed")
    world.work(office)
    assert json.loads(run("show", 1, "--json").output)["done"] == 2


def test_who_stayed_is_shown_with_the_reason(run, office):
    run("begin", "p", 1, "--to", 2, "--by", "eve", "--reason", "x")
    world.work(office)
    assert "case 1: Work waits at “open”" in run("show", 1).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "q", 1], "no process “q”"),
        (["plan", "p", 9], "has no version 9"),
        (["plan", "p", 1, "--move", "open=nowhere"], "has no element “nowhere”"),
        (["begin", "p", 1, "--by", "nobody", "--reason", "x"], "no person “nobody”"),
        (["begin", "p", 1, "--by", "anna", "--reason", "x"], "Only who may deploy"),
        (["begin", "p", 1, "--by", "eve", "--reason", " "], "say why"),
        (["show", 9], "nothing here"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, arguments, said):
    answer = run(*arguments)
    assert answer.exit_code == 1 and said in answer.output
