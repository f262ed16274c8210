"""The numbers beside the views of the inbox: asked for together or one alone, and no higher than anybody reads."""

import pytest

from tests.workflow import made
from workflow import tasks
from workflow.errors import Invalid
from workflow.tasks.inbox import View

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def work(session, anna):
    for _ in range(3):
        made.task(session)
    for _ in range(4):
        made.task(session, assignee="bob")
    made.task(session, assignee="anna")
    made.task(session, completed_by="anna")


def test_every_view_is_counted_at_once(session, work, anna):
    assert tasks.counts(session, anna) == {"mine": 1, "groups": 3, "done": 1, "others": 4}


@pytest.mark.parametrize("view", View)
def test_one_view_alone_gives_the_same_number(session, work, anna, view):
    assert tasks.counts(session, anna, [view]) == {view: tasks.counts(session, anna)[view]}


@pytest.mark.parametrize("view", View)
def test_a_count_stops_where_nobody_reads_on(session, work, anna, view, monkeypatch):
    monkeypatch.setitem(tasks.COUNTED_TO, view, 1)
    assert tasks.counts(session, anna)[view] == 1


def test_there_is_no_count_of_a_view_that_is_not_there(session, anna):
    with pytest.raises(Invalid):
        tasks.counts(session, anna, ["everything"])


def test_who_may_see_every_case_counts_all_that_is_others(session, work, dora):
    assert tasks.counts(session, dora)["others"] == 8
