"""Who looks on at open tasks: all who may see the case and are not offered the task."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.workflow import made, world
from workflow import cases, fsck, instances, onlookers, tasks
from workflow.models import FAR, TaskOnlooker, UserTask


def onlooking(session: Session, task: UserTask) -> set[str]:
    return set(session.scalars(select(TaskOnlooker.onlooker).where(TaskOnlooker.task_id == task.id)))


def problems(session: Session) -> list[str]:
    return [problem.sentence for problem in fsck.run(session) if problem.check == "onlookers"]


def test_everyone_looks_on_at_every_open_task(session):
    assert onlookers.EVERYONE in onlooking(session, made.task(session, groups=()))


def test_whom_a_task_is_offered_to_does_not_look_on(session):
    task = made.task(session, groups=["registry"], users=["carl"])

    assert onlooking(session, task) == {onlookers.EVERYONE}


def test_a_group_that_had_work_in_the_case_looks_on(session, anna):
    drawing = """
        start s
        user open candidateGroups=registry
        user decide candidateGroups=director
        end e
        s -> open -> decide -> e
    """
    instance = world.begin(session, world.process(session, drawing))
    world.do(session, instance, "open", anna)
    decide = world.open_tasks(session, instance)["decide"]

    assert onlooking(session, decide) == {onlookers.EVERYONE, "group:registry", "user:anna"}
    assert [task.id for task in tasks.inbox(session, anna, "others").rows] == [decide.id]


def test_who_is_shown_the_case_later_looks_on_from_then(session, carl):
    task = made.task(session)
    assert tasks.inbox(session, carl, "others").rows == []

    cases.show_to(session, task.case_id, people=["carl"])
    assert [each.id for each in tasks.inbox(session, carl, "others").rows] == [task.id]


def test_a_queue_of_onlookers_is_sorted_as_the_task_is_due(session, clock):
    due = clock.move(days=3)
    soon, never = made.task(session, due=due), made.task(session, due=None)

    query = select(TaskOnlooker.due_at).where(TaskOnlooker.onlooker == onlookers.EVERYONE)
    assert list(session.scalars(query.order_by(TaskOnlooker.task_id))) == [due, FAR]
    assert soon.id < never.id


def test_a_due_date_that_has_changed_is_the_onlookers_too(session, clock):
    task = made.task(session, due=clock.move(days=3))
    task.due_at = clock.move(days=4)
    cases.show_to(session, task.case_id, people=["carl"])

    query = select(TaskOnlooker.due_at).where(TaskOnlooker.task_id == task.id)
    assert set(session.scalars(query)) == {task.due_at}


@pytest.mark.parametrize("how", ["completed", "cancelled"])
def test_nobody_looks_on_at_a_task_that_has_ended(session, anna, how):
    instance = world.begin(session, world.process(session, world.REVIEW))
    task = world.open_tasks(session, instance)["open"]
    assert onlooking(session, task)

    if how == "completed":
        world.do(session, instance, "open", anna)
    else:
        instances.cancel(session, instance, "dora", "打错了")
    assert onlooking(session, task) == set()
    assert problems(session) == []


def test_a_director_sees_what_waits_for_others_without_any_part_in_it(session, people):
    free, held = made.task(session), made.task(session, assignee="bob")
    dora = session.merge(people.dora)

    assert [task.id for task in tasks.inbox(session, dora, "others", sort="created").rows] == [free.id, held.id]
    assert tasks.counts(session, dora)["others"] == 2


def test_what_a_colleague_has_claimed_is_there_once_however_many_of_my_groups_it_was_offered_to(session, people):
    anna = session.merge(people.anna)
    task = made.task(session, groups=["registry"], users=["anna"], assignee="bob")

    assert [each.id for each in tasks.inbox(session, anna, "others").rows] == [task.id]
    assert tasks.counts(session, anna)["others"] == 1


def test_a_missing_onlooker_is_named(session):
    task = made.task(session)
    cases.show_to(session, task.case_id, people=["carl"])
    session.execute(delete(TaskOnlooker).where(TaskOnlooker.onlooker == "user:carl"))

    assert problems(session) == [f"Task {task.id} is not seen by user:carl, who may see its case."]


def test_an_onlooker_in_the_wrong_place_of_the_queue_is_named(session, clock):
    task = made.task(session)
    session.execute(update(TaskOnlooker).values(due_at=clock.move(days=1)))

    assert problems(session) == [f"Task {task.id} is not seen by everyone, who may see its case."]


def test_an_onlooker_of_an_ended_task_is_named(session):
    task = made.task(session, completed_by="anna", assignee="anna")
    session.add(TaskOnlooker(task_id=task.id, onlooker=onlookers.EVERYONE, due_at=FAR))
    session.flush()

    assert problems(session) == [f"Task {task.id} is not open, but everyone looks on."]
