"""Processes begun by messages, signals, times and conditions: once, in a case of their own, by the newest version."""

from datetime import timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from tests.workflow.world import begin, do, last, open_tasks, process, work
from workflow import event_starts, fsck, instances, jobs, messages, scheduler
from workflow.clock import now
from workflow.engine import ExpressionFailed
from workflow.errors import DefinitionRefused
from workflow.models import Case, Incident, Job, Message, ProcessInstance, ProcessStart
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, MessageStatus

pytestmark = pytest.mark.usefixtures("clock")
ORDER = """
    start s message=order
    user check candidateGroups=registry
    end e
    s -> check -> e
"""
BY = "start s {by}\nuser check candidateGroups=registry\nend e\ns -> check -> e"


def deployed(office, drawing=ORDER, key="loan", **said):
    with office.database.transaction() as session:
        return process(session, drawing, key, **said).version


def timed(office, by, key="month"):
    return deployed(office, BY.format(by=by), key)


def receive(office, name="order", key="A1", message_id="m1", **payload):
    with office.database.transaction() as session:
        return messages.receive(session, name, key, payload, message_id).status


def cases(office):
    """Business key → how many instances of it run."""
    live = func.count(ProcessInstance.id).filter(ProcessInstance.status == InstanceStatus.RUNNING)
    query = select(Case.business_key, live).outerjoin(ProcessInstance, ProcessInstance.case_id == Case.id)
    with office.database.reading() as session:
        assert [str(problem) for problem in fsck.run(session)] == []
        return dict(session.execute(query.group_by(Case.id).order_by(Case.id)).all())


def only_instance(session):
    return session.scalars(select(ProcessInstance)).one()


def starts(office):
    with office.database.reading() as session:
        found = session.scalars(select(ProcessStart).order_by(ProcessStart.id))
        return [(start.kind, start.name or start.text, start.due_at) for start in found]


def rounds(office, clock, until, **step):
    """Let time pass step by step with a scheduler at work; when a process began, on the wall."""
    began = []
    while now() < until:
        clock.move(**step)
        began += [now().astimezone(ZoneInfo("Asia/Shanghai"))] * event_starts.fire_due(office.database)
    return began


# Messages


def test_a_message_begins_a_process_in_the_case_of_its_key(office):
    deployed(office)
    assert receive(office, book="卷一") is MessageStatus.DELIVERED

    assert cases(office) == {"loan-A1": 1}
    with office.database.reading() as session:
        instance = only_instance(session)
        assert list(open_tasks(session, instance)) == ["check"]
        assert instances.variables(session, instance) == {"book": "卷一"}
        assert (instance.case.title, instance.case.opened_by) == ("loan", "system")
        started = last(session, instance, "started")
        assert (started.data["event"], started.data["message"]) == ("s", "m1")


def test_the_start_event_may_name_the_case(sqlite_office):
    deployed(sqlite_office, s={"caseTitle": "Loan of ${book}"})
    receive(sqlite_office, book="卷一")
    with sqlite_office.database.reading() as session:
        assert only_instance(session).case.title == "Loan of 卷一"


def test_the_same_message_again_begins_nothing(office):
    deployed(office)
    assert [receive(office), receive(office)] == [MessageStatus.DELIVERED] * 2
    assert cases(office) == {"loan-A1": 1}


def test_messages_without_a_key_begin_a_case_each(sqlite_office):
    deployed(sqlite_office)
    receive(sqlite_office, key="", message_id="m1")
    receive(sqlite_office, key="", message_id="m2")
    assert list(cases(sqlite_office).values()) == [1, 1]


def test_a_start_event_may_find_the_key_in_the_message(sqlite_office):
    deployed(sqlite_office, s={"correlationKey": "${upper(number)}"})
    receive(sqlite_office, key="", message_id="m1", number="a1")
    receive(sqlite_office, key="", message_id="m2")
    assert receive(sqlite_office, key="", message_id="m3", number="A1") is MessageStatus.WAITING
    assert receive(sqlite_office, key="", message_id="m4", number=[1]) is MessageStatus.WAITING
    with sqlite_office.database.reading() as session:
        assert "“${upper(number)}” at “s” cannot be used" in session.scalars(select(Incident)).one().message
        keys = [case.business_key for case in session.scalars(select(Case).order_by(Case.id))]
    assert keys == ["loan-A1", "loan-20260701-M2"]


def test_a_key_too_long_for_a_case_still_has_one_case(office):
    deployed(office)
    for number, key in enumerate(["长" * 199 + "1", "长" * 199 + "2", "长" * 199 + "1"]):
        receive(office, key=key, message_id=f"m{number}")
    assert list(cases(office).values()) == [1, 1]
    assert all(len(key) == 193 for key in cases(office))


def test_a_token_that_waits_goes_before_a_new_process(office, anna):
    deployed(office)
    deployed(
        office,
        "start s\ncatch c message=order key=number\nuser after candidateGroups=registry\nend e\ns -> c -> after -> e",
        "other",
    )
    with office.database.transaction() as session:
        waiting = begin(
            session,
            process(session, "start s\ncatch c message=order key=number\nend e\ns -> c -> e", "third"),
            number="A1",
        ).id

    receive(office, message_id="m1")
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, waiting).status is InstanceStatus.COMPLETED
    assert "loan-A1" not in cases(office)
    receive(office, message_id="m2")
    assert cases(office)["loan-A1"] == 1


def test_while_it_runs_another_message_of_the_key_is_kept_and_begins_it_again_afterwards(office, anna):
    deployed(office)
    receive(office, message_id="m1", n=1)
    assert receive(office, message_id="m2", n=2) is MessageStatus.WAITING
    assert event_starts.sweep(office.database) == 0

    with office.database.transaction() as session:
        do(session, only_instance(session), "check", anna)
    scheduler.go_round(office)
    assert cases(office) == {"loan-A1": 1}
    with office.database.reading() as session:
        first, second = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id))
        assert first.case_id == second.case_id
        assert instances.variables(session, second) == {"n": 2}
        assert second.case.closed_at is None


def test_of_many_messages_of_a_key_at_once_one_begins_the_process(office):
    deployed(office)
    threads = [Thread(target=receive, args=(office, "order", "A1", f"m{n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert cases(office) == {"loan-A1": 1}
    with office.database.reading() as session:
        assert sorted(session.scalars(select(Message.status))) == ["delivered"] + ["waiting"] * 5


def test_messages_of_many_keys_at_once_begin_a_case_each(office):
    deployed(office)
    threads = [Thread(target=receive, args=(office, "order", f"A{n}", f"m{n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cases(office) == {f"loan-A{n}": 1 for n in range(6)}


def test_a_message_nobody_knew_begins_the_process_once_it_is_deployed(office):
    assert receive(office, n=1) is MessageStatus.WAITING
    deployed(office)
    scheduler.go_round(office)
    assert cases(office) == {"loan-A1": 1}


def test_a_message_whose_time_is_over_begins_nothing(sqlite_office, clock):
    receive(sqlite_office)
    clock.move(days=31)
    deployed(sqlite_office)
    scheduler.go_round(sqlite_office)
    assert cases(sqlite_office) == {}


def test_a_process_that_cannot_begin_is_an_incident_and_the_message_waits_for_its_repair(office):
    broken = "start s message=order\nxor g\nuser a candidateGroups=registry\nend e\ns -> g\ng -> a if n > 1\na -> e"
    deployed(office, broken)
    assert receive(office, n=1) is MessageStatus.WAITING
    for _twice in range(2):
        scheduler.go_round(office)
    with office.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.activity_id, incident.attempts, incident.status) == ("loan", 1, IncidentStatus.OPEN)
        assert "loan (s): No condition at “g” is true" in incident.message
    assert cases(office) == {}

    deployed(office, broken.replace("n > 1", "n = 1"))
    with office.database.transaction() as session:
        jobs.retry(session, session.scalars(select(Incident)).one(), "eve")
    scheduler.go_round(office)
    assert cases(office) == {"loan-A1": 1}


def test_a_message_begins_one_process_only(sqlite_office):
    deployed(sqlite_office)
    with pytest.raises(DefinitionRefused, match="The message “order” already begins the process “loan”"):
        deployed(sqlite_office, key="sale")
    with pytest.raises(DefinitionRefused, match="already begins the process “twice”"):
        deployed(sqlite_office, "start s message=n\nstart t message=n\nuser a\nend e\ns -> a\nt -> a -> e", "twice")


# Versions


def test_the_newest_version_is_begun(sqlite_office):
    deployed(sqlite_office)
    assert deployed(sqlite_office, ORDER.replace("check", "look")) == 2
    receive(sqlite_office)
    with sqlite_office.database.reading() as session:
        assert list(open_tasks(session, only_instance(session))) == ["look"]


def test_what_the_newest_version_begins_by_no_more_begins_nothing(sqlite_office):
    deployed(sqlite_office)
    deployed(sqlite_office, ORDER.replace("message=order", ""))
    assert receive(sqlite_office) is MessageStatus.WAITING
    assert starts(sqlite_office) == []


def test_a_changed_event_takes_the_place_of_the_old(sqlite_office):
    deployed(sqlite_office)
    deployed(sqlite_office, ORDER.replace("order", "sale"))
    assert starts(sqlite_office) == [("message", "sale", None)]
    assert receive(sqlite_office) is MessageStatus.WAITING
    assert receive(sqlite_office, "sale", message_id="m2") is MessageStatus.DELIVERED


# Signals


def test_a_signal_begins_every_process_that_begins_by_it(office):
    for key in ("one", "two"):
        timed(office, "signal=alarm", key)
    with office.database.transaction() as session:
        assert messages.broadcast(session, "alarm", {"level": 3}) == 2
    work(office)

    assert [key[:13] for key in cases(office)] == ["one-20260701-", "two-20260701-"]
    with office.database.reading() as session:
        for instance in session.scalars(select(ProcessInstance)):
            assert instances.variables(session, instance) == {"level": 3}
            assert last(session, instance, "started").data["signal"] == "alarm"


def test_a_signal_thrown_by_a_process_begins_another(sqlite_office):
    timed(sqlite_office, "signal=alarm", "other")
    with sqlite_office.database.transaction() as session:
        begin(session, process(session, "start s\nend e signal=alarm\ns -> e", "thrower"))
    work(sqlite_office)
    assert [key.partition("-")[0] for key in cases(sqlite_office)][-1] == "other"


def test_a_signal_after_a_version_without_it_begins_nothing(sqlite_office):
    timed(sqlite_office, "signal=alarm", "one")
    with sqlite_office.database.transaction() as session:
        messages.broadcast(session, "alarm", {})
    timed(sqlite_office, "", "one")
    work(sqlite_office)
    assert cases(sqlite_office) == {}


def test_a_process_that_cannot_begin_by_a_signal_fails_as_a_job(sqlite_office, clock):
    deployed(sqlite_office, "start s signal=alarm\nxor g\nuser a\nend e\ns -> g\ng -> a if n > 1\na -> e", "one")
    with sqlite_office.database.transaction() as session:
        messages.broadcast(session, "alarm", {})
    work(sqlite_office)
    with sqlite_office.database.reading() as session:
        assert session.scalars(select(Job)).one().status is JobStatus.FAILED
        assert "No condition at “g”" in session.scalars(select(Incident)).one().message


# Times


def test_a_duration_begins_the_process_once_so_long_after_its_deployment(office, clock):
    timed(office, "timer=P1D")
    clock.move(hours=23)
    assert event_starts.fire_due(office.database) == 0
    clock.move(hours=1)
    assert [event_starts.fire_due(office.database) for _twice in range(2)] == [1, 0]
    assert cases(office) == {"month-20260702-0900": 1}
    assert starts(office) == [("timer", "P1D", None)]


def test_a_date_begins_the_process_in_the_offices_morning(sqlite_office, clock):
    timed(sqlite_office, "date=2026-07-03")
    clock.move(days=3)
    scheduler.go_round(sqlite_office)
    assert cases(sqlite_office) == {"month-20260703-0000": 1}


def test_a_cycle_begins_it_each_time_and_ends(sqlite_office, clock):
    timed(sqlite_office, "cycle=R3/PT1H")
    began = rounds(sqlite_office, clock, now() + timedelta(hours=6), minutes=30)
    assert [at.hour for at in began] == [10, 11, 12]
    assert len(cases(sqlite_office)) == 3


def test_a_month_is_a_month_of_the_calendar(sqlite_office, clock):
    timed(sqlite_office, "cycle=R/2026-08-31T08:00:00/P1M")
    began = rounds(sqlite_office, clock, now() + timedelta(days=160), days=1)
    assert [(at.month, at.day) for at in began] == [(8, 31), (9, 30), (10, 31), (11, 30)]


def test_what_was_missed_begins_it_once_with_the_count(office, clock):
    timed(office, "cycle=R/P1D")
    clock.move(days=10, hours=1)
    assert [event_starts.fire_due(office.database) for _twice in range(2)] == [1, 0]
    with office.database.reading() as session:
        started = last(session, only_instance(session), "started")
        assert (started.data["due"], started.data["missed"]) == ("2026-07-02T01:00:00+00:00", 9)
    [(_kind, _text, due)] = starts(office)
    assert due == now() + timedelta(hours=23)


def test_many_schedulers_begin_it_once(office, clock):
    timed(office, "timer=PT1H")
    clock.move(hours=1)
    threads = [Thread(target=event_starts.fire_due, args=(office.database,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cases(office) == {"month-20260701-1000": 1}


@pytest.mark.parametrize("days", [400, -3])
def test_a_jump_of_the_clock_begins_nothing_twice(sqlite_office, clock, days):
    timed(sqlite_office, "cycle=R/P1D")
    clock.move(days=days)
    first = event_starts.fire_due(sqlite_office.database)
    clock.move(days=-days)
    assert (first, event_starts.fire_due(sqlite_office.database)) == ((1, 0) if days > 0 else (0, 0))


def test_deploying_anew_neither_repeats_nor_delays_a_timer(office, clock):
    timed(office, "timer=PT1H", "spent")
    timed(office, "cycle=R/PT10H", "going")
    clock.move(hours=1)
    event_starts.fire_due(office.database)
    for key, by in (("spent", "timer=PT1H"), ("going", "cycle=R/PT10H")):
        assert deployed(office, BY.format(by=by).replace("check", "look"), key) == 2
    clock.move(hours=8)
    assert event_starts.fire_due(office.database) == 0
    clock.move(hours=1)
    assert event_starts.fire_due(office.database) == 1
    with office.database.reading() as session:
        newest = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id.desc())).first()
        assert newest.definition.version == 2


def test_a_changed_time_is_a_new_time(sqlite_office, clock):
    timed(sqlite_office, "timer=PT1H")
    clock.move(minutes=30)
    timed(sqlite_office, "timer=PT2H")
    clock.move(minutes=90)
    assert event_starts.fire_due(sqlite_office.database) == 0
    clock.move(minutes=30)
    assert event_starts.fire_due(sqlite_office.database) == 1


def test_a_time_may_be_calculated_by_functions_of_the_house(sqlite_office, clock):
    timed(sqlite_office, "timer='${today() + days(2)}'")
    clock.move(days=2)
    assert event_starts.fire_due(sqlite_office.database) == 1


@pytest.mark.parametrize("by", ["timer='${wait}'", "timer='${1 - \"x\"}'"])
def test_an_event_that_needs_variables_is_refused(sqlite_office, by):
    with pytest.raises(DefinitionRefused) as refused:
        timed(sqlite_office, by)
    assert [found.element for found in refused.value.findings] == ["s"]
    assert starts(sqlite_office) == []


def test_a_timer_that_cannot_begin_its_process_is_an_incident_and_fires_after_its_repair(office, clock):
    deployed(office, "start s cycle=R/P1D\nxor g\nuser a\nend e\ns -> g\ng -> a if n > 1\na -> e", "month")
    timed(office, "timer=PT1H", "well")
    clock.move(days=3)
    assert [event_starts.fire_due(office.database) for _twice in range(2)] == [1, 0]
    with office.database.reading() as session:
        assert session.scalars(select(Incident)).one().activity_id == "month"

    deployed(office, "start s cycle=R/P1D\nuser a candidateGroups=registry\nend e\ns -> a -> e", "month")
    with office.database.transaction() as session:
        jobs.retry(session, session.scalars(select(Incident)).one(), "eve")
    assert event_starts.fire_due(office.database) == 1
    assert cases(office)["month-20260702-0900"] == 1


# Conditions


def test_a_condition_of_the_house_begins_it_each_time_it_becomes_true(sqlite_office, clock):
    timed(sqlite_office, 'conditional=\'today() in ["2026-07-02", "2026-07-04"]\'')
    began = rounds(sqlite_office, clock, now() + timedelta(days=4), hours=6)
    assert [at.day for at in began] == [2, 4]
    assert list(cases(sqlite_office)) == ["month-20260702-0300", "month-20260704-0300"]


def test_facts_begin_every_process_whose_condition_is_true_of_them(office):
    timed(office, "conditional='amount > 5'", "large")
    timed(office, "conditional='amount > 50'", "huge")
    timed(office, "conditional='today() = \"2030-01-01\"'", "later")
    assert event_starts.fire_due(office.database) == 0
    with office.database.transaction() as session:
        assert event_starts.by_facts(session, {"amount": 9}) == 1
        assert event_starts.by_facts(session, {"other": 9}) == 0
    work(office)

    assert [key.partition("-")[0] for key in cases(office)] == ["large"]
    with office.database.reading() as session:
        instance = only_instance(session)
        assert instances.variables(session, instance) == {"amount": 9}
        assert last(session, instance, "started").data["condition"] == "amount > 5"


def test_facts_that_a_condition_cannot_compare_are_refused(sqlite_office):
    timed(sqlite_office, "conditional='amount - 1 = 5'")
    with (
        sqlite_office.database.transaction() as session,
        pytest.raises(ExpressionFailed, match="“amount - 1 = 5” at “s”"),
    ):
        event_starts.by_facts(session, {"amount": "many"})


def test_a_condition_that_cannot_be_asked_is_an_incident(sqlite_office, clock):
    timed(sqlite_office, "conditional='today() + 1'")
    scheduler.go_round(sqlite_office)
    scheduler.go_round(sqlite_office)
    with sqlite_office.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.attempts, incident.activity_id) == (1, "month")
        assert "month (s): “today() + 1” at “s” cannot be used: A condition must give true or false" in incident.message
