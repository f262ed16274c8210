"""A correction that is open while its process moves to another version."""

from tests.workflow.returns.desk import STRAIGHT, back, correction, sound, step
from tests.workflow.world import begin, do, process
from workflow import instances, tasks, upgrades

LINE = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"
LONGER = LINE.replace("end e\n", "user c candidateGroups=registry\nend e\n").replace("b -> e", "b -> c -> e")


def test_it_is_answered_as_it_was_asked_and_the_process_goes_on(session, clock, anna, bob, eve):
    old = process(session, LINE)
    instance = begin(session, old)
    do(session, instance, "a", anna, number=1)
    sender = tasks.claim(session, step(session, instance, "b"), bob)
    back(session, sender, bob, "a", STRAIGHT)
    plan = upgrades.plan(session, old, process(session, LONGER))
    assert upgrades.perform(session, plan, instance, session.merge(eve), "longer").refused is None
    tasks.complete(session, correction(session, "a"), anna, {"number": 2})
    tasks.complete(session, step(session, instance, "b"), bob, {})
    assert instances.variables(session, instance)["number"] == 2
    do(session, instance, "c", anna)
    assert sound(session)
