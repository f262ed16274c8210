"""Process instances in the database: what a step leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.workflow import made, world
from tests.workflow.world import REVIEW, begin, do, last, open_tasks, process, told
from workflow import definitions, engine, history, instances, tasks
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotFound
from workflow.models import (
    Case,
    HistoryEvent,
    Job,
    ProcessInstance,
    Subscription,
    TaskCandidate,
    TaskDraft,
    Timer,
    UserTask,
    Variable,
)
from workflow.statuses import InstanceStatus, JobStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")


def test_a_started_process_offers_its_first_task(session, anna):
    instance = begin(session, process(session, REVIEW), number=7)

    task = open_tasks(session, instance)["open"]
    assert instance.status is InstanceStatus.RUNNING
    assert (task.name, task.process_key, task.priority, task.created_at) == ("open", "p", 50, now())
    assert tasks.candidates(session, task) == ["group:registry"]
    assert tasks.inbox(session, anna).rows == [task]
    assert instances.variables(session, instance) == {"number": 7}


def test_a_process_runs_to_its_end_and_closes_its_case(session, anna, bob):
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna)
    do(session, instance, "check", bob)

    assert (instance.status, instance.ended_at, instance.case.closed_at) == (InstanceStatus.COMPLETED, now(), now())
    assert ("ended", None) in told(session, instance)
    assert history.timeline(session, instance.case)[-1].kind == "closed"


def test_what_happened_stands_in_order_with_who_did_it(session, anna):
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna, seal="whole")

    done = last(session, instance, "completed", "open")
    assert (done.actor, done.person, done.data["variables"]) == ("anna", "安娜", {"seal": "whole"})
    kinds = told(session, instance)
    assert kinds.index(("entered", "open")) < kinds.index(("completed", "open")) < kinds.index(("entered", "check"))
    assert last(session, instance, "entered", "check").actor == "system"
    numbers = list(session.scalars(select(HistoryEvent.seq).order_by(HistoryEvent.seq)))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_gateway_decides_by_the_answers_and_says_what_it_saw(session, anna):
    drawing = """
        start s
        user look candidateGroups=registry
        xor g
        user mend candidateGroups=registry
        end e
        s -> look -> g
        g -> mend if broken = true
        g -> e default
        mend -> e
    """
    instance = begin(session, process(session, drawing))
    do(session, instance, "look", anna, broken=True)

    assert list(open_tasks(session, instance)) == ["mend"]
    assert last(session, instance, "decided", "g").data["values"] == {"broken": True}


def test_the_button_pressed_is_the_variable_outcome(session, anna):
    drawing = """
        start s
        user look candidateGroups=registry
        xor g
        user mend candidateGroups=registry
        end e
        s -> look -> g
        g -> mend if outcome = "return"
        g -> e default
        mend -> e
    """
    instance = begin(session, process(session, drawing))
    task = do(session, instance, "look", anna, outcome="return")

    assert task.outcome == "return"
    assert list(open_tasks(session, instance)) == ["mend"]


def test_a_changed_variable_is_written_once_with_its_revision_and_the_history_keeps_the_old_value(session, anna):
    instance = begin(session, process(session, REVIEW), seal="whole", number=1)
    do(session, instance, "open", anna, seal="broken", number=1)

    rows = {row.name: row.revision for row in session.scalars(select(Variable))}
    assert instances.variables(session, instance) == {"seal": "broken", "number": 1}
    assert rows == {"seal": 2, "number": 0}
    assert last(session, instance, "started").data["variables"] == {"seal": "whole", "number": 1}


def test_true_and_one_are_different_values(session):
    instance = begin(session, process(session, REVIEW), flag=1)
    instances.set_variables(session, instance, {"flag": True}, "eve")

    assert instances.variables(session, instance)["flag"] is True
    changed = last(session, instance, "variables_changed")
    assert (changed.actor, changed.data) == ("eve", {"before": {"flag": 1}, "variables": {"flag": True}})


@pytest.mark.parametrize("value", [float("nan"), "a\x00b", "\ud800", {1: 2}, [datetime(2026, 7, 1, tzinfo=UTC)], 2**70])
def test_a_value_no_database_keeps_is_refused_by_name(session, value):
    with pytest.raises(Invalid) as refused:
        begin(session, process(session, REVIEW), strange=value)
    assert "strange" in str(refused.value.problems["strange"][0])


def test_values_of_every_kind_come_back_as_they_went_in(session):
    values = {"a": None, "b": [1, {"c": "档案“一”"}], "d": False, "e": "", "f": -3, "g": {}}
    instance = begin(session, process(session, REVIEW), **values)

    session.expire_all()
    assert instances.variables(session, instance) == values


def test_attributes_of_a_task_may_be_expressions(session, anna, clock):
    drawing = "start s\nuser look\nend e\ns -> look -> e"
    said = {
        "candidateGroups": "${desk}",
        "candidateUsers": "carl, dora",
        "dueDate": "${limit}",
        "priority": "${10 * 8}",
    }
    instance = begin(session, process(session, drawing, look=said), desk=["registry", "director"], limit="P2D")

    task = open_tasks(session, instance)["look"]
    assert tasks.candidates(session, task) == ["group:director", "group:registry", "user:carl", "user:dora"]
    assert (task.due_at, task.priority) == (now() + timedelta(days=2), 80)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT90M", datetime(2026, 7, 1, 2, 30, tzinfo=UTC)),
        ("2026-07-03", datetime(2026, 7, 3, 15, 59, 59, tzinfo=UTC)),
        ("2026-07-03T17:30:00+08:00", datetime(2026, 7, 3, 9, 30, tzinfo=UTC)),
        ("2026-07-03T17:30:00", datetime(2026, 7, 3, 9, 30, tzinfo=UTC)),
        ("${null}", None),
    ],
)
def test_a_due_date_is_a_duration_a_day_or_a_moment(session, text, due):
    drawing = "start s\nuser look candidateGroups=registry\nend e\ns -> look -> e"
    instance = begin(session, process(session, drawing, look={"dueDate": text}))

    task = open_tasks(session, instance)["look"]
    assert task.due_at == due


def test_a_due_date_that_is_none_names_its_activity(session):
    drawing = "start s\nuser look candidateGroups=registry\nend e\ns -> look -> e"

    with pytest.raises(engine.ExpressionFailed, match="look"):
        begin(session, process(session, drawing, look={"dueDate": "${word}"}), word="soon")


def test_a_task_for_a_named_person_is_theirs_at_once(session, carl):
    drawing = "start s\nuser look\nend e\ns -> look -> e"
    instance = begin(session, process(session, drawing, look={"assignee": "${who}"}), who="carl")

    task = open_tasks(session, instance)["look"]
    assert task.assignee == "carl"
    assert tasks.inbox(session, carl, "mine").rows == [task]
    assert tasks.find(session, task.id, carl) is task


def test_a_person_nobody_knows_gets_no_task(session, people):
    drawing = "start s\nuser look candidateGroups=registry\nend e\ns -> look -> e"
    instance = begin(session, process(session, drawing, look={"assignee": "${who}"}), who="nobody")

    assert open_tasks(session, instance)["look"].assignee is None


def test_parallel_branches_wait_for_each_other(session, anna, bob):
    drawing = """
        start s
        and f
        user a candidateGroups=registry
        user b candidateGroups=registry
        and j
        user c candidateGroups=registry
        end e
        s -> f -> a -> j -> c -> e
        f -> b -> j
    """
    instance = begin(session, process(session, drawing))
    do(session, instance, "a", anna)
    assert set(open_tasks(session, instance)) == {"b"}
    do(session, instance, "b", bob)
    assert set(open_tasks(session, instance)) == {"c"}


def test_each_of_a_multi_instance_has_its_item(session, anna, bob):
    drawing = """
        start s
        user sign each=names item=name output=votes result=vote candidateGroups=registry
        user after candidateGroups=registry
        end e
        s -> sign -> after -> e
    """
    instance = begin(session, process(session, drawing), names=["甲", "乙"])
    signs = session.scalars(select(UserTask).order_by(UserTask.id)).all()
    assert [task.local_variables["name"] for task in signs] == ["甲", "乙"]

    for task, vote in zip(reversed(signs), ["no", "yes"], strict=True):
        tasks.claim(session, task, anna)
        tasks.complete(session, task, anna, {"vote": vote})

    assert list(open_tasks(session, instance)) == ["after"]
    assert instances.variables(session, instance)["votes"] == ["yes", "no"]


def test_a_boundary_event_takes_the_task_and_all_around_it(session, anna):
    drawing = """
        start s
        user look candidateGroups=registry
        boundary late on=look timer=PT1H
        user chase candidateGroups=registry
        end e
        end f
        s -> look -> e
        late -> chase -> f
    """
    instance = begin(session, process(session, drawing))
    task = open_tasks(session, instance)["look"]
    tasks.claim(session, task, anna)
    tasks.save_draft(session, task, anna, {"note": "half"})
    timer = session.scalars(select(Timer)).one()
    assert timer.due_at == now() + timedelta(hours=1)

    do(session, instance, "look", anna)

    session.expire_all()
    assert timer.status is TimerStatus.CANCELLED
    assert session.scalar(select(func.count()).select_from(TaskCandidate)) == 0
    assert session.scalar(select(func.count()).select_from(TaskDraft)) == 0


def test_a_cancelled_process_leaves_nothing_to_do(session, anna, eve):
    drawing = """
        start s
        and f
        user a candidateGroups=registry
        service b topic=messages.deliver
        catch c message=paid
        catch d timer=PT1H
        and j
        end e
        s -> f -> a -> j -> e
        f -> b -> j
        f -> c -> j
        f -> d -> j
    """
    instance = begin(session, process(session, drawing))
    instances.cancel(session, instance, "eve", "打错了")

    session.flush()
    session.expire_all()
    assert (instance.status, instance.case.closed_at) == (InstanceStatus.CANCELLED, now())
    assert [task.status for task in session.scalars(select(UserTask))] == [TaskStatus.CANCELLED]
    assert [job.status for job in session.scalars(select(Job))] == [JobStatus.CANCELLED]
    assert [timer.status for timer in session.scalars(select(Timer))] == [TimerStatus.CANCELLED]
    assert list(session.scalars(select(Subscription))) == []
    assert list(session.scalars(select(TaskCandidate))) == []
    withdrawn = last(session, instance, "withdrawn")
    assert (withdrawn.actor, withdrawn.data) == ("eve", {"reason": "打错了", "before": ["a", "b", "c", "d"]})
    with pytest.raises(Conflict, match="not running"):
        instances.cancel(session, instance, "eve", "noch einmal")


def test_a_case_is_named_by_its_process(session, anna):
    instance = begin(session, process(session, REVIEW, open={"caseTitle": "${name}的档案"}), name="王晓明")
    do(session, instance, "open", anna, name="李雷")

    assert instance.case.title == "李雷的档案"
    assert last(session, instance, "renamed").data == {"before": "一件事", "after": "李雷的档案"}


def test_a_case_stays_open_while_one_of_its_processes_runs(session, anna, bob):
    review = process(session, REVIEW)
    first = begin(session, review)
    second = instances.start(session, review, first.case, "bob", {})
    for activity in ("open", "check"):
        do(session, first, activity, anna)
    assert first.case.closed_at is None
    for activity in ("open", "check"):
        do(session, second, activity, bob)
    assert first.case.closed_at == now()


def test_a_closed_case_opens_again_with_a_new_process(session, anna):
    review = process(session, REVIEW)
    first = begin(session, review)
    instances.cancel(session, first, "eve", "")
    instances.start(session, review, first.case, "bob", {})

    assert first.case.closed_at is None


CALLER = """
    start s
    user a candidateGroups=registry
    call c calls=inner
    user z candidateGroups=registry
    end e
    s -> a -> c -> z -> e
"""


def test_a_called_process_works_on_the_callers_variables_and_gives_back_what_it_changed(session, anna):
    process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
    instance = begin(session, process(session, CALLER), fond="A", pages=1)
    do(session, instance, "a", anna)

    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == instance.id)).one()
    assert instances.variables(session, inner) == {"fond": "A", "pages": 1}
    do(session, inner, "i", anna, pages=9)

    assert inner.status is InstanceStatus.COMPLETED
    assert list(open_tasks(session, instance)) == ["z"]
    assert instances.variables(session, instance) == {"fond": "A", "pages": 9}
    assert instance.case.closed_at is None


def test_a_called_process_that_ends_at_once_lets_its_caller_go_on(session, anna):
    process(session, "start s\nend e\ns -> e", key="inner")
    instance = begin(session, process(session, CALLER))
    do(session, instance, "a", anna)

    assert list(open_tasks(session, instance)) == ["z"]


def test_several_calls_at_once_all_come_back(session, anna):
    process(session, "start s\nend e\ns -> e", key="inner")
    drawing = """
        start s
        call c calls=inner each=names item=name
        user z candidateGroups=registry
        end e
        s -> c -> z -> e
    """
    instance = begin(session, process(session, drawing), names=["甲", "乙", "丙"])

    children = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == instance.id)).all()
    assert [child.status for child in children] == [InstanceStatus.COMPLETED] * 3
    assert list(open_tasks(session, instance)) == ["z"]


def test_an_error_of_the_called_process_is_caught_by_its_caller(session, anna):
    process(session, "start s\nuser i candidateGroups=registry\nend e error=E1\ns -> i -> e", key="inner")
    drawing = (
        CALLER
        + """
    boundary b on=c error=E1
    user sorry candidateGroups=registry
    end f
    b -> sorry -> f
    """
    )
    instance = begin(session, process(session, drawing))
    do(session, instance, "a", anna)
    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == instance.id)).one()
    do(session, inner, "i", anna)

    assert list(open_tasks(session, instance)) == ["sorry"]


def test_who_cancels_the_caller_cancels_what_it_called(session, anna):
    process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
    instance = begin(session, process(session, CALLER))
    do(session, instance, "a", anna)
    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == instance.id)).one()
    with pytest.raises(Conflict, match="called by another"):
        instances.cancel(session, inner, "eve", "")

    instances.cancel(session, instance, "eve", "")

    assert inner.status is InstanceStatus.CANCELLED
    assert open_tasks(session, inner) == {}


def test_a_process_that_calls_itself_for_ever_is_stopped(session):
    drawing = "start s\ncall c calls=p\nend e\ns -> c -> e"
    with pytest.raises(engine.BudgetExceeded, match="depth of called processes"):
        begin(session, definitions.deploy(session, world.drawn(drawing), {}, "eve", together=["p"]))


def test_the_state_belongs_to_one_instance_and_one_revision(session, anna):
    review = process(session, REVIEW)
    one, other = begin(session, review), begin(session, review)
    before = one.state
    do(session, one, "open", anna)

    assert instances.state(one)
    for wrong in (before, other.state, one.state[:-1] + bytes([one.state[-1] ^ 1])):
        one.state = wrong
        with pytest.raises(engine.StateCorrupt):
            instances.state(one)


def test_an_instance_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        instances.lock(session, 4711)


def test_nothing_is_left_of_a_start_that_fails(office):
    with pytest.raises(Invalid), office.database.transaction() as session:
        begin(session, process(session, REVIEW), strange="\x00")

    with office.database.reading() as session:
        for table in (Case, ProcessInstance, HistoryEvent, UserTask):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_history_numbers_have_no_gap_after_a_savepoint_is_undone(session):
    case = made.case(session)
    history.record(session, case, "eve", "noted")
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        history.record(session, case, "eve", "lost")
        session.flush()
        raise ZeroDivisionError
    history.record(session, case, "eve", "noted")

    assert [(e.seq, e.kind) for e in history.timeline(session, case)] == [(1, "opened"), (2, "noted"), (3, "noted")]
