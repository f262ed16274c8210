"""What authorised people do to running processes by hand: dora may, anna may not."""

import threading

import pytest
from sqlalchemy import select, update

from tests.workflow.world import begin, do, last, open_tasks, process, told
from workflow import engine, fsck, incidents, instances, operations, tasks
from workflow.engine import WaitKind
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound
from workflow.identity import Group, User
from workflow.models import Job, ProcessInstance, Subscription, Timer, UserTask
from workflow.operations import CannotBeDone
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")

LINE = """
    start s
    user open candidateGroups=registry
    and split
    user check candidateGroups=registry
    user scan candidateGroups=registry
    and join
    user shelve candidateGroups=registry
    end e
    s -> open -> split -> check -> join
    split -> scan -> join -> shelve -> e
"""
PAIR = LINE.replace("split -> scan -> join", "split -> scan -> either -> join").replace(
    "    and join", "    boundary late on=scan timer=P2D\n    xor either\n    late -> either\n    and join"
)
WAITS = """
    start s
    service push topic=province.push
    catch paid message=paid key=number
    catch later timer=P9D
    call inner calls=q
    end e
    s -> push -> paid -> later -> inner -> e
"""


@pytest.fixture
def forked(session, anna):
    """A process with two parallel tasks open."""
    instance = begin(session, process(session, LINE), number="7")
    do(session, instance, "open", anna)
    return instance


def waiting(session, drawing=WAITS):
    """Machine work, a message, a timer and a called process, one after the other."""
    process(session, "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e", "q")
    return process(session, drawing)


def token(session, instance, activity):
    standing = operations.standing(session, instance)
    return next(each.token_id for each in standing if each.activity_id == activity)


def move(session, instance, user, origin, target, *others, reason="wrong way", **more):
    taken = [token(session, instance, other) for other in others]
    operations.move(session, instance, user, token(session, instance, origin), target, reason, taken, **more)


# Moving


def test_a_moved_token_takes_its_task_away_and_offers_the_new_one(session, dora, anna):
    instance = begin(session, process(session, LINE))
    tasks.claim(session, open_tasks(session, instance)["open"], anna)

    move(session, instance, dora, "open", "shelve")

    assert list(open_tasks(session, instance)) == ["shelve"]
    gone = session.scalars(select(UserTask).where(UserTask.activity_id == "open")).one()
    session.refresh(gone)
    assert (gone.status, tasks.candidates(session, gone)) == (TaskStatus.CANCELLED, [])
    assert not fsck.run(session)


def test_who_moved_what_from_where_to_where_and_why_stands_in_the_history(session, dora, forked):
    move(session, forked, dora, "check", "shelve", "scan", reason="  两份一起补办  ")

    event = last(session, forked, "token_moved")
    assert (event.actor, event.activity_id, event.data["reason"]) == ("dora", "shelve", "两份一起补办")
    assert (event.data["before"], event.data["after"]) == (["check", "scan"], ["shelve"])
    assert (event.data["origin"]["id"], event.data["target"]["id"]) == ("check", "shelve")
    assert [each["id"] for each in event.data["others"]] == ["scan"]
    kinds = told(session, forked)
    assert (
        kinds.index(("token_moved", "shelve")) < kinds.index(("cancelled", "scan")) < kinds.index(("entered", "shelve"))
    )


def test_what_is_not_touched_keeps_its_claim_and_its_draft(session, dora, anna):
    instance = begin(session, process(session, PAIR))
    do(session, instance, "open", anna)
    scan = tasks.claim(session, open_tasks(session, instance)["scan"], anna)
    tasks.save_draft(session, scan, anna, {"pages": ["12"]})
    timer = session.scalars(select(Timer)).one()

    move(session, instance, dora, "check", "join")

    session.expire_all()
    assert (scan.status, scan.assignee, tasks.draft(session, scan, anna).values) == ("open", "anna", {"pages": ["12"]})
    assert timer.status is TimerStatus.WAITING
    do(session, instance, "scan", anna)
    assert list(open_tasks(session, instance)) == ["shelve"]


def test_a_moved_task_loses_its_timer_job_and_subscription(session, dora, anna):
    instance = begin(session, process(session, PAIR))
    do(session, instance, "open", anna)

    move(session, instance, dora, "scan", "shelve", "check")

    assert [timer.status for timer in session.scalars(select(Timer))] == [TimerStatus.CANCELLED]
    assert not fsck.run(session)


def test_a_failed_job_moved_past_takes_its_incident_with_it(session, office, dora):
    instance = begin(session, waiting(session), number="7")
    job = session.scalars(select(Job)).one()
    job.status = JobStatus.FAILED
    incident = incidents.open_(session, "no such topic", instance, "push", job)

    move(session, instance, dora, "push", "paid")

    session.expire_all()
    assert (job.status, incident.status) == (JobStatus.CANCELLED, IncidentStatus.RESOLVED)
    assert session.scalars(select(Subscription.correlation_key)).all() == ["7"]


def test_an_incident_where_the_process_no_longer_stands_is_resolved(session, dora, forked):
    here = incidents.open_(session, "the condition failed", forked, "check")
    elsewhere = incidents.open_(session, "the condition failed", forked, "scan")

    move(session, forked, dora, "check", "join")

    assert (here.status, here.resolved_by) == (IncidentStatus.RESOLVED, "dora")
    assert elsewhere.status is IncidentStatus.OPEN


def test_what_would_lose_or_double_a_token_is_refused_in_a_sentence(session, dora, forked):
    before = (forked.revision, told(session, forked))

    with pytest.raises(CannotBeDone, match="“shelve” cannot be reached while these go on beside it: .*scan"):
        move(session, forked, dora, "check", "shelve")
    with pytest.raises(CannotBeDone, match="Nothing was changed"):
        move(session, forked, dora, "check", "open")
    assert (forked.revision, told(session, forked)) == before


def test_who_decided_on_an_older_state_must_look_again(session, dora, anna, forked):
    seen = forked.revision
    scan = token(session, forked, "scan")
    do(session, forked, "check", anna)

    with pytest.raises(Conflict, match="has gone on meanwhile"):
        operations.move(session, forked, dora, scan, "join", "why not", seen=seen)


def test_sent_twice_a_move_is_made_once(session, dora, forked):
    seen = forked.revision
    move(session, forked, dora, "check", "check", seen=seen)

    with pytest.raises(Conflict):
        move(session, forked, dora, "check", "check", seen=seen)
    assert len([kind for kind, _ in told(session, forked) if kind == "token_moved"]) == 1


def test_a_process_moved_to_its_end_is_over_and_so_is_its_case(session, dora):
    instance = begin(session, process(session, LINE))

    move(session, instance, dora, "open", "e")

    assert (instance.status, instance.case.closed_at is not None) == (InstanceStatus.COMPLETED, True)
    assert not fsck.run(session)
    with pytest.raises(Conflict, match="not running any more"):
        operations.skip(session, instance, dora, "any", "why")


def test_a_called_process_moved_to_its_end_lets_its_caller_go_on(session, dora):
    process(session, "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e", "q")
    caller = begin(
        session, process(session, "start s\ncall c calls=q\nuser b candidateGroups=registry\nend e\ns -> c -> b -> e")
    )
    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == caller.id)).one()

    move(session, called, dora, "a", "e")

    assert list(open_tasks(session, caller)) == ["b"]


def test_moved_past_a_call_the_called_process_ends(session, dora):
    process(session, "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e", "q")
    caller = begin(
        session, process(session, "start s\ncall c calls=q\nuser b candidateGroups=registry\nend e\ns -> c -> b -> e")
    )
    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == caller.id)).one()

    move(session, caller, dora, "c", "b")

    session.refresh(called)
    assert called.status is InstanceStatus.CANCELLED
    assert not fsck.run(session)


def test_a_move_whose_task_nobody_could_be_offered_changes_nothing(session, dora):
    drawing = "start s\nuser a candidateGroups=registry\nuser b\nend e\ns -> a -> b -> e"
    instance = begin(session, process(session, drawing, b={"dueDate": "${when}"}), when="soon")
    before = instance.revision

    with pytest.raises(CannotBeDone, match="a day, a moment or a duration is needed"), session.begin_nested():
        move(session, instance, dora, "a", "b")

    session.refresh(instance)
    assert (instance.revision, list(open_tasks(session, instance))) == (before, ["a"])


def test_a_preview_says_what_would_happen_and_writes_nothing(session, dora, forked):
    before = (forked.revision, told(session, forked))

    seen = operations.preview_move(
        session, forked, dora, token(session, forked, "check"), "join", [token(session, forked, "scan")][:0]
    )
    whole = operations.preview_skip(session, forked, dora, token(session, forked, "scan"))

    assert [each.activity_id for each in seen.gone] == ["check"]
    assert [each.activity_id for each in seen.fresh] == ["join"]
    assert (whole.passed, whole.finished) == (("scan",), False)
    assert (forked.revision, told(session, forked)) == before


# Skipping


def test_a_skipped_task_is_nobodys_work(session, dora, forked):
    operations.skip(session, forked, dora, token(session, forked, "check"), "the person has left")

    event = last(session, forked, "skipped")
    assert (event.actor, event.activity_id, event.data["reason"]) == ("dora", "check", "the person has left")
    assert (event.data["before"], event.data["after"]) == (["check", "scan"], ["scan", "join"])
    assert ("completed", "check") not in told(session, forked)
    check = session.scalars(select(UserTask).where(UserTask.activity_id == "check")).one()
    session.refresh(check)
    assert (check.status, check.completed_by) == (TaskStatus.CANCELLED, None)
    assert not fsck.run(session)


def test_jobs_messages_timers_and_calls_are_skipped_one_after_the_other(session, dora):
    instance = begin(session, waiting(session), number="7")

    for activity in ("push", "paid", "later", "inner"):
        assert [each.activity_id for each in operations.standing(session, instance)] == [activity]
        operations.skip(session, instance, dora, token(session, instance, activity), "not needed")
        assert not fsck.run(session)

    assert instance.status is InstanceStatus.COMPLETED
    assert [job.status for job in session.scalars(select(Job))] == [JobStatus.CANCELLED]
    assert [
        child.status for child in session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id.is_not(None)))
    ] == [InstanceStatus.CANCELLED]


def test_a_skip_without_a_way_out_is_refused_and_opens_no_incident(session, dora):
    drawing = (
        "start s\nuser a candidateGroups=registry\nxor x\nend e\nend f\ns -> a -> x\nx -> e if n = 1\nx -> f if n = 2"
    )
    instance = begin(session, process(session, drawing), n=3)

    with pytest.raises(CannotBeDone, match="No condition at “x” is true"):
        operations.skip(session, instance, dora, token(session, instance, "a"), "why not")
    operations.change_variables(session, instance, dora, {"n": 2}, "it was two", seen={"n": 3})
    operations.skip(session, instance, dora, token(session, instance, "a"), "now")
    assert instance.status is InstanceStatus.COMPLETED


# Facts and news


def test_a_changed_variable_is_told_with_before_and_after(session, dora, forked):
    operations.change_variables(
        session, forked, dora, {"number": "8", "new": [1]}, "a slip of the pen", seen={"number": "7"}
    )

    assert instances.variables(session, forked) == {"number": "8", "new": [1]}
    event = last(session, forked, "variables_changed")
    assert event.data["before"] == {"number": "7", "new": None}
    assert (event.actor, event.data["variables"], event.data["reason"]) == (
        "dora",
        {"number": "8", "new": [1]},
        "a slip of the pen",
    )


def test_a_variable_changed_meanwhile_is_not_overwritten(session, dora, forked):
    operations.change_variables(session, forked, dora, {"number": "8"}, "once", seen={"number": "7"})

    with pytest.raises(Conflict, match="“number” has been changed meanwhile"):
        operations.change_variables(session, forked, dora, {"number": "9"}, "twice", seen={"number": "7"})
    with pytest.raises(Invalid, match="correct"):
        operations.change_variables(session, forked, dora, {"number": "8"}, "the same")
    with pytest.raises(Invalid):
        operations.change_variables(session, forked, dora, {"number": "\x00"}, "not text")


def test_news_sent_by_hand_go_to_the_token_chosen_and_no_other(session, dora):
    definition = waiting(session, WAITS.replace("service push topic=province.push", "task push"))
    one, other = begin(session, definition, number="7"), begin(session, definition, number="7")

    operations.send_message(session, other, dora, token(session, other, "paid"), {"amount": 300}, "told by telephone")

    assert [each.activity_id for each in operations.standing(session, one)] == ["paid"]
    assert [each.activity_id for each in operations.standing(session, other)] == ["later"]
    assert instances.variables(session, other)["amount"] == 300
    event = last(session, other, "message_sent")
    assert (event.actor, event.data["message"], event.data["correlation_key"]) == ("dora", "paid", "7")
    assert (event.data["reason"], event.data["payload"]) == ("told by telephone", {"amount": 300})
    with pytest.raises(engine.TokenGone):
        operations.send_message(session, other, dora, token(session, other, "later"), {}, "again")
    assert not fsck.run(session)


# Ending and trying again


def test_a_cancelled_process_says_who_ended_it_and_why(session, dora, forked):
    operations.cancel(session, forked, dora, "entered twice")

    event = last(session, forked, "withdrawn")
    assert event.data["before"] == ["check", "scan"]
    assert (forked.status, event.actor, event.data["reason"]) == (InstanceStatus.CANCELLED, "dora", "entered twice")
    assert not open_tasks(session, forked) and not fsck.run(session)


def test_what_is_damaged_can_at_least_be_ended(session, dora, forked):
    session.execute(update(ProcessInstance).where(ProcessInstance.id == forked.id).values(state=b"JL damaged"))

    with pytest.raises(CannotBeDone, match="damaged"):
        operations.skip(session, forked, dora, "any", "why")
    operations.cancel(session, forked, dora, "beyond repair")

    assert forked.status is InstanceStatus.CANCELLED and not open_tasks(session, forked)
    assert not fsck.run(session)


def test_a_retry_is_told_with_its_reason(session, office, dora, anna):
    instance = begin(session, waiting(session), number="7")
    job = session.scalars(select(Job)).one()
    job.status = JobStatus.FAILED
    incident = incidents.open_(session, "no such topic", instance, "push", job)
    session.flush()

    with pytest.raises(NotAllowed):
        operations.retry(session, incident, anna, "mended")
    with pytest.raises(Invalid):
        operations.retry(session, incident, dora, " ")
    operations.retry(session, incident, dora, "the province is back")

    session.refresh(job)
    assert job.status is JobStatus.WAITING
    assert last(session, instance, "incident_resolved").data["reason"] == "the province is back"


# At once


def test_of_moving_and_completing_at_once_one_happens(office, dora, anna):
    with office.database.transaction() as session:
        instance = begin(session, process(session, LINE))
        task = tasks.claim(session, open_tasks(session, instance)["open"], anna)
        instance_id, task_id, token_id, seen = instance.id, task.id, task.token_id, instance.revision
    ready, outcomes = threading.Barrier(6), []

    def contend(number):
        ready.wait()
        try:
            with office.database.transaction() as session:
                if number % 2:
                    tasks.complete(session, session.get_one(UserTask, task_id), session.get_one(User, "anna"), {})
                else:
                    here = session.get_one(ProcessInstance, instance_id)
                    operations.move(session, here, session.get_one(User, "dora"), token_id, "shelve", "why", seen=seen)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")

    contenders = [threading.Thread(target=contend, args=(number,)) for number in range(6)]
    for each in contenders:
        each.start()
    for each in contenders:
        each.join()

    assert sorted(outcomes) == ["done"] + ["refused"] * 5
    with office.database.reading() as session:
        standing = operations.standing(session, session.get_one(ProcessInstance, instance_id))
        assert [each.activity_id for each in standing] in (["shelve"], ["check", "scan"])
        assert not fsck.run(session)


# Who may


VERBS = {
    "instances.suspend": [
        lambda s, i, u, why: operations.suspend(s, i, u, why),
        lambda s, i, u, why: operations.resume(s, i, u, why),
    ],
    "instances.cancel": [lambda s, i, u, why: operations.cancel(s, i, u, why)],
    "instances.move": [
        lambda s, i, u, why: operations.move(s, i, u, token(s, i, "check"), "check", why),
        lambda s, i, u, why: operations.skip(s, i, u, token(s, i, "check"), why),
    ],
    "instances.change": [
        lambda s, i, u, why: operations.change_variables(s, i, u, {"number": "8"}, why),
        lambda s, i, u, why: operations.send_message(s, i, u, token(s, i, "check"), {}, why),
    ],
}


@pytest.mark.parametrize("permission", VERBS)
def test_each_verb_asks_for_its_own_permission_and_a_reason(session, anna, forked, permission):
    group = session.get_one(Group, "registry")
    person = session.merge(anna)
    for verb in VERBS[permission]:
        group.permissions = [each for each in operations.PERMISSIONS if each != permission]
        with pytest.raises(NotAllowed):
            verb(session, forked, person, "why")
        group.permissions = [permission]
        with pytest.raises(Invalid) as refused:
            verb(session, forked, person, "  ")
        assert list(refused.value.problems) == ["reason"]
        assert not [
            kind for kind, _ in told(session, forked) if kind in ("suspended", "token_moved", "skipped", "withdrawn")
        ]


def test_nobody_touches_a_process_of_a_case_they_may_not_see(session, carl, forked):
    person = session.merge(carl)
    person.groups = [Group(key="roamers", name="游走", permissions=list(operations.PERMISSIONS))]

    with pytest.raises(NotFound):
        operations.suspend(session, forked, person, "curious")
    with pytest.raises(NotFound):
        operations.preview_skip(session, forked, person, token(session, forked, "check"))


def test_a_preview_asks_for_the_permission_too(session, anna, forked):
    with pytest.raises(NotAllowed):
        operations.preview_move(session, forked, anna, token(session, forked, "check"), "join")


def test_every_kind_of_wait_is_known_here():
    assert {each.value for each in WaitKind} == {"user_task", "job", "timer", "message", "signal", "call", "condition"}
