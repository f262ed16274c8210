"""Claim, release, hand over."""

from threading import Thread

import pytest

from tests.workflow import made
from workflow import history, tasks
from workflow.errors import NotAllowed, NotFound, TaskAlreadyClaimed, TaskNotOpen
from workflow.identity import User
from workflow.models import TaskCandidate, UserTask
from workflow.statuses import TaskStatus

pytestmark = pytest.mark.usefixtures("clock")


def kinds(session, task):
    return [event.kind for event in history.timeline(session, task.case)]


def test_a_candidate_claims_a_task(session, anna):
    task = made.task(session)

    tasks.claim(session, task, anna)

    assert task.assignee == "anna"
    assert kinds(session, task) == ["opened", "claimed"]


def test_a_claimed_task_cannot_be_claimed_by_another(session, anna, bob):
    task = made.task(session)
    tasks.claim(session, task, anna)

    with pytest.raises(TaskAlreadyClaimed, match="already claimed by 安娜"):
        tasks.claim(session, task, bob)


def test_claiming_twice_is_told_once(session, anna):
    task = made.task(session)
    tasks.claim(session, task, anna)
    tasks.claim(session, task, anna)

    assert kinds(session, task).count("claimed") == 1


def test_who_is_no_candidate_may_not_claim(session, carl):
    task = made.task(session)

    with pytest.raises(NotAllowed, match="“核对” is for 档案室, and you are not among them"):
        tasks.claim(session, task, carl)


def test_a_candidate_by_name_claims_without_a_group(session, carl):
    task = made.task(session, groups=(), users=("carl",))

    assert tasks.claim(session, task, carl).assignee == "carl"


def test_who_has_left_may_not_claim(session):
    task = made.task(session)
    anna = session.get_one(User, "anna")
    anna.active = False

    with pytest.raises(NotAllowed, match="安娜 is no longer active"):
        tasks.claim(session, task, anna)


def test_an_ended_task_cannot_be_claimed(session, anna):
    task = made.task(session, completed_by="bob")

    with pytest.raises(TaskNotOpen):
        tasks.claim(session, task, anna)


def test_a_released_task_can_be_claimed_by_another(session, anna, bob):
    task = made.task(session)
    tasks.claim(session, task, anna)
    tasks.release(session, task, anna)
    tasks.claim(session, task, bob)

    assert task.assignee == "bob"
    assert kinds(session, task) == ["opened", "claimed", "released", "claimed"]


def test_only_the_assignee_or_a_head_releases(session, anna, bob, dora):
    task = made.task(session)
    tasks.claim(session, task, anna)

    with pytest.raises(NotAllowed, match="is not yours"):
        tasks.release(session, task, bob)
    assert tasks.release(session, task, dora).assignee is None


def test_a_task_given_by_name_is_handed_over_not_released(session, anna, bob):
    task = made.task(session, groups=(), assignee="anna")

    with pytest.raises(NotAllowed, match="hand it over instead"):
        tasks.release(session, task, anna)
    assert tasks.assign(session, task, anna, bob).assignee == "bob"


def test_handing_over_is_told_with_its_reason(session, anna, bob):
    task = made.task(session, assignee="anna")

    tasks.assign(session, task, anna, bob, "我明天休假")

    told = history.timeline(session, task.case)[-1]
    assert (told.kind, told.person, told.data) == (
        "assigned",
        "安娜",
        {"task": task.id, "before": "anna", "to": "bob", "reason": "我明天休假"},
    )


def test_a_task_goes_only_to_who_could_claim_it(session, anna, carl):
    task = made.task(session, assignee="anna")

    with pytest.raises(NotAllowed, match="This cannot go to 卡尔: “核对” is for 档案室"):
        tasks.assign(session, task, anna, carl)


def test_a_head_gives_out_what_nobody_has(session, dora, bob, anna):
    task = made.task(session)

    with pytest.raises(NotAllowed, match="is not yours"):
        tasks.assign(session, task, anna, bob)
    assert tasks.assign(session, task, dora, bob).assignee == "bob"


def test_who_gets_a_task_by_name_may_see_its_case(session, anna, carl):
    task = made.task(session, groups=(), assignee="anna")
    with pytest.raises(NotFound):
        tasks.find(session, task.id, carl)

    tasks.assign(session, task, anna, carl)

    assert tasks.find(session, task.id, carl) is task


def test_a_claim_takes_the_task_out_of_every_queue_and_a_release_puts_it_back(session, anna):
    task = made.task(session, groups=("registry", "director"))

    def claimed():
        return [row.claimed for row in session.query(TaskCandidate).populate_existing()]

    tasks.claim(session, task, anna)
    assert claimed() == [True, True]
    tasks.release(session, task, anna)
    assert claimed() == [False, False]


def test_of_twenty_who_claim_at_once_one_wins(office):
    with office.database.transaction() as session:
        task_id = made.task(session).id
    won, lost = [], []

    def contend(name):
        try:
            with office.database.transaction() as session:
                user = session.get_one(User, name)
                tasks.claim(session, tasks.find(session, task_id, user), user)
            won.append(name)
        except TaskAlreadyClaimed:
            lost.append(name)

    threads = [Thread(target=contend, args=(name,)) for name in ["anna", "bob"] * 10]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert (task.status, len(won) + len(lost)) == (TaskStatus.OPEN, 20)
        assert set(won) == {task.assignee}
        assert kinds(session, task) == ["opened", "claimed"]
