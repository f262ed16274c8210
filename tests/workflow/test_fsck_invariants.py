"""fsck: each invariant of a durable engine, with a fault planted against it, and the bad row named."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from tests.workflow import made
from tests.workflow.test_fsck import EVERYTHING, breach
from tests.workflow.test_fsck_rows import only, row
from tests.workflow.world import begin, do, open_tasks, process, work
from workflow import fsck, heartbeats, instances, messages, seals, timers
from workflow.clock import now
from workflow.engine import codec
from workflow.identity import User
from workflow.models import (
    DefinitionResource,
    HistoryEvent,
    Incident,
    Job,
    Message,
    ProcessDefinition,
    ProcessInstance,
    ResourceContent,
    Timer,
    UserTask,
)
from workflow.statuses import InstanceStatus, JobStatus, MessageStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
LATE = timedelta(minutes=6)


@pytest.fixture
def pair(session, anna):
    """Two sound instances of the same process: one will be hurt, the other must not be accused."""
    process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
    definition = process(session, EVERYTHING)
    both = [begin(session, definition) for _ in range(2)]
    for instance in both:
        do(session, instance, "first", anna)
    session.flush()
    return both


def of(instance):
    return f"Process instance {instance.id} ({instance.definition.key}, revision {instance.revision})"


def event(session, instance, kind, activity):
    found = session.query(HistoryEvent).filter_by(instance_id=instance.id, kind=kind, activity_id=activity)
    return found.order_by(HistoryEvent.seq.desc()).first()


class TestTokens:
    """I-4 and I-17: what the history saw come and not go is what the state holds."""

    def test_a_token_the_state_has_lost_is_named(self, session, pair):
        task = open_tasks(session, pair[0])["a"]
        came = event(session, pair[0], "entered", "a")
        values = {
            "case_id": came.case_id,
            "seq": session.query(HistoryEvent).filter_by(case_id=came.case_id).count() + 1,
            "instance_id": pair[0].id,
            "at": now(),
            "actor": "system",
            "kind": "entered",
            "activity_id": "a",
            "token_id": "lost",
            "data": {},
        }
        breach(session, insert(HistoryEvent).values(**values))
        assert only(session, "tokens") == [
            f"{of(pair[0])}: the history saw tokens come to “a” (lost) and not go, but the state has lost them."
        ]
        assert task.token_id != "lost"

    def test_a_token_nobody_saw_come_is_named(self, session, pair):
        came = event(session, pair[0], "entered", "c")
        breach(session, update(HistoryEvent).where(HistoryEvent.id == came.id).values(kind="noted"))
        assert only(session, "tokens") == [
            f"{of(pair[0])}: tokens stand at “c” ({came.token_id}), but the history did not see them come."
        ]

    def test_a_token_told_to_have_gone_although_it_stands_is_named(self, session, pair):
        came = event(session, pair[1], "entered", "c")
        told = event(session, pair[1], "completed", "first")
        breach(session, update(HistoryEvent).where(HistoryEvent.id == told.id).values(token_id=came.token_id))
        said = [each.sentence for each in fsck.run(session) if each.check == "tokens"]
        assert len(said) == 1 and of(pair[1]) in said[0]

    def test_a_process_that_is_over_and_still_has_tokens_is_named(self, session, pair):
        gone = {"status": InstanceStatus.COMPLETED, "ended_at": now()}
        breach(session, update(ProcessInstance).where(ProcessInstance.id == pair[0].id).values(**gone))
        session.expire_all()
        said = [each.sentence for each in fsck.run(session) if each.check == "tokens"]
        assert len(said) == 1 and said[0].startswith(f"{of(pair[0])}: it is completed, but tokens stand at “a” (")

    def test_a_state_that_would_not_be_saved_so_is_named(self, session, pair):
        """It opens and loads, but is not what our codec writes."""
        payload = instances.state(pair[0])
        pair[0].state = seals.seal(session, pair[0], payload[:1] + b" " + payload[1:])
        assert only(session, "states") == [f"{of(pair[0])}: The state is not what would be saved of its tokens."]

    def test_a_state_of_a_serializer_of_the_future_is_named(self, session, pair):
        payload = instances.state(pair[0])
        pair[0].state = seals.seal(session, pair[0], bytes([codec.VERSION + 1]) + payload[1:])
        assert of(pair[0]) in only(session, "states")[0]


class TestTasks:
    """I-2, I-8 and I-9."""

    def test_a_completion_by_a_person_of_no_task_is_named(self, session, pair):
        told = event(session, pair[0], "completed", "first")
        breach(session, update(HistoryEvent).where(HistoryEvent.id == told.id).values(token_id="nobody's"))
        said = [each.sentence for each in fsck.run(session) if each.check == "completions"]
        assert f"Event {told.seq} of case {told.case_id} says that anna completed a task, but there is none." in said

    def test_a_task_completed_by_another_than_its_holder_is_named(self, session, pair):
        done = row(session, UserTask, pair[0], activity_id="first")
        breach(session, update(UserTask).where(UserTask.id == done.id).values(assignee="bob"))
        assert only(session, "claims") == [f"Task {done.id} “first” was completed by anna, but held by bob."]

    @pytest.mark.parametrize("activity", ["a", "first"])
    def test_a_request_kept_where_none_belongs_is_named(self, session, pair, activity):
        task = row(session, UserTask, pair[0], activity_id=activity)
        kept = "0" * (64 if activity == "a" else 9)
        breach(session, update(UserTask).where(UserTask.id == task.id).values(request_digest=kept))
        assert only(session, "claims") == [f"Task {task.id} “{activity}” keeps a request that did not complete it."]

    def test_a_claim_without_holder_is_named(self, session, pair):
        task = open_tasks(session, pair[0])["a"]
        breach(session, update(UserTask).where(UserTask.id == task.id).values(claimed_at=now()))
        assert only(session, "claims") == [f"Task {task.id} “a” is held by nobody, but has a claim of another time."]


class TestMachine:
    """I-7, I-10 and I-18."""

    @pytest.mark.parametrize(
        "values",
        [{"lease_until": True}, {"status": JobStatus.RUNNING}],
        ids=["leased, but waiting", "running, unleased"],
    )
    def test_a_lease_that_does_not_fit_is_named(self, session, pair, values):
        job = row(session, Job, pair[0])
        breach(
            session,
            update(Job).where(Job.id == job.id).values(**{k: now() if v is True else v for k, v in values.items()}),
        )
        (said,) = only(session, "leases")
        assert f"Job {job.id} (messages.deliver)" in said

    def test_a_job_whose_end_does_not_fit_is_named(self, session, pair):
        job = row(session, Job, pair[0])
        breach(session, update(Job).where(Job.id == job.id).values(done_at=now()))
        assert only(session, "leases") == [
            f"Job {job.id} (messages.deliver) is waiting, but the moment of its end says otherwise."
        ]

    def test_a_timer_that_says_it_fired_and_did_not_is_named(self, session, pair):
        timer = row(session, Timer, pair[0])
        breach(session, update(Timer).where(Timer.id == timer.id).values(fired_at=now()))
        assert only(session, "timers") == [
            f"Timer {timer.id} “late” is waiting, but the moment it fired says otherwise."
        ]

    def test_a_timer_that_fired_without_consequence_is_named(self, session, pair):
        timer = row(session, Timer, pair[0])
        breach(session, update(Timer).where(Timer.id == timer.id).values(status=TimerStatus.FIRED, fired_at=now()))
        said = [each.sentence for each in fsck.run(session) if each.check == "timers"]
        assert said == [f"Timer {timer.id} “late” of instance {pair[0].id} has fired, but nothing came of it."]

    def test_what_is_overdue_is_named_while_somebody_should_do_it(self, session, pair, clock):
        timer, job = row(session, Timer, pair[0]), row(session, Job, pair[1])
        clock.move(minutes=10)
        breach(session, update(Timer).where(Timer.id == timer.id).values(due_at=now() - LATE))
        breach(session, update(Job).where(Job.id != job.id).values(due_at=now()))
        assert not [each for each in fsck.run(session) if each.check == "overdue"]  # nobody is there to do it

        heartbeats.beat(session, "scheduler")
        said = [each.sentence for each in fsck.run(session) if each.check == "overdue"]
        assert said == [
            f"Timer {timer.id} “late” was due at {now() - LATE:%Y-%m-%d %H:%M} and has not fired.",
            f"Job {job.id} (messages.deliver) is waiting and has been due for minutes; nobody does it.",
        ]

    def test_a_timer_beside_an_incident_is_not_overdue(self, session, pair, clock):
        breach(session, update(Job).values(due_at=now() + timedelta(days=1)))
        timer = row(session, Timer, pair[0])
        clock.move(hours=1, minutes=10)
        heartbeats.beat(session, "scheduler")
        session.add(Incident(instance_id=pair[0].id, activity_id="late", message="x", opened_at=now()))
        session.flush()
        said = [each.sentence for each in fsck.run(session) if each.check == "overdue"]
        assert len(said) == 1 and f"Timer {timer.id} " not in said[0]

    def test_a_message_that_lies_beside_its_reader_is_named(self, session, pair, clock):
        message = messages.outgoing.keep(session, "paid", "", {}, "m1")
        assert only_of(session, "messages") == []
        clock.move(minutes=6)
        heartbeats.beat(session, "scheduler")
        assert only_of(session, "messages") == [
            f"Message {message.id} “paid” (m1) is not delivered, although a process waits for it."
        ]
        message.status = MessageStatus.EXPIRED
        assert only_of(session, "messages") == []


def only_of(session, check):
    session.flush()
    return [each.sentence for each in fsck.run(session) if each.check == check]


class TestRecords:
    """I-13, and what belongs together."""

    def test_a_diagram_that_was_changed_is_named(self, session, pair):
        changed = update(ProcessDefinition).where(ProcessDefinition.key == "inner")
        breach(session, changed.values(xml=b"<definitions/>"))
        assert only_of(session, "definitions") == [
            "Version 1 of “inner” is not what was deployed: its diagram or a form differs."
        ]

    def test_a_form_that_was_changed_is_named_with_the_version_that_uses_it(self, session, pair):
        content = ResourceContent(sha256="a" * 64, content=b"changed")
        session.add(content)
        session.flush()
        definition = session.query(ProcessDefinition).filter_by(key="inner").one()
        session.add(DefinitionResource(definition_id=definition.id, name="f.form", sha256=content.sha256))
        assert only_of(session, "definitions") == [
            "The form or table aaaaaaaaaaaa… is not what was deployed: its bytes have changed.",
            "Version 1 of “inner” is not what was deployed: its diagram or a form differs.",
        ]

    def test_a_task_in_another_case_than_its_process_is_named(self, session, pair):
        other, task = made.case(session, "another"), open_tasks(session, pair[0])["a"]
        breach(session, update(UserTask).where(UserTask.id == task.id).values(case_id=other.id))
        assert only_of(session, "owners") == [
            f"Task {task.id} stands in another case than its process instance {pair[0].id}."
        ]


def test_everything_that_happens_in_a_life_keeps_every_invariant(office, clock):
    """Timers, messages, jobs that fail, completions: nothing is found at any time."""
    with office.database.transaction() as session:
        process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
        definition = process(session, EVERYTHING)
        ids = [begin(session, definition).id for _ in range(3)]
    for step in range(4):
        with office.database.transaction() as session:
            anna = session.get_one(User, "anna")
            for instance_id in ids[:2]:
                instance = session.get_one(ProcessInstance, instance_id)
                for activity in list(open_tasks(session, instance))[:1]:
                    do(session, instance, activity, anna)
            messages.receive(session, "paid", "", {}, f"m{step}")
        clock.move(hours=1)
        timers.fire_due(office.database)
        work(office)
        with office.database.reading() as session:
            assert fsck.run(session) == []
    with office.database.transaction() as session:
        instances.cancel(session, session.get_one(ProcessInstance, ids[0]), "eve", "over")
        assert session.scalars(select(Message.id)).all()
    with office.database.reading() as session:
        assert fsck.run(session) == []
        session.execute(delete(Timer).where(Timer.id < 0))
