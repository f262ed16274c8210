"""What one list brings is begun together: each case as if it had been begun alone, asked and written for all at once."""

import logging

import pytest
from sqlalchemy import String, func, select, update
from sqlalchemy.orm import object_session

from tests.workflow import world
from workflow import cases, fsck, history, instances, onlookers, rows, waits
from workflow.clock import now
from workflow.errors import Conflict
from workflow.identity import Group
from workflow.models import Case, Job, StrandedTask, TaskCandidate, TaskOnlooker, UserTask, Variable
from workflow.statements import Statement

pytestmark = pytest.mark.usefixtures("clock")


def begun(session, definition, *each, first=1):
    """The instances of a list, each with these variables, in cases Z-1 and so on."""
    wanted = [(f"Z-{number}", "一件事") for number in range(first, first + len(each))]
    opened = cases.open_cases(session, wanted, definition.key, "anna")
    return instances.start_all(session, definition, list(zip(opened, each, strict=True)), "anna")


def rows_of(session, instance):
    """What stands for it, without ids."""
    task = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id)).one()
    asked = (
        select(TaskOnlooker.onlooker, TaskOnlooker.due_at).where(TaskOnlooker.task_id == task.id),
        select(TaskCandidate.candidate, TaskCandidate.rank).where(TaskCandidate.task_id == task.id),
        select(Variable.name, Variable.value).where(Variable.instance_id == instance.id),
    )
    found = [sorted(map(tuple, session.execute(query))) for query in asked]
    return (*found, world.told(session, instance), task.activity_id, task.urgency)


def sent(session, caplog, act):
    """How many statements went out, and what `act` gave."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "workflow.rows"):
        result = act()
        rows.ask(session)
    return sum(each.statements for each in caplog.records if each.message == "rows_sent"), result


def test_each_of_a_list_stands_as_if_it_had_been_begun_alone(session):
    definition = world.process(session, world.REVIEW)
    alone = world.begin(session, definition, n=1)

    for each in begun(session, definition, *[{"n": 1}] * 3):
        assert rows_of(session, each) == rows_of(session, alone)
    assert fsck.run(session) == []


def test_every_case_of_a_list_has_a_story_of_its_own(session):
    for each in begun(session, world.process(session, world.REVIEW), {"n": 1}, {"n": 2}):
        story = history.timeline(session, each.case)
        assert [event.seq for event in story] == list(range(1, len(story) + 1))
        assert {event.instance_id for event in story} == {None, each.id}


def test_a_list_five_times_as_long_takes_as_many_statements(session, caplog):
    definition = world.process(session, world.REVIEW)
    few, _ = sent(session, caplog, lambda: begun(session, definition, {}, {}))
    many, _ = sent(session, caplog, lambda: begun(session, definition, *[{}] * 10, first=3))

    assert few == many


def test_a_list_longer_than_one_statement_takes_is_begun_whole(session):
    definition = world.process(session, world.REVIEW)
    begun(session, definition, *[{}] * (rows.AT_ONCE + 3))

    everyone = select(func.count()).where(TaskOnlooker.onlooker == onlookers.EVERYONE)
    assert session.scalar(everyone) == session.scalar(select(func.count(UserTask.id))) == rows.AT_ONCE + 3


def test_a_list_with_a_key_there_is_already_opens_nothing_and_names_the_first(session):
    begun(session, world.process(session, world.REVIEW), {}, {})

    with pytest.raises(Conflict, match="“Z-2”"):
        cases.open_cases(session, [("Z-9", ""), ("Z-2", ""), ("Z-1", "")], "p", "anna")
    assert session.scalar(select(func.count(Case.id))) == 2


def test_of_each_in_a_list_it_is_noted_who_is_gone_and_nothing_where_somebody_is_here(session):
    drawing = "start s\nuser check\nend e\ns -> check -> e"
    definition = world.process(session, drawing, check={"candidateUsers": "${who}", "candidateGroups": "${of}"})
    wanted = [("zhou", "none"), ("zhou", "registry"), ("wu,zheng", "none")]
    gone, here, other = begun(session, definition, *({"who": who, "of": of} for who, of in wanted))

    noted = select(UserTask.instance_id, StrandedTask.gone).join(UserTask, UserTask.id == StrandedTask.task_id)
    assert {row.instance_id: row.gone for row in session.execute(noted)} == {
        gone.id: ["zhou"],
        other.id: ["wu", "zheng"],
    }
    assert world.open_tasks(session, here)["check"].id


def test_a_group_is_here_by_its_own_name_only(session):
    session.add_all([Group(key="anna", name="甲"), Group(key="user:anna", name="乙")])
    definition = world.process(session, "start s\nuser check candidateGroups=${of}\nend e\ns -> check -> e")
    begun(session, definition, {"of": "anna"}, {"of": "user:anna"}, {"of": "registry"})

    assert session.scalar(select(func.count(StrandedTask.task_id))) == 2


NUMBERS = (1, 2, rows.AT_ONCE)


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_neither_all_open_tasks_nor_all_people_are_looked_through(session):
    one, *lists = (plan(session, onlookers._LOOK_ON, {"case_id": 1}, number) for number in NUMBERS)
    living = (plan(session, waits._STRAND, {"of_instance": 1, "of_token": "", "gone": []}, each) for each in NUMBERS)
    said = sum([*lists, *living], one)

    assert any("ix_user_tasks_case (case_id=? AND status=?)" in each for each in one)  # however many it has had
    assert any("ix_user_tasks_case (case_id=?)" in each for each in sum(lists, []))
    assert not [each for each in said if "ix_user_tasks_open" in each or each.startswith(("SCAN user", "SCAN member"))]


def plan(session, statement, values, number):
    """How SQLite goes about it, for so many."""
    driver, dialect = session.connection().connection.dbapi_connection, session.connection().dialect
    compiled = statement.on(dialect, number)
    return [
        row[-1] for row in driver.execute("EXPLAIN QUERY PLAN " + compiled.text, compiled.parameters([values] * number))
    ]


COUNTED = Statement(
    lambda jobs: update(Job).where(Job.topic.in_([job("topic", String()) for job in jobs])).values(fence=Job.fence + 1)
)


def add(session, topic):
    rows.add(session, Job, topic=topic, due_at=now(), created_at=now())


def counted(session):
    return dict(session.execute(select(Job.topic, Job.fence)).all())


def test_what_is_about_a_list_goes_out_once_and_after_the_new_rows_beside_it(session, caplog):
    def act():
        for topic in ("one", "two", "three"):
            add(session, topic)
            rows.write(session, COUNTED(topic=topic))

    number, _ = sent(session, caplog, act)
    assert number == 2
    assert counted(session) == {"one": 1, "two": 1, "three": 1}


def test_what_is_about_a_list_goes_out_before_what_else_is_written_behind_it(session):
    add(session, "one")
    rows.write(session, COUNTED(topic="one"), Statement(update(Job).values(topic="other"))(), COUNTED(topic="other"))

    assert counted(session) == {"other": 2}


def test_a_question_about_a_list_is_answered_for_all_of_it(session):
    question = Statement(lambda jobs: select(Job.topic).where(Job.topic.in_([job("topic", String()) for job in jobs])))
    topics = [f"topic {number}" for number in range(2 * rows.AT_ONCE + 3)]
    for topic in topics:
        add(session, topic)

    found = rows.ask_of_all(session, question, [{"topic": topic} for topic in [*topics, "none"]])
    assert sorted(row.topic for row in found) == sorted(topics)
    assert rows.ask_of_all(session, question, []) == []


def test_an_object_of_a_new_row_is_as_one_that_was_read(session):
    (instance,) = begun(session, world.process(session, world.REVIEW), {})

    assert object_session(instance) is session and not session.dirty and not session.new
    assert (instance.case.business_key, instance.definition.key) == ("Z-1", "p")
    session.refresh(instance)
    assert instance.definition.xml.startswith(b"<")
    session.expunge(instance)
    assert object_session(instance) is None
