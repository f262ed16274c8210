"""Sketches: each open task has its instance's beside it, and none is passed over that has what is asked for."""

import pytest
from sqlalchemy import select, update

from tests.workflow import made
from workflow import cases, fsck, marks, sketches, tasks, variable_rows, views
from workflow.identity import User
from workflow.models import TaskOnlooker
from workflow.views import Condition, Operator, marked
from workflow.views.asking import View
from workflow.views.conditions import marks_of
from workflow.views.marked import Seen


def told(session, **variables):
    """An open task whose process knows this."""
    task = made.task(session, groups=("registry",))
    variable_rows.write(session, task.instance_id, variables, 1)
    marks.settle(session)
    return task


def resembling(session, *asked: Condition) -> set[int]:
    """The open tasks whose sketch resembles."""
    said = [marks_of(each) for each in asked]
    query = select(TaskOnlooker.task_id).where(*sketches.resemble(TaskOnlooker.sketch, said))
    return set(session.scalars(query))


def problems(session) -> list[str]:
    return [each.sentence for each in fsck.run(session) if "sketch" in each.sentence]


@pytest.fixture
def drawn(session, clock):
    """A session of a database that has sketches; the others are seen to have none."""
    if not marks.are_kept(session):
        told(session, kind="loan")
        assert list(session.scalars(select(TaskOnlooker.sketch))) == [None] and problems(session) == []
        return None
    return session


IS = Operator.IS
LOAN, AUDIT, WEST = (
    Condition("kind", IS, ("loan",)),
    Condition("kind", IS, ("audit",)),
    Condition("town", IS, ("West",)),
)


def test_no_task_is_passed_over(drawn):
    if drawn is None:
        return
    both = told(drawn, kind="loan", town="west", amount=450)
    told(drawn, kind="return", town="east", amount=7)
    some = Condition("kind", Operator.ONE_OF, ("audit", "loan"))
    near = Condition("amount", Operator.BETWEEN, ("400", "499"))
    for asked in ((LOAN,), (WEST,), (LOAN, WEST), (some, near), (some, WEST, near)):
        assert both.id in resembling(drawn, *asked), asked
    assert resembling(drawn, AUDIT, WEST, near) == set()


def test_a_filter_that_may_be_very_many_things_is_left_to_the_look(drawn):
    if drawn is None:
        return
    far = told(drawn, kind="loan", amount=1)
    wide = Condition("amount", Operator.BETWEEN, ("2", ""))
    assert len(marks_of(wide)) > sketches.TELLING
    assert far.id in resembling(drawn, LOAN, wide) and far.id not in resembling(drawn, AUDIT, wide)


def test_sketches_follow_what_is_written(drawn):
    if drawn is None:
        return
    task = told(drawn, kind="loan")
    variable_rows.write(drawn, task.instance_id, {"kind": "audit"}, 2)
    marks.settle(drawn)
    assert task.id in resembling(drawn, AUDIT) and task.id not in resembling(drawn, LOAN)
    cases.show_to(drawn, task.case_id, ["store"])
    tasks.claim(drawn, task, drawn.get_one(User, "anna"))
    tasks.release(drawn, task, drawn.get_one(User, "anna"))
    marks.settle(drawn)
    assert problems(drawn) == []


def test_a_sketch_that_is_not_that_of_the_marks_is_found(drawn):
    if drawn is None:
        return
    task = told(drawn, kind="loan")
    drawn.execute(update(TaskOnlooker).where(TaskOnlooker.task_id == task.id).values(sketch="1" * 256))
    assert len(problems(drawn)) == 1 and str(task.id) in problems(drawn)[0]
    drawn.execute(update(TaskOnlooker).where(TaskOnlooker.task_id == task.id).values(sketch=None))
    assert len(problems(drawn)) == 1


def test_a_list_that_is_glanced_over_stands_in_the_order_of_due_dates(drawn, monkeypatch):
    if drawn is None:
        return
    wanted = [told(drawn, kind="loan", town="west") for _ in range(7)]
    for number in range(9):
        told(drawn, kind="loan" if number % 2 else "audit", town="east")
    monkeypatch.setattr(marked, "A_FIND", 1e9)  # nothing else is worth it
    monkeypatch.setattr(marked, "A_STEP", 1e9)
    monkeypatch.setattr(marked, "_met", None)
    dora = drawn.get_one(User, "dora")
    for sort, order in (("due", 1), ("-due", -1)):
        asked, _ = views.asked_of(View.ALL, conditions=[("kind", "is", "loan"), ("town", "is", "west")], sorts=[sort])
        assert views.every(drawn, dora, asked, 5) == [each.id for each in wanted][::order][:5]


@pytest.mark.parametrize(("spare", "meeting", "parts"), [(0.3, 1e9, 8), (2, 100, 2)])
def test_a_list_that_is_glanced_over_in_parts_is_the_same(drawn, monkeypatch, spare, meeting, parts):
    if drawn is None:
        return
    there = [told(drawn, kind="loan" if number % 3 else "audit", town="west") for number in range(24)]
    wanted = [each.id for number, each in enumerate(there) if number % 3]
    portions, sketched = [], marked.lines.sketched
    monkeypatch.setattr(marked.lines, "sketched", lambda *asked: portions.append(asked[4]) or sketched(*asked))
    for name, value in {"FIRST_PART": 0, "AT_ONCE": 2, "SPARE": spare, "A_STEP": 1e9, "A_GLANCE": 5}.items():
        monkeypatch.setattr(marked, name, value)
    monkeypatch.setattr(Seen, "meeting", lambda *_: meeting)
    dora = drawn.get_one(User, "dora")
    for sort, order in (("due", 1), ("-due", -1)):
        asked, _ = views.asked_of(View.ALL, conditions=[("kind", "is", "loan"), ("town", "is", "west")], sorts=[sort])
        assert views.every(drawn, dora, asked, 12) == wanted[::order][:12]
    assert len(portions) >= parts  # and where another is too dear, the marks meet from there on
