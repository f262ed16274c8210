"""Moving running instances to another version: by whom, what is kept, what is refused, the way back."""

import pytest
from sqlalchemy import select

from tests.workflow import world
from tests.workflow.upgrades.versions import EDGE, LONGER, RENAMED, SHORTER, WHY
from tests.workflow.world import REVIEW, begin, do, drawn, last, open_tasks, process, told
from workflow import (
    definitions,
    fsck,
    history,
    instances,
    jobs,
    messages,
    operations,
    registry,
    tasks,
    timers,
    upgrades,
)
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.models import Incident, Job, ProcessInstance, Subscription, Timer, Upgrade, UserTask
from workflow.statuses import InstanceStatus, JobStatus, TimerStatus, UpgradeStatus


def moved(session, case, new, user, **given) -> Upgrade:
    plan = upgrades.plan(session, case.definition, new, given)
    done = upgrades.perform(session, plan, case, user, WHY)
    session.flush()
    if session.get_bind().dialect.name == "sqlite":  # once is enough, and takes its time
        assert fsck.run(session) == []
    return done


def refusal(upgrade: Upgrade) -> str:
    template, facts = upgrade.refused
    return template.format(**{name: fact[0] if isinstance(fact, list) else fact for name, fact in facts.items()})


# What is kept and what changes


def test_a_task_keeps_its_id_claim_draft_and_due_date(session, clock, anna, eve):
    case = begin(session, process(session, REVIEW, open={"dueDate": "P1D", "priority": "80"}))
    task = tasks.claim(session, open_tasks(session, case)["open"], anna)
    due_at = task.due_at
    clock.move(hours=5)
    tasks.save_draft(session, task, anna, {"note": ["half typed"]})
    new = process(session, RENAMED, unpack={"dueDate": "P9D", "priority": "10"})
    assert moved(session, case, new, eve).status is UpgradeStatus.DONE
    same = open_tasks(session, case)["unpack"]
    assert (same.id, same.assignee, same.due_at, same.priority) == (task.id, "anna", due_at, 80)
    assert tasks.draft(session, same, anna).values == {"note": ["half typed"]}
    assert (same.definition_id, case.definition_id) == (new.id, new.id)
    do(session, case, "unpack", anna)
    assert list(open_tasks(session, case)) == ["sign"]


def test_a_task_takes_its_name_and_form_from_the_new_version(session, clock, case, eve, old):
    forms = {"opening.form": b'{"type": "default", "components": []}'}
    xml = drawn(REVIEW.replace("user open", "user open name=Auspacken formKey=opening"))
    new = definitions.deploy(session, xml, forms, "eve")
    moved(session, case, new, eve)
    task = open_tasks(session, case)["open"]
    assert (task.name, task.form_key) == ("Auspacken", "opening")
    assert definitions.resource(session, task.definition, "opening.form") == forms["opening.form"]


def test_a_free_task_is_offered_to_whom_the_new_version_says(session, clock, case, anna, dora, eve):
    new = process(session, REVIEW.replace("user open candidateGroups=registry", "user open candidateGroups=director"))
    moved(session, case, new, eve)
    task = open_tasks(session, case)["open"]
    assert tasks.candidates(session, task) == ["group:director"]
    assert tasks.why_not(session, task, anna) and tasks.why_not(session, task, dora) is None
    assert tasks.find(session, task.id, dora)


def test_a_free_task_goes_to_whom_the_new_version_names(session, clock, case, eve):
    moved(session, case, process(session, REVIEW, open={"assignee": "bob"}), eve)
    assert open_tasks(session, case)["open"].assignee == "bob"


def test_a_claim_stays_though_the_new_version_offers_it_to_others(session, clock, case, anna, eve):
    task = tasks.claim(session, open_tasks(session, case)["open"], anna)
    moved(
        session,
        case,
        process(session, REVIEW.replace("user open candidateGroups=registry", "user open candidateGroups=director")),
        eve,
    )
    assert task.assignee == "anna"
    do(session, case, "open", anna)


def test_who_was_given_a_task_keeps_it_where_the_diagram_says_the_same(session, clock, case, anna, bob, eve):
    task = tasks.claim(session, open_tasks(session, case)["open"], anna)
    tasks.assign(session, task, anna, bob)
    moved(session, case, process(session, LONGER), eve)
    assert open_tasks(session, case)["open"].assignee == "bob"


def test_a_timer_keeps_its_moment(session, clock, eve):
    case = begin(session, process(session, EDGE))
    timer = session.scalars(select(Timer)).one()
    clock.move(hours=5)
    moved(session, case, process(session, EDGE.replace("P1D", "P9D")), eve)
    session.refresh(timer)
    assert (timer.status, timer.due_at) == (TimerStatus.WAITING, session.scalars(select(Timer)).one().due_at)


def test_a_new_timer_counts_from_the_move(session, clock, case, eve):
    clock.move(hours=5)
    moved(session, case, process(session, EDGE), eve)
    timer = session.scalars(select(Timer)).one()
    assert (timer.due_at - now()).days == 1 and timers.fire(session, timer)


def test_a_job_keeps_its_tries_and_follows_the_new_topic(session, clock, eve):
    drawing = "start s\nservice j topic={}\nend e\ns -> j -> e"
    case = begin(session, process(session, drawing.format("old.topic")))
    job = session.scalars(select(Job)).one()
    job.attempts, job.fence = 3, 4
    moved(session, case, process(session, drawing.format("new.topic")), eve)
    same = world.only_job(session)
    assert (same.id, same.attempts, same.fence, same.topic) == (job.id, 3, 4, "new.topic")


def test_a_failed_job_is_done_after_a_move_to_a_version_that_mends_it(office, clock, eve, monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "wrong", lambda session, work: 1 / 0)
    drawing = "start s\nservice j topic={}\nuser a candidateGroups=registry\nend e\ns -> j -> a -> e"
    with office.database.transaction() as session:
        case = begin(session, process(session, drawing.format("wrong")))
    for _ in range(6):
        world.work(office)
        clock.move(hours=1)
    with office.database.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        moved(session, session.get_one(ProcessInstance, case.id), process(session, drawing.format("right")), eve)
        jobs.retry(session, incident, "eve")
    world.work(office)
    with office.database.transaction() as session:
        assert world.only_job(session).status is JobStatus.DONE and fsck.run(session) == []


def test_an_incident_follows_its_element(session, clock, case, eve):
    session.add(Incident(instance_id=case.id, activity_id="open", message="?", attempts=1, opened_at=now()))
    moved(session, case, process(session, RENAMED), eve)
    assert session.scalars(select(Incident)).one().activity_id == "unpack"


def test_a_subscription_keeps_its_key_and_follows_the_new_name(session, clock, anna, eve):
    drawing = "start s\ncatch c message={} key=number\nuser a candidateGroups=registry\nend e\ns -> c -> a -> e"
    case = begin(session, process(session, drawing.format("paid")), number="N-1")
    before = session.scalars(select(Subscription)).one().id
    messages.receive(session, "settled", "N-1", {}, "m1")
    moved(session, case, process(session, drawing.format("settled")), eve)
    news = session.scalars(select(Subscription).execution_options(populate_existing=True)).one()
    assert (news.id, news.name, news.correlation_key) == (before, "settled", "N-1")
    assert session.scalars(select(Job.topic)).one() == "messages.deliver"  # what was kept under the new name


def test_a_called_process_runs_on_and_comes_back(session, clock, anna, eve):
    process(session, REVIEW, "other")
    drawing = "start s\ncall k calls=other\nuser a candidateGroups=registry\nend e\ns -> k -> a -> e"
    case = begin(session, process(session, drawing))
    child = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == case.id)).one()
    longer = drawing.replace("user a", "user z candidateGroups=registry\nuser a").replace("k -> a", "k -> z -> a")
    moved(session, case, process(session, longer), eve)
    do(session, child, "open", anna)
    do(session, child, "check", anna)
    assert list(open_tasks(session, case)) == ["z"]


def test_a_called_process_is_moved_by_its_own_plan(session, clock, anna, eve):
    process(session, REVIEW, "other")
    case = begin(session, process(session, "start s\ncall k calls=other\nend e\ns -> k -> e"))
    child = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == case.id)).one()
    moved(session, child, process(session, LONGER, "other"), eve)
    for activity in ("open", "sign", "check"):
        do(session, child, activity, anna)
    session.refresh(case)
    assert case.status is InstanceStatus.COMPLETED and fsck.run(session) == []


def test_a_suspended_instance_is_moved_and_stays_suspended(session, clock, case, dora, eve):
    operations.suspend(session, case, dora, WHY)
    assert moved(session, case, process(session, LONGER), eve).status is UpgradeStatus.DONE
    assert case.status is InstanceStatus.SUSPENDED


# What is told


def test_the_history_tells_from_where_to_where_and_why(session, clock, case, old, eve):
    new = process(session, RENAMED)
    moved(session, case, new, eve)
    event = last(session, case, "upgraded")
    token = open_tasks(session, case)["unpack"].token_id
    assert event.actor == "eve" and event.data["reason"] == WHY and event.data["version"] == 2
    assert event.data["was"] == {"definition": old.id, "version": 1} and event.data["mapping"] == {"open": "unpack"}
    assert (event.data["before"], event.data["after"]) == ({token: "open"}, {token: "unpack"})


def test_what_happened_before_is_told_by_the_names_of_its_time(session, clock, anna, eve):
    case = begin(session, process(session, REVIEW, open={"candidateGroups": "registry"}))
    do(session, case, "open", anna)
    new = process(session, SHORTER.replace("user check", "user check name=Neu"))
    moved(session, case, new, eve)
    events = {event.activity_id: event.name for event in history.timeline(session, case.case)}
    assert events["open"] == "open" and events["check"] == "check"
    do(session, case, "check", anna)
    assert last(session, case, "completed", "check").name == "Neu"


# Two persons


def test_the_rule_of_two_persons_sees_through_new_ids(session, clock, anna, bob, eve):
    rule = {"differentFrom": "open"}
    case = begin(session, process(session, REVIEW, check=rule))
    do(session, case, "open", anna)
    moved(session, case, process(session, RENAMED, check={"differentFrom": "unpack"}), eve)
    assert "another person" in str(tasks.why_not(session, open_tasks(session, case)["check"], anna))
    assert tasks.why_not(session, open_tasks(session, case)["check"], bob) is None


def test_the_rule_of_the_same_person_sees_through_two_moves(session, clock, anna, bob, eve):
    case = begin(session, process(session, REVIEW, check={"samePersonAs": "open"}))
    do(session, case, "open", anna)
    moved(session, case, process(session, RENAMED, check={"samePersonAs": "unpack"}), eve)
    again = RENAMED.replace("unpack", "look")
    moved(session, case, process(session, again, check={"samePersonAs": "look"}), eve)
    assert "must be done by 安娜" in str(tasks.why_not(session, open_tasks(session, case)["check"], bob))
    assert tasks.why_not(session, open_tasks(session, case)["check"], anna) is None


def test_a_rule_the_new_version_has_not_is_told(session, clock, old):
    first = process(session, REVIEW, check={"differentFrom": "open"})
    assert "need two persons" in str(upgrades.plan(session, first, old).problems[0].message)
    mirrored = process(session, REVIEW, open={"differentFrom": "check"})
    assert upgrades.plan(session, first, mirrored).problems == ()


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("notStarter", "true", "true"),
        ("holdsRole", "registry", "registry"),
        ("distinctPeople", "2: open, check", "2: check, unpack"),
        ("notRelated", "open", "unpack"),
    ],
)
def test_any_rule_of_separation_the_new_version_has_not_is_told(session, clock, kind, value, kept):
    first = process(session, REVIEW, check={kind: value})
    plain, same = process(session, RENAMED), process(session, RENAMED, check={kind: kept})

    said = [str(each.message) for each in upgrades.plan(session, first, plain).problems]
    assert any(f"does not ask any more for {kind} “{value}”" in each for each in said)
    assert not any("any more for" in str(each.message) for each in upgrades.plan(session, first, same).problems)


# Refusing


def test_what_is_refused_is_untouched(session, clock, case, old, eve):
    before = (case.revision, case.state, told(session, case))
    done = moved(session, case, process(session, SHORTER), eve)
    session.refresh(case)
    assert done.status is UpgradeStatus.REFUSED and "waits at “open”" in refusal(done)
    assert (case.revision, case.state, told(session, case), case.definition_id) == (*before, old.id)


def test_an_expression_that_fails_on_the_way_leaves_all_as_it_was(session, clock, case, old, eve):
    edge = EDGE.replace("timer=P1D", "timer=${unheard_of}")
    done = moved(session, case, process(session, edge), eve)
    session.refresh(case)
    assert done.status is UpgradeStatus.REFUSED and case.definition_id == old.id
    done = moved(session, case, process(session, REVIEW, open={"candidateGroups": "${unheard_of + 1}"}), eve)
    session.refresh(case)
    assert done.status is UpgradeStatus.REFUSED and "“open” would be offered to nobody" in refusal(done)
    assert case.definition_id == old.id and tasks.candidates(session, open_tasks(session, case)["open"])
    assert open_tasks(session, case)["open"].definition_id == old.id


def test_only_who_may_deploy_may_move(session, clock, case, old, anna, eve):
    plan = upgrades.plan(session, old, process(session, LONGER))
    for act in (
        lambda: upgrades.perform(session, plan, case, anna, WHY),
        lambda: upgrades.begin(session, plan, anna, WHY),
        lambda: upgrades.undo(session, upgrades.perform(session, plan, case, eve, WHY), anna, WHY),
    ):
        with pytest.raises(NotAllowed, match="Only who may deploy"):
            act()


def test_nobody_moves_anything_without_a_reason(session, clock, case, old, eve):
    plan = upgrades.plan(session, old, process(session, LONGER))
    with pytest.raises(Invalid, match="say why"):
        upgrades.perform(session, plan, case, eve, "  ")
    with pytest.raises(Invalid, match="say why"):
        upgrades.undo(session, moved(session, case, plan.new, eve), eve, "")


def test_what_is_over_or_elsewhere_stays(session, clock, case, old, eve):
    plan = upgrades.plan(session, old, process(session, LONGER))
    assert upgrades.perform(session, plan, case, eve, WHY).status is UpgradeStatus.DONE
    assert "runs on version 2 by now" in refusal(upgrades.perform(session, plan, case, eve, WHY))
    gone = begin(session, old)
    instances.cancel(session, gone, "eve", "")
    assert "not running any more" in refusal(upgrades.perform(session, plan, gone, eve, WHY))


# The way back


def test_the_way_back_leads_to_what_was(session, clock, case, old, anna, eve):
    state = instances.state(case)
    done = moved(
        session,
        case,
        process(
            session,
            RENAMED.replace("unpack name=open candidateGroups=registry", "unpack name=open candidateGroups=director"),
        ),
        eve,
    )
    assert upgrades.undo(session, done, eve, "Too early.") == 1
    session.flush()
    task = open_tasks(session, case)["open"]
    assert (case.definition_id, task.definition_id, instances.state(case)) == (old.id, old.id, state)
    assert tasks.candidates(session, task) == ["group:registry"] and task.form_key is None
    assert done.status is UpgradeStatus.UNDONE and fsck.run(session) == []
    assert last(session, case, "upgrade_undone").data["reason"] == "Too early."
    do(session, case, "open", anna)
    assert list(open_tasks(session, case)) == ["check"]


def test_who_claimed_meanwhile_keeps_the_task_on_the_way_back(session, clock, case, anna, eve):
    done = moved(session, case, process(session, LONGER), eve)
    tasks.claim(session, open_tasks(session, case)["open"], anna)
    upgrades.undo(session, done, eve, WHY)
    session.flush()
    assert open_tasks(session, case)["open"].assignee == "anna" and fsck.run(session) == []


def test_timers_and_news_that_had_stopped_wait_again(session, clock, eve):
    edges = EDGE.replace("    user check", "    boundary m on=open message=stop quiet\n    user check").replace(
        "t -> e", "t -> e\n    m -> e"
    )
    case = begin(session, process(session, edges))
    timer = session.scalars(select(Timer)).one()
    done = moved(session, case, process(session, REVIEW), eve)
    assert session.scalars(select(Subscription)).all() == []
    upgrades.undo(session, done, eve, WHY)
    session.flush()
    session.refresh(timer)
    assert timer.status is TimerStatus.WAITING and session.scalars(select(Subscription)).one().name == "stop"
    assert fsck.run(session) == []


def test_there_is_no_way_back_once_the_case_has_gone_on(session, clock, case, anna, eve):
    done = moved(session, case, process(session, LONGER), eve)
    do(session, case, "open", anna)
    with pytest.raises(Conflict, match="has gone on since; it cannot go back to version 1"):
        upgrades.undo(session, done, eve, WHY)


def test_there_is_no_way_back_when_the_move_itself_ended_something(session, clock, eve):
    case = begin(session, process(session, REVIEW), late=True)
    edge = REVIEW.replace("user check", 'boundary t on=open conditional="late"\n    user check').replace(
        "s -> open", "t -> check\n    s -> open"
    )
    done = moved(session, case, process(session, edge), eve)
    assert list(open_tasks(session, case)) == ["check"]
    with pytest.raises(Conflict, match="The move has ended “open”"):
        upgrades.undo(session, done, eve, WHY)


def test_one_goes_back_once(session, clock, case, eve):
    done = moved(session, case, process(session, LONGER), eve)
    upgrades.undo(session, done, eve, WHY)
    with pytest.raises(Conflict, match="is back already"):
        upgrades.undo(session, done, eve, WHY)


def test_a_state_kept_aside_and_tampered_with_is_refused(session, clock, case, eve):
    done = moved(session, case, process(session, LONGER), eve)
    done.state_before = done.state_before[:-2] + b"xx"
    with pytest.raises(upgrades.performing.engine.StateCorrupt):
        upgrades.undo(session, done, eve, WHY)


def test_there_and_back_and_there_again(session, clock, case, anna, eve):
    new = process(session, EDGE)
    for _ in range(3):
        upgrades.undo(session, moved(session, case, new, eve), eve, WHY)
        session.flush()
    moved(session, case, new, eve)
    do(session, case, "open", anna)
    assert list(open_tasks(session, case)) == ["check"]


def test_a_version_can_be_gone_back_to_by_a_plan_too(session, clock, case, old, anna, eve):
    moved(session, case, process(session, RENAMED), eve)
    moved(session, case, old, eve)
    assert list(open_tasks(session, case)) == ["open"]
    assert session.scalars(select(UserTask)).one().definition_id == old.id


# What must always hold


def test_a_task_of_another_version_is_found(session, clock, case, old):
    open_tasks(session, case)["open"].definition_id = process(session, LONGER).id
    session.flush()
    assert [each.check for each in fsck.run(session)] == ["versions"]


def test_a_task_at_an_element_that_is_not_there_is_found(session, clock, case, old):
    open_tasks(session, case)["open"].activity_id = "nowhere"
    session.flush()
    assert "“nowhere”" in fsck.run(session)[0].sentence


def test_a_moved_instance_that_is_not_where_it_went_is_found(session, clock, case, old, eve):
    done = moved(session, case, process(session, LONGER), eve)
    done.run.to_id, done.state_before = old.id, None
    session.flush()
    assert [each.check for each in fsck.run(session)] == ["upgrades", "upgrades"]


# Separation of duty

CHECKED = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nuser c candidateGroups=registry\nend e\ns -> a -> b -> c -> e"
LATER = CHECKED.replace("user c candidateGroups=registry", "user c candidateGroups=director")


def at_b(session, anna):
    case = begin(session, process(session, CHECKED, b={"differentFrom": "a"}))
    do(session, case, "a", anna)
    return case


def test_no_mapping_puts_work_past_what_separation_protects(session, clock, anna, eve):
    case = at_b(session, anna)
    old = case.definition
    new = process(session, LATER, b={"differentFrom": "a"})
    refused = moved(session, case, new, eve, b="c")
    assert refused.status is UpgradeStatus.REFUSED and "passes by “b”" in refusal(refused)
    assert (case.definition_id, list(open_tasks(session, case))) == (old.id, ["b"])
    plan = upgrades.plan(session, old, new, {"b": "c"})
    assert "passes by" in str(upgrades.dry_run(session, plan, case).refused)


def test_a_protected_step_goes_on_under_another_name(session, clock, anna, bob, eve):
    case = at_b(session, anna)
    new = process(session, LATER.replace("user b", "user b2").replace("-> b ->", "-> b2 ->"), b2={"differentFrom": "a"})
    assert moved(session, case, new, eve, b="b2").status is UpgradeStatus.DONE
    assert list(open_tasks(session, case)) == ["b2"]


def test_what_was_done_is_passed_by_no_mapping(session, clock, anna, bob, eve):
    case = at_b(session, anna)
    do(session, case, "b", bob)
    new = process(session, LATER.replace("user c", "user c2").replace("-> c ->", "-> c2 ->"), b={"differentFrom": "a"})
    assert moved(session, case, new, eve, c="c2").status is UpgradeStatus.DONE
    assert list(open_tasks(session, case)) == ["c2"]
