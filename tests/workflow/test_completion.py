"""Completing tasks: once, by the right person, all or nothing."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from tests.workflow.world import REVIEW, begin, do, last, open_tasks, process, told
from workflow import incidents, instances, registry, tasks
from workflow.errors import Conflict, Invalid, NotAllowed, TaskNotOpen, Unavailable, sentence
from workflow.identity import User
from workflow.models import HistoryEvent, Incident, ProcessInstance, TaskDraft, UserTask
from workflow.statuses import IncidentStatus, TaskStatus

pytestmark = pytest.mark.usefixtures("clock")


def claimed(session, activity="open", who="anna", drawing=REVIEW, **said):
    instance = begin(session, process(session, drawing, **said))
    task = open_tasks(session, instance)[activity]
    return tasks.claim(session, task, session.get_one(User, who))


def test_only_who_has_claimed_a_task_completes_it(session, anna, bob):
    task = claimed(session)

    with pytest.raises(NotAllowed, match="already claimed by 安娜"):
        tasks.complete(session, task, bob, {})


def test_an_unclaimed_task_must_be_claimed_first(session, anna):
    instance = begin(session, process(session, REVIEW))

    with pytest.raises(NotAllowed, match="claim it first"):
        tasks.complete(session, open_tasks(session, instance)["open"], anna, {})


def test_a_completed_task_is_not_open(session, anna):
    task = claimed(session)
    tasks.complete(session, task, anna, {})

    with pytest.raises(TaskNotOpen):
        tasks.complete(session, task, anna, {})
    with pytest.raises(TaskNotOpen):
        tasks.release(session, task, anna)


def test_who_has_left_completes_nothing(session):
    task = claimed(session)
    anna = session.get_one(User, "anna")
    anna.active = False

    with pytest.raises(NotAllowed, match="no longer active"):
        tasks.complete(session, task, anna, {})


def test_the_same_request_twice_is_done_once(session, anna):
    task = claimed(session)
    tasks.complete(session, task, anna, {"a": 1, "b": 2}, "ok", request_key="k1")
    events = session.scalar(select(func.count()).select_from(HistoryEvent))

    again = tasks.complete(session, task, anna, {"b": 2, "a": 1}, "ok", request_key="k1")

    assert (again.status, again.outcome) == (TaskStatus.COMPLETED, "ok")
    assert session.scalar(select(func.count()).select_from(HistoryEvent)) == events


@pytest.mark.parametrize(
    ("who", "answers", "key"),
    [("bob", {"a": 1}, "k1"), ("bob", {"a": 2}, "k1"), ("anna", {"a": 1}, "k2"), ("anna", {"a": 1}, None)],
)
def test_another_request_for_a_done_task_is_a_conflict(session, anna, who, answers, key):
    task = claimed(session)
    tasks.complete(session, task, anna, {"a": 1}, request_key="k1")

    with pytest.raises(Conflict):
        tasks.complete(session, task, session.get_one(User, who), answers, request_key=key)


@pytest.mark.parametrize(("answers", "outcome"), [({"a": 2}, None), ({"a": 1}, "back"), ({}, None)])
def test_a_key_used_again_for_other_answers_is_no_conflict_but_wrong(session, anna, answers, outcome):
    task = claimed(session)
    tasks.complete(session, task, anna, {"a": 1}, request_key="k1")

    with pytest.raises(tasks.RequestReused):
        tasks.complete(session, task, anna, answers, outcome, request_key="k1")
    with pytest.raises(tasks.RequestReused):
        tasks.repeated(session, task, anna, "k1", [outcome, answers])


def test_answers_that_cannot_be_kept_are_refused_and_nothing_changes(session, anna):
    task = claimed(session)

    with pytest.raises(Invalid), session.begin_nested():
        tasks.complete(session, task, anna, {"x": float("inf")})
    session.refresh(task)
    assert task.status is TaskStatus.OPEN


# --- separation of duty


def test_who_opened_may_not_check(session, anna, bob):
    instance = begin(session, process(session, REVIEW, check={"differentFrom": "open"}))
    do(session, instance, "open", anna)
    check = open_tasks(session, instance)["check"]

    with pytest.raises(NotAllowed, match="“check” must be done by another person than “open”, and you did that"):
        tasks.claim(session, check, anna)
    assert "another person" in str(tasks.why_not(session, check, anna))
    assert tasks.why_not(session, check, bob) is None
    assert [person.name for person in tasks.possible_performers(session, check)] == ["bob"]
    do(session, instance, "check", bob)


def test_the_rule_holds_whichever_is_done_first(session, anna, bob):
    drawing = """
        start s
        and f
        user a candidateGroups=registry
        user b candidateGroups=registry
        and j
        end e
        s -> f -> a -> j -> e
        f -> b -> j
    """
    instance = begin(session, process(session, drawing, b={"differentFrom": "a"}))
    do(session, instance, "b", anna)

    with pytest.raises(NotAllowed, match="another person"):
        do(session, instance, "a", anna)


def test_the_rule_is_looked_at_again_at_completion(session, anna):
    drawing = """
        start s
        and f
        user a candidateGroups=registry
        user b candidateGroups=registry
        and j
        end e
        s -> f -> a -> j -> e
        f -> b -> j
    """
    instance = begin(session, process(session, drawing, b={"differentFrom": "a"}))
    open_ = open_tasks(session, instance)
    for task in open_.values():
        tasks.claim(session, task, anna)
    tasks.complete(session, open_["a"], anna, {})

    with pytest.raises(NotAllowed, match="another person"):
        tasks.complete(session, open_["b"], anna, {})


def test_a_task_is_not_handed_to_whom_the_rule_excludes(session, anna, bob, dora):
    instance = begin(session, process(session, REVIEW, check={"differentFrom": "open"}))
    do(session, instance, "open", anna)
    check = tasks.claim(session, open_tasks(session, instance)["check"], bob)

    with pytest.raises(NotAllowed, match="another person"):
        tasks.assign(session, check, bob, anna)
    with pytest.raises(NotAllowed, match="another person"):
        tasks.assign(session, check, dora, anna)


def test_each_of_several_signers_is_another_person(session, anna, bob):
    drawing = "start s\nuser sign times=2 candidateGroups=registry\nend e\ns -> sign -> e"
    instance = begin(session, process(session, drawing, sign={"differentFrom": "sign"}))
    do(session, instance, "sign", anna)

    with pytest.raises(NotAllowed, match="another person"):
        do(session, instance, "sign", anna)
    do(session, instance, "sign", bob)


def test_who_began_must_go_on(session, anna, bob):
    instance = begin(session, process(session, REVIEW, check={"samePersonAs": "open"}))
    do(session, instance, "open", anna)
    check = open_tasks(session, instance)["check"]

    with pytest.raises(NotAllowed, match="must be done by 安娜, who did “open”"):
        tasks.claim(session, check, bob)
    do(session, instance, "check", anna)


# --- what the domain does in the same transaction


def test_a_listener_runs_with_the_answers_and_its_variables_join_them(session, anna, monkeypatch):
    seen = []

    def shelve(session, task, user, answers):
        seen.append((task.activity_id, task.status, user.name, answers))
        return {"position": "03-01"}

    monkeypatch.setitem(registry.listeners, "test.shelve", shelve)
    instance = begin(session, process(session, REVIEW, open={"listener": "test.shelve"}))
    do(session, instance, "open", anna, outcome="ok", label="B1")

    assert seen == [("open", TaskStatus.COMPLETED, "anna", {"label": "B1", "outcome": "ok"})]
    assert instances.variables(session, instance) == {"label": "B1", "outcome": "ok", "position": "03-01"}
    assert last(session, instance, "completed", "open").data["variables"]["position"] == "03-01"


def test_a_listener_that_refuses_undoes_the_completion(office, monkeypatch):
    def shelve(session, task, user, answers):
        raise Invalid({"label": [sentence("Position {code} is taken.", code="03-01")]})

    monkeypatch.setitem(registry.listeners, "test.shelve", shelve)
    with office.database.transaction() as session:
        task_id = claimed(session, open={"listener": "test.shelve"}).id

    with pytest.raises(Invalid) as refused, office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        tasks.complete(session, tasks.find(session, task_id, anna), anna, {})

    assert str(refused.value.problems["label"][0]) == "Position 03-01 is taken."
    with office.database.reading() as session:
        assert session.get_one(UserTask, task_id).status is TaskStatus.OPEN


def test_a_listener_this_installation_lacks_is_named(session, anna, monkeypatch):
    monkeypatch.setitem(registry.listeners, "test.gone", lambda *_: None)
    task = claimed(session, open={"listener": "test.gone"})
    monkeypatch.delitem(registry.listeners, "test.gone")

    with pytest.raises(Unavailable, match="test.gone"):
        tasks.complete(session, task, anna, {})


def test_what_the_engine_refuses_is_undone_and_becomes_an_incident(office):
    drawing = (
        "start s\nuser a candidateGroups=registry\nxor g\nend e\nend f\ns -> a -> g\ng -> e if n = 1\ng -> f if n = 2"
    )
    with office.database.transaction() as session:
        task_id = claimed(session, "a", drawing=drawing).id

    for _ in range(2):
        with pytest.raises(incidents.CannotGoOn, match="No condition at “g” is true"):
            with office.database.transaction() as session:
                anna = session.get_one(User, "anna")
                tasks.complete(session, tasks.find(session, task_id, anna), anna, {"n": 3})

    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        incident = session.scalars(select(Incident)).one()
        assert task.status is TaskStatus.OPEN
        assert (incident.activity_id, incident.attempts, incident.status) == ("g", 2, IncidentStatus.OPEN)
        assert told(session, task.instance)[-1] == ("incident_opened", "g")
        assert incidents.find(session, incident.id, session.get_one(User, "anna")) is incident


# --- drafts


def test_a_draft_is_kept_replaced_and_gone_at_the_end(session, anna, bob):
    task = claimed(session)
    tasks.save_draft(session, task, anna, {"note": "ha"})
    tasks.save_draft(session, task, anna, {"note": "half"})

    assert tasks.draft(session, task, anna).values == {"note": "half"}
    assert tasks.draft(session, task, bob) is None
    with pytest.raises(NotAllowed, match="not yours"):
        tasks.save_draft(session, task, bob, {})

    tasks.complete(session, task, anna, {})
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(TaskDraft)) == 0
    with pytest.raises(TaskNotOpen):
        tasks.save_draft(session, task, anna, {})


# --- many at once


def test_bulk_claim_says_for_each_what_became_of_it(session, anna, bob, carl):
    review = process(session, REVIEW)
    free, taken, done = (open_tasks(session, begin(session, review))["open"] for _ in range(3))
    tasks.claim(session, taken, bob)
    tasks.complete(session, tasks.claim(session, done, bob), bob, {})

    results = tasks.claim_all(session, [free.id, taken.id, 4711, done.id, free.id], anna)

    assert [(result.task_id, result.done) for result in results] == [
        (free.id, True),
        (taken.id, False),
        (4711, False),
        (done.id, False),
    ]
    assert "already claimed by 鲍勃" in str(results[1].refused)
    assert "nothing here that you may see" in str(results[2].refused)
    assert "no longer open" in str(results[3].refused)
    assert (free.assignee, taken.assignee) == ("anna", "bob")
    assert not any(result.done for result in tasks.claim_all(session, [taken.id], carl))


def test_bulk_complete_does_what_it_can_and_undoes_the_rest(session, anna, bob, monkeypatch):
    def picky(session, task, user, answers):
        if task.case.title == "坏":
            raise Conflict("Position {code} is taken.", code="03-01")

    monkeypatch.setitem(registry.listeners, "test.picky", picky)
    review = process(session, REVIEW, open={"listener": "test.picky"})
    good, bad, other = (begin(session, review, title) for title in ("好", "坏", "好"))
    asked = [open_tasks(session, instance)["open"] for instance in (good, bad, other)]
    tasks.claim(session, asked[2], bob)

    results = tasks.complete_all(session, [task.id for task in asked], anna, {}, "ok", request_key="bulk-1")

    assert [result.done for result in results] == [True, False, False]
    assert str(results[1].refused) == "Position 03-01 is taken."
    assert [(task.status, task.assignee) for task in asked] == [
        (TaskStatus.COMPLETED, "anna"),
        (TaskStatus.OPEN, None),
        (TaskStatus.OPEN, "bob"),
    ]
    for instance in (good, bad, other):
        events = list(
            session.scalars(
                select(HistoryEvent.seq).where(HistoryEvent.case_id == instance.case_id).order_by(HistoryEvent.seq)
            )
        )
        assert events == list(range(1, len(events) + 1))
    again = tasks.complete_all(session, [task.id for task in asked], anna, {}, "ok", request_key="bulk-1")
    assert [result.done for result in again] == [True, False, False]


@pytest.mark.parametrize("contenders", [2, 20])
def test_of_many_who_complete_one_task_at_once_one_wins(office, contenders):
    with office.database.transaction() as session:
        task = claimed(session)
        task_id, instance_id = task.id, task.instance_id
    won, lost, together = [], [], Barrier(contenders)

    def contend(number):
        together.wait()
        try:
            with office.database.transaction() as session:
                anna = session.get_one(User, "anna")
                tasks.complete(session, tasks.find(session, task_id, anna), anna, {"by": number})
            won.append(number)
        except TaskNotOpen:
            lost.append(number)

    threads = [Thread(target=contend, args=(number,)) for number in range(contenders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert (len(won), len(lost)) == (1, contenders - 1)
        assert instances.variables(session, instance)["by"] == won[0]
        assert told(session, instance).count(("completed", "open")) == 1
        assert list(open_tasks(session, instance)) == ["check"]


BRANCHES = """
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


def test_two_branches_of_one_case_completed_at_once_are_both_done(office):
    with office.database.transaction() as session:
        instance = begin(session, process(session, BRANCHES))
        wanted = {}
        for activity, task in open_tasks(session, instance).items():
            who = {"a": "anna", "b": "bob"}[activity]
            tasks.claim(session, task, session.get_one(User, who))
            wanted[who] = task.id
        instance_id = instance.id
    problems, together = [], Barrier(2)

    def go(name, task_id):
        together.wait()
        try:
            with office.database.transaction() as session:
                user = session.get_one(User, name)
                tasks.complete(session, tasks.find(session, task_id, user), user, {name: True})
        except Exception as problem:
            problems.append(problem)

    threads = [Thread(target=go, args=item) for item in wanted.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert problems == []
        assert list(open_tasks(session, instance)) == ["c"]
        assert instances.variables(session, instance) == {"anna": True, "bob": True}
