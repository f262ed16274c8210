"""A task that names nobody is for the group its lane is named after."""

import pytest

from tests.workflow.engine.drawing import bpmn
from tests.workflow.world import begin, open_tasks
from workflow import definitions, tasks
from workflow.identity import Group
from workflow.lint import lint

DRAWING = "start s\nuser a {said}\nend e\ns -> a -> e"
LANES = '<laneSet id="l"><lane id="l1" name="{name}"><flowNodeRef>a</flowNodeRef></lane></laneSet>'


def in_lane(name: str, said: str = "") -> bytes:
    return bpmn(DRAWING.format(said=said), extra=LANES.format(name=name))


def offered(session, xml: bytes) -> list[str]:
    instance = begin(session, definitions.deploy(session, xml, {}, "eve"))
    return tasks.candidates(session, open_tasks(session, instance)["a"])


@pytest.fixture
def registry(session):
    return session.get_one(Group, "registry")


def test_by_its_key_or_its_name(session, registry):
    assert offered(session, in_lane("registry")) == ["group:registry"]
    assert offered(session, in_lane(registry.name)) == ["group:registry"]


def test_who_is_named_in_the_task_goes_before_the_lane(session, registry):
    assert offered(session, in_lane("registry", "candidateGroups=director")) == ["group:director"]


def test_a_lane_named_after_nobody_offers_to_nobody(session, registry):
    assert offered(session, in_lane("Desk")) == []


def test_lint_says_so():
    said = {finding.rule: str(finding.message) for finding in lint(in_lane("收件"))}
    assert "it is offered to the group named like its lane, “收件”" in said["nobody"]
