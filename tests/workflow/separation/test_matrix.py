"""Never the same person twice where it must not be: every cell of docs/separation.md."""

import os
from contextvars import copy_context
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from tests.workflow.separation.matrix import COLUMNS, MOVES, UNDRAWN, done_by, stage
from tests.workflow.separation.writing import PAGE, page
from tests.workflow.world import begin, open_tasks, process
from workflow import tasks
from workflow.errors import Refusal
from workflow.identity import Group, User
from workflow.models import ProcessInstance, UserTask
from workflow.separation import relations
from workflow.statuses import RelationKind

CELLS = [(move, column) for move in MOVES for column in COLUMNS]
SHARE = [cell for number, cell in enumerate(CELLS) if number % 7 == 0]  # each row, each column
NAMES = [f"{move.name} × {column.name}" for move, column in CELLS]
BESIDE = """
    start s
    and f
    user open candidateGroups=registry
    user check candidateGroups=registry
    and j
    end e
    s -> f
    f -> open -> j
    f -> check -> j
    j -> e
"""


@pytest.mark.parametrize(("move", "column"), CELLS, ids=NAMES)
def test_who_must_not_is_refused_and_who_may_is_not(sqlite_office, clock, move, column):
    judge(sqlite_office, move, column)


@pytest.mark.parametrize(
    ("move", "column"), CELLS if os.environ.get("JUANLIU_MATRIX") else SHARE, ids=lambda each: each.name
)
def test_the_same_on_the_other_database(postgresql_office, clock, move, column):
    judge(postgresql_office, move, column)


def judge(office, move, column):
    """Both ways of a cell; what was refused is not done."""
    with office.database.transaction() as session:
        made = stage(session, column, move.name not in UNDRAWN)
        with session.begin_nested() as undone:
            said = move.attempt(made, True)
            before = done_by(session, made.instance)
            undone.rollback()
        assert (move.says_itself or column.says) in said
        assert len([each for each in before if each[0] == "check"]) == int("redo" in move.name)
    if move.allowed:
        with office.database.transaction() as session:
            instance = session.scalars(select(ProcessInstance)).one()
            people = {each.name: each for each in session.scalars(select(User))}
            assert move.attempt(type(made)(session, column, instance, people), False) == ""


@pytest.mark.parametrize("column", COLUMNS, ids=lambda each: each.name)
def test_two_tabs_at_once(office, clock, column):
    """“open” by anna and “check” by who must not stand behind both, sent at the same moment."""
    with office.database.transaction() as session:
        numbers, number = _opened(session, column)
    answers = _together(office, {numbers["open"]: "anna", numbers["check"]: column.bad})
    with office.database.reading() as session:
        done = done_by(session, session.get_one(ProcessInstance, number))
    both = {("open", "anna"), ("check", column.bad)}
    assert set(done) < both
    if column.rule in ("notStarter", "notLastEditor"):
        assert done == [("open", "anna")]
    assert all(column.says in said or "another person" in said for said in answers)


def _opened(session, column):
    """Two steps side by side, each in the hand of who is to try; the rule between them."""
    group = session.get_one(Group, "registry")
    for person in session.scalars(select(User)):
        person.groups = list({*person.groups, group})
    session.flush()
    relations.declare(session, session.get_one(User, "bob"), "user:anna", "安娜", RelationKind.SPOUSE)
    instance = begin(session, process(session, BESIDE, check=column.property))
    waiting = open_tasks(session, instance)
    waiting["open"].assignee, waiting["check"].assignee = "anna", column.bad
    session.flush()
    return {name: task.id for name, task in waiting.items()}, instance.id


def _together(office, wanted):
    """Each of these tasks is completed by its person, at the same moment; what was refused."""
    start, answers = Barrier(len(wanted)), []

    def tab(number, person):
        start.wait(30)
        try:
            with office.database.transaction() as session:
                tasks.complete(session, session.get_one(UserTask, number), session.get_one(User, person), {})
        except Refusal as refused:
            answers.append(str(refused))

    threads = [Thread(target=copy_context().run, args=(tab, *each)) for each in wanted.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_the_page_is_what_would_be_written():
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"
