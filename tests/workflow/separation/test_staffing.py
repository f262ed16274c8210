"""Nobody left: steps drawn for who began the case or did another step, several runs, ways with too few approvals."""

import pytest

from tests.workflow.separation.test_lint import LANES, PAID, TWO, known, said
from tests.workflow.world import drawn
from workflow.lint import Level, lint

CHECK = {"candidateGroups": "chiefs"}


def test_the_only_checker_who_begins_has_done_the_step_drawn_for_who_began():
    rules = {"a": {"assignee": "${starter()}"}, "b": {**CHECK, "differentFrom": "a"}}
    alone = known(clerks=["wang"], chiefs=["li"])
    assert said(TWO, alone, **rules) == [
        "b: With today's members “b” has nobody left when 李四 begins the case.",
        "b: With today's members “b” has nobody left when 李四 does “a”.",
    ]
    assert said(TWO, known(clerks=["wang"], chiefs=["li", "zhao"]), **rules) == []


@pytest.mark.parametrize("expression", ["${starter()}", "#{ starter() }", "=starter()"])
def test_a_step_for_who_began_that_wants_another_has_nobody_ever(expression):
    (told,) = said(TWO, known(clerks=["li", "wang"]), b={"assignee": expression, "notStarter": "true"})
    assert told.startswith("b: With today's members there are not enough different people for “b”")


def test_a_step_for_who_did_another_is_that_persons():
    rules = {"a": {"candidateGroups": "clerks"}, "b": {"assignee": "${performer('a')}", "differentFrom": "a"}}
    assert said(TWO, known(clerks=["li", "wang"]), **rules) == [
        "b: With today's members there are not enough different people for “a”、“b”: only 李四、王五."
    ]
    three = "start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> c -> e"
    rules = {**rules, "b": {"assignee": '${performer("a")}'}, "c": {"candidateGroups": "clerks", "differentFrom": "b"}}
    assert said(three, known(clerks=["li", "wang"]), **rules) == []
    assert len(said(three, known(clerks=["li"]), **{**rules, "b": {**rules["b"], "samePersonAs": "a"}})) == 1


def test_of_a_head_or_of_a_step_nobody_knows_nothing_is_said():
    office = known(clerks=["li"])
    assert said(TWO, office, b={"assignee": "${head(starter())}", "notStarter": "true"}) == []
    rules = {"a": {"assignee": "${chosen}"}, "b": {"assignee": "${performer('a')}", "differentFrom": "a"}}
    assert said(TWO, office, **rules) == []


RUNS = "start s\nuser a times={} candidateGroups=clerks\nend e\ns -> a -> e"


@pytest.mark.parametrize(
    ("times", "rule", "clerks", "flagged"),
    [
        (2, {"distinctPeople": "2: a"}, ["li"], True),
        (2, {"distinctPeople": "2: a"}, ["li", "wang"], False),
        (3, {"differentFrom": "a"}, ["li", "wang"], True),
        (2, {"differentFrom": "a"}, ["li", "wang"], False),
        ("many", {"differentFrom": "a"}, ["li"], True),
    ],
)
def test_several_runs_of_one_group_of_one_are_flagged(times, rule, clerks, flagged):
    told = said(RUNS.format(times), known(clerks=clerks), a=rule)
    assert [each.startswith("a: With today's members there are not enough different people") for each in told] == [
        True
    ] * flagged


def test_both_steps_given_to_one_group_of_one_are_flagged_under_a_policy_too():
    office = known([("b", "differentFrom", "a")], clerks=["li"])
    rules = {"a": {"candidateGroups": "clerks"}, "b": {"candidateGroups": "clerks"}}
    assert len(said(TWO, office, **rules)) == 1


def test_a_renamed_lane_leaves_a_step_under_a_rule_with_nobody():
    lane = '<laneSet id="l"><lane id="l1" name="{}"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
    office = known([("b", "differentFrom", "a")], clerks=["li"], chiefs=["wang"])

    def judged(name):
        xml = drawn(TWO, a={"candidateGroups": "clerks"})
        xml = xml.replace(b'isExecutable="true">', b'isExecutable="true">' + lane.format(name).encode())
        return [str(each.message) for each in lint(xml, office) if each.rule == "nobody_left"]

    assert judged(LANES["chiefs"][0]) == []
    assert judged("审批人") == ["With today's members nobody may do “b”."]


def test_a_way_round_an_approval_the_diagram_itself_asks_for_is_flagged():
    round_it = "start s\nuser a\nxor g\nuser b\nservice pay topic=pay\nend e\ns -> a -> g\ng -> b -> pay if x\ng -> pay default\npay -> e"
    rules = {"pay": {"approvals": "2: a, b"}}
    assert said(PAID, known(clerks=["li", "wang"]), **rules) == []
    assert said(round_it, known(clerks=["li", "wang"]), Level.WARNING, **rules) == [
        "pay: “pay” asks for pay approvals=2: a, b, but a way leads there with only “a” of “a”、“b” done."
    ]
