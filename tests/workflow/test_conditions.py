"""Conditions a process waits for, in the database: no row stands for them, and nothing finds fault with that."""

from tests.workflow.world import begin, open_tasks, process, told
from workflow import fsck, instances
from workflow.statuses import InstanceStatus

DRAWING = 'start s\ncatch c conditional="stock < 10"\nuser order candidateGroups=registry\nend e\ns -> c -> order -> e'


def test_a_process_may_wait_for_a_condition_alone(session):
    instance = begin(session, process(session, DRAWING), stock=12)

    assert instance.status is InstanceStatus.RUNNING and open_tasks(session, instance) == {}
    assert [problem for problem in fsck.run(session) if problem.check in ("states", "waiting")] == []


def test_a_variable_changed_by_hand_lets_it_go_on(session):
    instance = begin(session, process(session, DRAWING), stock=12)
    instances.set_variables(session, instance, {"stock": 11}, "eve")
    assert open_tasks(session, instance) == {}

    instances.set_variables(session, instance, {"stock": 9}, "eve")
    assert list(open_tasks(session, instance)) == ["order"]
    assert told(session, instance)[-4:-1] == [("variables_changed", None), ("caught", "c"), ("completed", "c")]
