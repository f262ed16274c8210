"""What lint says of reminders and copies before they run, and what fsck says when the books are wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.workflow.world import REVIEW, begin, do, drawn, open_tasks, process
from workflow import fsck, lint, tasks
from workflow.around import asked, copies, deadlines, follow_ups, notices
from workflow.clock import now
from workflow.lint import Known, Level
from workflow.models import (
    AskedTask,
    CaseCopy,
    ChecklistItem,
    ClockPause,
    FollowUp,
    HistoryEvent,
    PersonalNotice,
    TaskCandidate,
    TaskReminder,
    UserTask,
)
from workflow.statuses import NoticeKind, TimerStatus

KNOWN = Known(groups={"registry", "director"})


def found(**said):
    xml = drawn(REVIEW, open=said)
    mine = ("reminders", "copies_sent")
    return [(each.rule, each.level) for each in lint.lint(xml, KNOWN) if each.rule in mine]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"reminders": "P-1D: performer; P2D: group:director", "dueDate": "P3D"}, []),
        ({"reminders": "P-1D: performer"}, [("reminders", Level.WARNING)]),
        ({"reminders": "soon: performer", "dueDate": "P3D"}, [("reminders", Level.ERROR)]),
        ({"reminders": "P1D: group:nowhere", "dueDate": "P3D"}, [("reminders", Level.ERROR)]),
        ({"copyTo": "group:director, starter, user:bob"}, []),
        ({"copyTo": "${colleague}", "copyOn": "arrival"}, []),
        ({"copyTo": "group:nowhere"}, [("copies_sent", Level.ERROR)]),
        ({"copyTo": "group:"}, [("copies_sent", Level.ERROR)]),
        ({"copyTo": "${1 +}"}, [("copies_sent", Level.ERROR)]),
        ({"copyTo": "starter", "copyOn": "tomorrow"}, [("copies_sent", Level.ERROR)]),
    ],
)
def test_lint_judges_what_is_sent_while_nobody_looks(said, expected):
    assert found(**said) == expected


@pytest.fixture
def task(session, clock, anna, dora):
    """A task with everything around it: a reminder, a copy, a date of its own, a stopped clock, a question."""
    said = {"dueDate": "P3D", "reminders": "PT0S: performer", "checklist": "看*"}
    instance = begin(session, process(session, REVIEW, open=said))
    task = tasks.claim(session, open_tasks(session, instance)["open"], anna)
    copies.send(session, task.case, anna, ["dora"], "")
    copies.read(session, copies.mine(session, dora)[0], dora)
    follow_ups.set_(session, task, anna, now() + timedelta(days=1), hidden=False)
    deadlines.pause(session, task, anna, "等回函")
    asked.ask(session, task, anna, dora, "?")
    session.flush()
    return task


def test_with_everything_around_a_task_all_is_well(session, task):
    assert fsck.run(session) == []


BREACHES = [
    (update(TaskReminder).values(status=TimerStatus.FIRED), "does not know whether it was sent"),
    (update(TaskReminder).values(status=TimerStatus.FIRED, sent_at=now()), "but the history tells it 0 times"),
    (update(CaseCopy).values(seq=999), "which there is not"),
    (
        update(HistoryEvent).where(HistoryEvent.kind == "copy_read").values(data={"copy": 0}),
        "the history does not say so",
    ),
    (update(TaskCandidate).values(rank=3), "but stands at -3 in a queue"),
    (update(UserTask).values(priority_set=3), "was given another by hand"),
    (update(AskedTask).values(task_id=1), "was asked for, but not what"),
]


@pytest.mark.parametrize(("breach", "said"), BREACHES, ids=[said for _, said in BREACHES])
def test_fsck_names_each_breach(session, task, breach, said):
    session.execute(breach.execution_options(synchronize_session=False))
    session.expire_all()

    assert said in " ".join(problem.sentence for problem in fsck.run(session))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((TaskReminder, {"status": TimerStatus.WAITING}), "still waits"),
        ((ClockPause, {"ended_at": None, "ended_by": None}), "its clock stands still"),
        ((ChecklistItem, {"done_at": None, "done_by": None}), "was completed without “看”"),
    ],
)
def test_what_outlives_its_task_is_seen(session, task, anna, values, said):
    session.execute(update(ChecklistItem).values(done_at=now(), done_by="anna"))
    do(session, task.instance, "open", anna)
    table, wrong = values
    session.execute(update(table).values(wrong).execution_options(synchronize_session=False))
    session.expire_all()

    assert said in " ".join(problem.sentence for problem in fsck.run(session))


def test_a_date_for_what_is_over_and_a_notice_of_another_case_are_seen(session, task, anna):
    session.execute(update(ChecklistItem).values(done_at=now(), done_by="anna"))
    do(session, task.instance, "open", anna)
    session.add(FollowUp(task_id=task.id, user_name="bob", at=now(), hidden=True))
    other = begin(session, process(session, REVIEW, key="q"), "另一件")
    notices.tell(session, ["bob"], NoticeKind.URGED, other.case_id, task)
    session.flush()
    said = " ".join(problem.sentence for problem in fsck.run(session))

    assert "but bob wants to come back to it" in said
    assert "speaks of a task of another case" in said
    assert session.query(PersonalNotice).count()
    assert session.query(HistoryEvent).count()
