"""What a called process throws rises to its callers: escalations beside its work, errors at its end."""

import pytest
from sqlalchemy import select

from tests.workflow.world import begin, do, open_tasks, process, told
from workflow import fsck
from workflow.models import ProcessInstance
from workflow.statuses import InstanceStatus

THROWS = "start s\nthrow t escalation=late\nuser work candidateGroups=registry\nend e\ns -> t -> work -> e"
ENDS = "start s\nend t escalation=late\ns -> t"
CALLS = """
start s
call c calls=q {marks}
boundary b on=c escalation=late {rest}
user after candidateGroups=registry
user helped candidateGroups=registry
end e
s -> c -> after -> e
b -> helped
"""


def caller(rest: str = "quiet", marks: str = "") -> str:
    return CALLS.format(rest=rest, marks=marks)


def statuses(session) -> list[tuple[str, InstanceStatus]]:
    found = session.scalars(
        select(ProcessInstance).order_by(ProcessInstance.id).execution_options(populate_existing=True)
    )
    return [(each.definition.key, each.status) for each in found]


def all_open(session) -> list[str]:
    return sorted(name for each in session.scalars(select(ProcessInstance)) for name in open_tasks(session, each))


@pytest.fixture(autouse=True)
def in_order(session):
    yield
    assert [problem for problem in fsck.run(session) if problem.check != "performers"] == []


def test_beside_the_call_it_is_answered_while_the_called_process_goes_on(session, anna):
    process(session, THROWS, "q")
    instance = begin(session, process(session, caller()))
    assert all_open(session) == ["helped", "work"]

    child = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == instance.id)).one()
    do(session, child, "work", anna)
    assert all_open(session) == ["after", "helped"]


def test_interrupting_it_ends_the_called_process(session):
    process(session, THROWS, "q")
    begin(session, process(session, caller(rest="")))

    assert all_open(session) == ["helped"]
    assert statuses(session) == [("p", InstanceStatus.RUNNING), ("q", InstanceStatus.CANCELLED)]


@pytest.mark.parametrize(("rest", "open_"), [("quiet", ["after", "helped"]), ("", ["helped"])])
def test_thrown_by_the_last_element_it_comes_before_the_call_is_done(session, rest, open_):
    process(session, ENDS, "q")
    begin(session, process(session, caller(rest)))

    assert all_open(session) == open_
    assert statuses(session) == [("p", InstanceStatus.RUNNING), ("q", InstanceStatus.COMPLETED)]


def test_a_caller_that_does_not_catch_it_passes_it_on_to_its_own(session):
    process(session, THROWS, "r")
    process(session, "start s\ncall c calls=r\nend e\ns -> c -> e", "q")
    begin(session, process(session, caller()))

    assert all_open(session) == ["helped", "work"]


def test_what_nobody_catches_changes_nothing(session):
    process(session, THROWS, "q")
    begin(session, process(session, caller().replace("escalation=late", "escalation=other")))

    assert all_open(session) == ["work"]


def test_an_event_sub_process_of_the_caller_may_catch_it(session):
    process(session, THROWS, "q")
    drawing = (
        "start s\ncall c calls=q\nend e\ns -> c -> e\nsub H event\n start h escalation=late quiet\n"
        " user helped candidateGroups=registry\n h -> helped"
    )
    instance = begin(session, process(session, drawing))

    assert all_open(session) == ["helped", "work"]
    assert ("caught", "h") in told(session, instance)


@pytest.mark.parametrize("marks", ["times=3", "times=3 sequential"])
def test_several_calls_each_throw_their_own(session, marks):
    process(session, ENDS, "q")
    instance = begin(session, process(session, caller(marks=marks)))

    assert all_open(session) == ["after", "helped"]
    assert told(session, instance).count(("caught", "b")) == 3


def test_the_first_of_several_calls_may_take_the_others_away_before_they_begin(session):
    process(session, THROWS, "q")
    begin(session, process(session, caller(rest="", marks="times=3")))

    assert all_open(session) == ["helped"]
    assert statuses(session)[1:] == [("q", InstanceStatus.CANCELLED)] * 3


def test_an_error_of_the_first_of_several_calls_takes_the_others_away_before_they_begin(session):
    process(session, "start s\nend e error=E1\ns -> e", "q")
    begin(session, process(session, caller(rest="", marks="times=3").replace("escalation=late", "error=E1")))

    assert all_open(session) == ["helped"]
    assert [status for _, status in statuses(session)[2:]] == [InstanceStatus.CANCELLED] * 2
