"""Rows through the driver: seen by everything after them, undone with everything around them."""

import logging
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, event, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.workflow import made, world
from workflow import cases, history, rows, tasks, variable_rows
from workflow.clock import now
from workflow.db import Database
from workflow.identity import User
from workflow.models import Case, CaseGroup, HistoryEvent, Job, ProcessDefinition, ProcessInstance, UserTask, Variable
from workflow.office import Office
from workflow.statements import Statement, columns
from workflow.statuses import InstanceStatus, JobStatus, TaskStatus

TOPICS = Statement(select(Job.topic).order_by(Job.id))
JOB = Statement(select(*columns(Job)).where(Job.id == bindparam("job_id")))


def add(session: Session, topic: str, **more) -> None:
    rows.add(session, Job, topic=topic, due_at=now(), created_at=now(), **more)


def topics(session: Session) -> list[str]:
    (found,) = rows.ask(session, TOPICS())
    return [row.topic for row in found]


def kept(office: Office) -> list[str]:
    with office.database.reading() as later:
        return topics(later)


def test_what_is_written_is_there_for_the_next_question(session):
    add(session, "one")
    add(session, "two")

    assert topics(session) == ["one", "two"]


def test_what_is_written_is_there_for_a_question_of_the_orm(session):
    add(session, "one")

    assert session.scalar(select(func.count(Job.id))) == 1


def test_what_is_written_is_there_for_a_statement_on_the_connection(session):
    add(session, "one")

    assert session.connection().execute(text("SELECT count(*) FROM jobs")).scalar() == 1


def test_what_the_orm_has_added_is_there_for_a_question(session):
    session.add(Job(topic="orm", due_at=now(), created_at=now()))

    assert topics(session) == ["orm"]


def test_what_the_orm_has_changed_before_a_write_goes_before_it(session):
    task = made.task(session)
    task.name = "erst"
    rows.change(session, UserTask, task.id, priority=80)
    rows.write(session, Statement(update(UserTask).values(name=UserTask.name + "!"))())

    session.refresh(task)
    assert (task.name, task.priority) == ("erst!", 80)


def test_a_question_leaves_alone_what_the_orm_shall_not_write_yet(session):
    session.add(Job(topic="orm", due_at=now(), created_at=now()))

    with session.no_autoflush:
        assert topics(session) == []


def test_what_is_written_stands_after_the_commit(office):
    with office.database.transaction() as session:
        add(session, "one")

    assert kept(office) == ["one"]


def test_a_rollback_forgets_what_has_not_gone_out(office):
    with pytest.raises(ZeroDivisionError), office.database.transaction() as session:
        add(session, "one")
        raise ZeroDivisionError

    with office.database.transaction() as session:
        add(session, "two")
    assert kept(office) == ["two"]


def test_a_rollback_undoes_what_has_gone_out(office):
    with pytest.raises(ZeroDivisionError), office.database.transaction() as session:
        add(session, "one")
        assert topics(session) == ["one"]
        raise ZeroDivisionError

    assert kept(office) == []


def test_what_was_written_in_a_session_for_reading_is_nobodys(office):
    with office.database.reading() as session:
        add(session, "one")

    with office.database.transaction() as session:
        session.connection()
    assert kept(office) == []


def test_a_savepoint_undoes_only_what_was_written_in_it(session):
    add(session, "before")
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        add(session, "inside")
        raise ZeroDivisionError
    add(session, "after")

    assert topics(session) == ["before", "after"]


def test_a_savepoint_that_holds_keeps_what_was_written_in_it(office):
    with office.database.transaction() as session:
        with session.begin_nested():
            add(session, "inside")
        add(session, "after")

    assert kept(office) == ["inside", "after"]


def test_history_goes_on_counting_after_a_savepoint_was_undone(session):
    case = made.case(session, "一件事")
    history.record(session, case, "anna", "commented")
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        history.record(session, case, "anna", "attached")
        raise ZeroDivisionError
    history.record(session, case, "anna", "renamed")

    assert [(event.seq, event.kind) for event in history.timeline(session, case)] == [
        (1, "opened"),
        (2, "commented"),
        (3, "renamed"),
    ]


def test_what_cannot_be_written_is_refused_as_the_orm_refuses_it(office):
    with pytest.raises(IntegrityError) as refused, office.database.transaction() as session:
        add(session, "one")
        rows.add(session, CaseGroup, case_id=4711, group_key="registry")
        add(session, "two")

    assert refused.value.orig is not None
    assert kept(office) == []


def test_what_cannot_be_written_is_refused_by_the_next_question_at_the_latest(office):
    with pytest.raises(IntegrityError), office.database.transaction() as session:
        rows.add(session, CaseGroup, case_id=4711, group_key="registry")
        session.scalar(select(func.count(Case.id)))
        pytest.fail("the question was answered")


def test_after_a_refused_write_the_connection_is_as_good_as_before(office):
    with pytest.raises(IntegrityError), office.database.transaction() as session:
        rows.add(session, CaseGroup, case_id=4711, group_key="registry")

    with office.database.transaction() as session:
        add(session, "one")
    assert kept(office) == ["one"]


def test_the_defaults_of_a_row_are_those_of_its_class(session):
    add(session, "one")

    job = session.scalars(select(Job)).one()
    assert (job.status, job.payload, job.attempts, job.fence, job.lease_until) == (JobStatus.WAITING, {}, 0, 0, None)


def test_a_default_that_is_made_is_made_for_each_row(session):
    made_rows = rows.new(
        session, Job, *({"topic": topic, "due_at": now(), "created_at": now()} for topic in ("one", "two"))
    )

    assert made_rows[0].payload == made_rows[1].payload == {}
    assert made_rows[0].payload is not made_rows[1].payload


def test_values_come_back_as_they_went_in(session):
    at = datetime(2026, 7, 1, 9, 30, 15, 250_000, tzinfo=UTC)
    payload = {"文字": "档案 “引号” %s ?", "number": 2**53, "list": [1, None, True], "nothing": None}
    rows.add(session, Job, topic="one", payload=payload, due_at=at, created_at=at, status=JobStatus.FAILED)
    job = session.scalars(select(Job)).one()

    ((row,),) = rows.ask(session, JOB(job_id=job.id))
    assert (row.payload, row.due_at, row.status) == (payload, at, JobStatus.FAILED)
    assert type(row.status) is JobStatus
    assert (job.payload, job.due_at, job.status) == (payload, at, JobStatus.FAILED)


def test_every_json_value_of_a_variable_comes_back(session):
    instance = made.instance(session, made.definition(session), made.case(session))
    values = {"none": None, "no": False, "zero": 0, "text": "“”", "list": [], "deep": {"a": [{"b": None}]}}
    variable_rows.write(session, instance.id, values, 1)

    assert variable_rows.read(session, instance.id) == values
    assert {row.name: row.value for row in session.scalars(select(Variable))} == values


def test_a_variable_written_again_has_its_last_value(session):
    instance = made.instance(session, made.definition(session), made.case(session))
    variable_rows.write(session, instance.id, {"a": 1, "b": 1}, 1)
    variable_rows.write(session, instance.id, {"a": 2}, 2)
    variable_rows.write(session, instance.id, {"a": 3}, 3)

    assert variable_rows.read(session, instance.id) == {"a": 3, "b": 1}
    assert variable_rows.read(session, instance.id, since=2) == {"a": 3}


def test_many_neighbouring_rows_go_out_in_few_statements_and_in_order(session, caplog):
    wanted = [f"topic {number}" for number in range(2 * rows.AT_ONCE + 7)]
    for topic in wanted:
        add(session, topic)

    with caplog.at_level(logging.DEBUG, "workflow.rows"):
        assert topics(session) == wanted
    assert caplog.records[-1].statements == 3 + 1  # and the question


def test_a_row_tells_its_id_once_it_has_gone_out(session):
    told = []
    add(session, "one", told=told.extend)
    add(session, "two", told=told.extend)
    assert told == []

    topics(session)
    assert [row.id for row in told] == list(session.scalars(select(Job.id).order_by(Job.id)))


def test_a_row_tells_its_id_also_when_it_goes_out_with_the_commit(office):
    told = []
    with office.database.transaction() as session:
        add(session, "one", told=told.extend)

    with office.database.reading() as later:
        assert [row.id for row in told] == list(later.scalars(select(Job.id)))


def test_new_rows_are_objects_of_the_session_at_once(session):
    one, two = rows.new(
        session, Job, *({"topic": topic, "due_at": now(), "created_at": now()} for topic in ("one", "two"))
    )

    assert session.get(Job, one.id) is one
    assert (one.topic, two.topic) == ("one", "two")
    assert not session.is_modified(one)
    one.topic = "other"
    assert topics(session) == ["other", "two"]


def test_a_new_row_goes_out_as_it_was_changed(session, caplog):
    (one,) = rows.new(session, Job, {"topic": "one", "due_at": now(), "created_at": now()})
    rows.change(session, Job, one.id, topic="other")

    with caplog.at_level(logging.DEBUG, "workflow.rows"):
        assert topics(session) == ["other"]
    assert one.topic == "other"
    assert caplog.records[-1].statements == 1 + 1  # the INSERT and the question


def test_new_rows_follow_those_there_are_whoever_wrote_them(session):
    session.add(Job(topic="orm", due_at=now(), created_at=now()))
    (one,) = rows.new(session, Job, {"topic": "one", "due_at": now(), "created_at": now()})
    add(session, "two")
    session.add(Job(topic="orm again", due_at=now(), created_at=now()))

    session.flush()
    assert topics(session) == ["orm", "one", "two", "orm again"]
    assert session.scalar(select(Job.id).where(Job.topic == "one")) == one.id


def test_what_cannot_be_written_in_a_savepoint_is_refused_in_it(session):
    cases.open_case(session, "Z-1", "一件事", "p", "anna")
    twice = {"business_key": "Z-1", "title": "", "process_key": "p", "opened_at": now(), "opened_by": "anna"}
    with pytest.raises(IntegrityError), session.begin_nested():
        rows.new(session, Case, twice)

    assert session.scalar(select(func.count(Case.id))) == 1


def test_a_changed_row_is_changed_in_the_session_too(session):
    task = made.task(session)
    rows.change(session, UserTask, task.id, name="改名", priority=80)

    assert (task.name, task.priority) == ("改名", 80)
    assert not session.is_modified(task)
    session.refresh(task)
    assert (task.name, task.priority) == ("改名", 80)


def test_a_row_is_changed_also_when_the_session_does_not_know_it(session):
    task = made.task(session)
    session.expunge(task)
    rows.change(session, UserTask, task.id, name="改名")

    assert session.get_one(UserTask, task.id).name == "改名"


def test_what_the_orm_changes_beside_is_kept(session):
    task = made.task(session)
    task.priority = 10
    rows.change(session, UserTask, task.id, name="改名")
    session.flush()
    session.refresh(task)

    assert (task.name, task.priority) == ("改名", 10)


def test_a_row_read_anew_brings_the_sessions_object_up_to_date(session):
    task = made.task(session)
    instance = session.get_one(ProcessInstance, task.instance_id)
    session.connection().execute(text("UPDATE process_instances SET revision = 7"))
    query = Statement(select(*columns(ProcessInstance), *columns(Case)).join_from(ProcessInstance, Case))
    ((row,),) = rows.ask(session, query())

    again, case = rows.objects(session, row, ProcessInstance, Case)
    assert again is instance
    assert instance.revision == 7
    assert instance.status is InstanceStatus.RUNNING
    assert case is session.get(Case, task.case_id)


def test_what_is_loaded_only_when_needed_still_is(session):
    definition = world.process(session, world.REVIEW)
    instance = world.begin(session, definition)
    task_id = world.open_tasks(session, instance)["open"].id
    session.expunge_all()

    task = tasks.find(session, task_id, session.get_one(User, "anna"))
    assert task.definition.xml.startswith(b"<")
    assert set(task.definition.activities) == {"s", "open", "check", "e"}
    assert task.instance.id == instance.id
    assert isinstance(task.definition, ProcessDefinition)


def test_a_person_finds_a_task_by_the_groups_they_are_in_now(session, anna, carl):
    instance = world.begin(session, world.process(session, world.REVIEW))
    task = world.open_tasks(session, instance)["open"]

    assert tasks.find(session, task.id, anna) is task
    with pytest.raises(Exception, match="not"):
        tasks.find(session, task.id, carl)
    cases.show_to(session, task.case_id, people=["carl"])
    assert tasks.find(session, task.id, carl) is task


def test_completing_a_task_takes_three_trips_and_no_statement_of_the_orm(office, anna, caplog, clock):
    with office.database.transaction() as session:
        instance = world.begin(session, world.process(session, world.REVIEW))
        task_id = tasks.claim(session, world.open_tasks(session, instance)["open"], anna).id
    said = _statements(office.database)

    with caplog.at_level(logging.DEBUG, "workflow.rows"), office.database.transaction() as session:
        tasks.complete(session, tasks.find(session, task_id, anna), anna, {"remark": "齐全"}, "pass", "key")

    trips = [record for record in caplog.records if record.message == "rows_sent"]
    assert [record.committing for record in trips] == [False, False, True]  # find; hold and read; write and commit
    assert sum(record.statements for record in trips) <= 24
    assert [each for each in said if not each.startswith("BEGIN")] == []


def test_starting_a_process_asks_once_for_each_id_it_needs(office, caplog, clock):
    with office.database.transaction() as session:
        definition = world.process(session, world.REVIEW)
        case = cases.open_case(session, "Z-1", "一件事", "p", "anna")
        topics(session)
        with caplog.at_level(logging.DEBUG, "workflow.rows"):
            world.instances.start(session, definition, case, "anna", {"a": 1})
            topics(session)

    trips = [record for record in caplog.records if record.message == "rows_sent"]
    assert len(trips) == 2  # the instance's id; all the rest, with the question


def test_a_completed_task_and_its_story_are_what_was_written(office, anna, clock):
    with office.database.transaction() as session:
        instance = world.begin(session, world.process(session, world.REVIEW))
        task = tasks.claim(session, world.open_tasks(session, instance)["open"], anna)
        tasks.complete(session, task, anna, {"remark": "齐全"}, "pass")

    with office.database.reading() as later:
        task = later.get_one(UserTask, task.id)
        assert (task.status, task.completed_by, task.outcome) == (TaskStatus.COMPLETED, "anna", "pass")
        numbers = list(later.scalars(select(HistoryEvent.seq).order_by(HistoryEvent.id)))
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_connection_the_server_has_closed_is_replaced_before_it_is_used(postgresql_office):
    database = postgresql_office.database
    with database.transaction() as session:
        idle = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(database.url)
    with other.transaction() as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": idle})
    other.engine.dispose()

    with database.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != idle


def test_what_is_asked_after_a_lock_is_as_it_was_once_the_lock_was_had(postgresql_office, anna):
    """Each statement of a trip has a snapshot of its own: two who hold a case in turn number its events in turn."""
    database = postgresql_office.database
    with database.transaction() as session:
        case_id = cases.open_case(session, "Z-1", "一件事", "p", "anna").id
    with database.transaction() as session:
        history.record(session, case_id, "anna", "commented")
        waiting = _hold_elsewhere(database, case_id, session)
    waiting.join(20)

    with database.reading() as later:
        assert [each.seq for each in history.timeline(later, later.get_one(Case, case_id))] == [1, 2, 3]


def _hold_elsewhere(database: Database, case_id: int, session: Session):
    """Another who wants the case, and waits for it already."""

    def record() -> None:
        with database.transaction() as theirs:
            history.record(theirs, case_id, "bob", "attached")

    other = threading.Thread(target=record)
    other.start()
    watch = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not session.scalar(watch):
        pass
    return other


def _statements(database: Database) -> list[str]:
    said: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, *_) -> None:
        said.append(statement)

    return said
