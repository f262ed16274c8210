"""Marks: what an instance is found by, and what a filter asks for, agree; they are kept as variables change."""

import random
from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, select, update

from tests.workflow import made
from workflow import cases, fsck, marks, tasks, variable_rows
from workflow.around import deadlines
from workflow.models import InstanceMarks, TaskCandidate, Variable
from workflow.sketches import hashed
from workflow.views import Condition, Operator
from workflow.views.conditions import by_index, marks_of

NUMBERS = [0, 1, 5, 9, 10, 99, 100, 4999, 5000, 450_123, 999_999, 10**6, 2**53, 2**63 - 1, 1e19, 1e20, 1e21, 1e300]
NUMBERS += [0.1, 0.999, 0.9999999999999999, 9.5, 10.5, 123456789.125, 99999999999999.99]
WORDS = ["2024", "2024-05", "2024-05-01", "2024-05-31T08:00", "2024-12-31", "2025-01-01", "2024-13-01", "2024-0a", "x"]
WORDS += ["2024-5-1", "2024123", "20", "", "二〇二四", "２０２４-05", "2024-05x", "2026-07-31 noon", "9999-12-31"]
ENDS = ["2024", "2024-05", "2024-05-01", "2024-12", "2025-01-01", "2026", "2026-08-01T00:00"]


def narrow(session, *asked: Condition) -> set[int]:
    """The instances in which the marks of all these filters meet."""
    marks.settle(session)
    met = select(InstanceMarks.instance_id).where(*(marks.there(marks_of(each)) for each in asked))
    return set(session.scalars(met))


def let_through(session, asked: Condition) -> set[int]:
    return set(session.scalars(select(Variable.instance_id).where(by_index(asked))))


def told(session, **variables) -> int:
    """An instance that knows this."""
    instance_id = made.task(session, groups=("registry",)).instance_id
    variable_rows.write(session, instance_id, variables, 1)
    return instance_id


def kept(session) -> dict[int, list[int]]:
    marks.settle(session)
    return {row.instance_id: row.marks for row in session.scalars(select(InstanceMarks))}


def problems(session) -> list[str]:
    return [each.sentence for each in fsck.run(session) if each.check == "marks"]


@pytest.fixture
def marked(session):
    """A session of a database that keeps marks; the others are seen to keep none."""
    if not marks.are_kept(session):
        told(session, kind="loan")
        assert kept(session) == {} and problems(session) == []
        return None
    return session


def test_no_number_is_missed_by_the_marks_of_a_range(marked, clock):
    if marked is None:
        return
    numbers = [sign * number for number in NUMBERS for sign in (1, -1)]
    for number in numbers:
        told(marked, amount=number)
    luck = random.Random(5)
    ends = [*numbers, 4, -4, 50, 449_999, 1e15]
    for _ in range(150):
        low, high = sorted(luck.sample(ends, 2))
        texts = luck.choice([(str(low), str(high)), (str(low), ""), ("", str(high))])
        asked = Condition("amount", Operator.BETWEEN, texts)
        assert let_through(marked, asked) <= narrow(marked, asked), asked


def test_no_day_is_missed_by_the_marks_of_a_range_of_days(marked, clock):
    if marked is None:
        return
    for word in [*WORDS, 2024, 20245, -2024]:
        told(marked, day=word)
    for low in ENDS:
        for high in ENDS:
            asked = Condition("day", Operator.BETWEEN, (low, high))
            if marks_of(asked) is not None:
                assert let_through(marked, asked) <= narrow(marked, asked), asked
        asked = Condition("day", Operator.STARTS, (low,))
        assert let_through(marked, asked) <= narrow(marked, asked), asked


def test_marks_narrow_to_little_more_than_what_is_asked(marked, clock):
    if marked is None:
        return
    for number in range(100, 1000, 7):
        told(marked, amount=number, kind=f"kind {number % 3}", day=f"2026-{number % 12 + 1:02}-03")
    near = Condition("amount", Operator.BETWEEN, ("305", "498"))
    assert 0 <= len(narrow(marked, near)) - len(let_through(marked, near)) <= 3
    month, kind = (
        Condition("day", Operator.BETWEEN, ("2026-03", "2026-03")),
        Condition("kind", Operator.IS, ("Kind 2",)),
    )
    both = narrow(marked, month, kind)
    assert both == let_through(marked, month) & let_through(marked, kind) and both


@pytest.mark.parametrize(
    ("operator", "texts"),
    [
        (Operator.EMPTY, ()),
        (Operator.FILLED, ()),
        (Operator.CONTAINS, ("x",)),
        (Operator.STARTS, ("person",)),
        (Operator.BETWEEN, ("", "2024-05")),
        (Operator.BETWEEN, ("2024-05", "")),
        (Operator.BETWEEN, ("a", "b")),
        (Operator.BETWEEN, ("nan", "3")),
    ],
)
def test_some_filters_have_no_marks(operator, texts):
    assert marks_of(Condition("kind", operator, texts)) is None


def test_ranges_are_said_in_few_marks():
    assert marks.among("n", 3, 5) == ["n#2+3", "n#2+4", "n#2+5"]
    assert marks.among("n", 400_000, 419_999) == ["n#7+40", "n#7+41"]
    assert marks.among("n", 0, 99_999) == ["n#2+", "n#3+", "n#4+", "n#5+", "n#6+"]
    assert marks.among("n", -12, -11) == ["n#3-11", "n#3-12"]
    assert len(marks.among("n", None, 123_456)) < 60
    days = marks.between_words("d", "2023-11-05", "2025-02")
    assert [each for each in days if "~" in each] == [
        "d~",
        "d~2023-11",
        "d~2023-12",
        "d~2024",
        "d~2025-01",
        "d~2025-02",
    ]


def test_marks_follow_what_is_written_dropped_over_and_reopened(marked, clock):
    if marked is None:
        return
    instance_id = told(marked, kind="loan", amount=7)
    loan = Condition("kind", Operator.IS, ("loan",))
    assert narrow(marked, loan) == {instance_id} and problems(marked) == []
    variable_rows.write(marked, instance_id, {"kind": "audit"}, 2)
    assert narrow(marked, loan) == set() and narrow(marked, Condition("amount", Operator.IS, ("7",))) == {instance_id}
    variable_rows.drop(marked, instance_id, ["kind", "amount"])
    assert len(kept(marked)[instance_id]) == 2 and problems(marked) == []  # those of its task
    variable_rows.write(marked, instance_id, {"kind": "loan"}, 3)
    before = kept(marked)
    variable_rows.keep_live(marked, instance_id, False)
    assert instance_id not in kept(marked)
    variable_rows.keep_live(marked, instance_id, True)
    assert kept(marked) == before and problems(marked) == []


def test_marks_that_are_wrong_are_told_and_made_anew(marked, clock):
    if marked is None:
        return
    changed, missing, extra = (told(marked, kind=kind) for kind in ("a", "b", "c"))
    before = kept(marked)
    marked.execute(update(InstanceMarks).where(InstanceMarks.instance_id == changed).values(marks=[1]))
    marked.execute(delete(InstanceMarks).where(InstanceMarks.instance_id == missing))
    marked.execute(update(Variable).where(Variable.instance_id == extra).values(live=False))

    of_marks = [said for said in problems(marked) if said.startswith("Instance ")]
    assert len(of_marks) == 3 and any(f"Instance {changed} " in said for said in of_marks)
    assert marks.refill(marked) == 3 and problems(marked) == []
    after = kept(marked)
    assert {id_: after[id_] for id_ in (changed, missing)} == {id_: before[id_] for id_ in (changed, missing)}
    assert len(after[extra]) == 2 and set(after[extra]) < set(before[extra])  # the marks of its task


def shown(session, *asked: str) -> set[int]:
    """The instances that have one of these marks."""
    marks.settle(session)
    return set(session.scalars(select(InstanceMarks.instance_id).where(marks.there(asked))))


def seen(*tickets: str) -> list[str]:
    return marks.offered(tickets) + marks.looked_on(tickets)


def test_marks_say_to_whom_a_task_is_offered_and_who_looks_on_without_having_it(marked, people, clock):
    if marked is None:
        return
    task = made.task(marked, groups=("registry",))
    assert shown(marked, *marks.offered(["group:registry"])) == {task.instance_id} == shown(marked, "+group:registry")
    assert shown(marked, *seen("group:director", "user:anna")) == set()

    tasks.claim(marked, task, people.anna)
    assert shown(marked, "?user:anna") == set() and problems(marked) == []
    tasks.release(marked, task, people.anna)
    assert shown(marked, "?user:anna") == {task.instance_id} and problems(marked) == []

    cases.show_to(marked, task.case_id, groups=["director"])
    assert shown(marked, *seen("group:director")) == {task.instance_id} and problems(marked) == []
    cases.show_to(marked, task.case_id, groups=["director"])
    before = kept(marked)
    variable_rows.write(marked, task.instance_id, {"kind": "loan"}, 1)
    gone = set(map(hashed, marks.held()))  # nobody has it any longer
    assert set(before[task.instance_id]) - gone < set(kept(marked)[task.instance_id])


def test_a_mark_of_what_has_been_done_may_stay_until_the_next_is_written(marked, people, clock):
    if marked is None:
        return
    task = made.task(marked, groups=("registry",))
    variable_rows.write(marked, task.instance_id, {"kind": "loan"}, 1)
    assert shown(marked, "+group:registry") == {task.instance_id}
    marked.execute(delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
    assert shown(marked, "+group:registry") == {task.instance_id} and problems(marked) == []
    variable_rows.write(marked, task.instance_id, {"kind": "audit"}, 2)
    assert shown(marked, "+group:registry") == set() and problems(marked) == []


def test_marks_are_written_once_at_the_end_of_a_transaction(office, people, clock):
    with office.database.transaction() as session:
        instance_id = told(session, kind="loan")
        variable_rows.write(session, instance_id, {"kind": "audit", "amount": 3}, 2)
        there = list(session.scalars(select(InstanceMarks.instance_id)))
    with office.database.reading() as session:
        audit = select(InstanceMarks.instance_id).where(marks.there(["kind=audit"]))
        assert there == [] and (not marks.are_kept(session) or list(session.scalars(audit)) == [instance_id])


def test_marks_say_that_somebody_has_a_task(marked, people, clock):
    if marked is None:
        return
    task = made.task(marked, groups=("registry",))
    assert shown(marked, *marks.held()) == set()
    tasks.claim(marked, task, people.anna)
    assert shown(marked, *marks.held()) == {task.instance_id} and problems(marked) == []
    marked.execute(update(InstanceMarks).values(marks=[]))
    assert problems(marked) != []


def test_marks_say_on_which_day_a_task_is_due(marked, people, clock):
    if marked is None:
        return
    task = made.task(marked, groups=("registry",))
    variable_rows.write(marked, task.instance_id, {"kind": "loan"}, 1)
    assert shown(marked, "@") == {task.instance_id}
    late = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    for due_at, day in ((late, "2027-01-01"), (clock.set(late), "2027-01-01"), (None, "")):
        deadlines.set_(marked, task, due_at)
        assert shown(marked, f"@{day}") == {task.instance_id} and problems(marked) == []
    assert shown(marked, *marks.due([date(2027, 1, 1)])) == set()
    before = kept(marked)
    task.due_at = late
    marked.flush()
    assert problems(marked) != [] and marks.refill(marked) == 1
    assert shown(marked, *marks.due([date(2027, 1, 1)])) == {task.instance_id} and kept(marked) != before
