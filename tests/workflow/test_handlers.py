"""Event sub-processes in the database: what waits has rows, what is taken away has none, and fsck finds no fault."""

import pytest

from tests.workflow.world import begin, do, open_tasks, process
from workflow import fsck, instances, messages
from workflow.models import Subscription, Timer
from workflow.statuses import InstanceStatus, TimerStatus

DRAWING = """
start s
user a candidateGroups=registry
user b candidateGroups=registry
end e
s -> a -> b -> e
sub H event
 start h message=news key=number {rest}
 user c candidateGroups=registry
 end d
 h -> c -> d
sub T event
 start t cycle=R3/PT1H quiet
 user r candidateGroups=registry
 t -> r
"""


@pytest.fixture(autouse=True)
def in_order(session):
    yield
    about = ("states", "waiting", "left_over", "tokens", "histories", "completions")
    assert [problem for problem in fsck.run(session) if problem.check in about] == []


def started(session, rest=""):
    return begin(session, process(session, DRAWING.format(rest=rest)), number="7")


def test_its_message_takes_the_process_over(session, anna):
    instance = started(session)
    messages.receive(session, "news", "7", {"why": "变更"}, "m-1")

    assert list(open_tasks(session, instance)) == ["c"] and instances.variables(session, instance)["why"] == "变更"
    assert session.query(Subscription).count() == 0
    assert session.query(Timer).filter(Timer.status == TimerStatus.WAITING).count() == 0
    do(session, instance, "c", anna)
    assert instance.status is InstanceStatus.COMPLETED


def test_beside_it_hears_every_message(session, anna):
    instance = started(session, "quiet")
    for number in range(3):
        messages.receive(session, "news", "7", {}, f"m-{number}")
    do(session, instance, "a", anna)

    assert sorted(open_tasks(session, instance)) == ["b", "c"] and session.query(Subscription).count() == 1
    do(session, instance, "b", anna)
    assert session.query(Subscription).count() == 0 and instance.status is InstanceStatus.RUNNING
    for _ in range(3):
        do(session, instance, "c", anna)
    assert instance.status is InstanceStatus.COMPLETED


def test_with_the_process_what_waits_beside_it_goes(session, anna):
    instance = started(session)
    do(session, instance, "a", anna)
    do(session, instance, "b", anna)

    assert instance.status is InstanceStatus.COMPLETED and session.query(Subscription).count() == 0
