"""What lint says of separation of duty in a diagram."""

import pytest

from tests.workflow.world import drawn
from workflow.lint import Known, Level, lint

TWO = "start s\nuser a\nuser b\nend e\ns -> a -> b -> e"
LANES = {"clerks": ("经办", "Clerks"), "chiefs": ("负责人", "Chiefs")}


def known(policies=(), starters=None, **members):
    """An office with these groups; `li` is called 李四."""
    people = {
        person: {"li": "李四", "wang": "王五"}.get(person, person) for group in members.values() for person in group
    }
    names = {key: LANES.get(key, (key, key)) for key in members}
    return Known(
        groups=set(members),
        users=set(people),
        group_names=names,
        people=people,
        members=members,
        policies={"p": policies},
    )


def said(drawing, office=None, level=None, **rules):
    found = lint(drawn(drawing, **rules), office or known(clerks=["li", "wang"], chiefs=["zhao"]))
    kept = [each for each in found if each.rule in ("separation", "policy_broken", "nobody_left")]
    return [f"{each.element}: {each.message}" for each in kept if level in (None, each.level)]


def advice(**rules):
    (found,) = [each for each in lint(drawn(TWO, **rules), known(clerks=["li"])) if each.rule == "separation"]
    return str(found.fix)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"b": {"differentFrom": "x"}}, "There is no element “x” in it."),
        ({"b": {"differentFrom": "s"}}, "“s” is not done by a person."),
        ({"b": {"samePersonAs": " , "}}, "No element is named in “,”."),
        ({"b": {"differentFrom": ""}}, "“differentFrom” says nothing."),
        ({"b": {"notStarter": "yes"}}, "“notStarter” is true or false, not “yes”."),
        ({"b": {"distinctPeople": "a, b"}}, "“distinctPeople” needs a number and elements, not “a, b”."),
        ({"b": {"distinctPeople": "0: a, b"}}, "“distinctPeople” needs a number and elements, not “0: a, b”."),
        ({"b": {"holdsRole": "nobody"}}, "There is no group “nobody”."),
        ({"b": {"diferentFrom": "a"}}, "There is no rule “diferentFrom”."),
        ({"b": {"notstarter": "true"}}, "There is no rule “notstarter”."),
        ({"s": {"notStarter": "true"}}, "“notStarter” is for work that people do."),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rules, message):
    ((element, told),) = [each.split(": ", 1) for each in said(TWO, level=Level.ERROR, **rules)]

    assert (element, told) == (next(iter(rules)), message)


def test_the_nearest_name_is_offered():
    assert advice(b={"diferentFrom": "a"}) == "Did you mean “differentFrom”?"
    assert "Did you mean “a”?" in [advice(b={"differentFrom": "aa"}), advice(b={"differentFrom": "a1"})]
    assert advice(b={"holdsRole": "clerk"}) == "Did you mean “clerks”?"
    assert advice(b={"distinctPeople": "many"}) == "Write it like “2: first_check, second_check”."


def test_a_property_of_another_meaning_is_let_alone():
    assert said(TWO, b={"documentation:en": "x", "caseTitle": "y", "differentiation": "z"}) == []


def test_a_rule_of_a_process_there_is_none_of_is_flagged():
    found = lint(drawn(TWO, b={"differentFrom": "recept:a"}), Known(processes={"receipt", "p"}))

    assert [str(each.message) for each in found if each.rule == "separation"] == ["There is no process “recept”."]


GROUPS = {"a": {"candidateGroups": "clerks"}, "b": {"candidateGroups": "clerks", "differentFrom": "a"}}


def test_one_group_of_one_for_two_different_people_is_flagged():
    assert said(TWO, known(clerks=["li"]), **GROUPS) == [
        "b: With today's members there are not enough different people for “a”、“b”: only 李四."
    ]


def test_a_group_of_two_is_enough():
    assert said(TWO, known(clerks=["li", "wang"]), **GROUPS) == []


def test_an_empty_group_is_flagged():
    assert said(TWO, known(clerks=[]), **GROUPS) == [
        "a: With today's members nobody may do “a”.",
        "b: With today's members nobody may do “b”.",
    ]


def test_nobody_is_left_when_the_only_checker_begins():
    rules = {"b": {"candidateGroups": "chiefs", "notStarter": "true"}}
    office = known(clerks=["wang"], chiefs=["li"])

    assert said(TWO, office, **rules) == ["b: With today's members “b” has nobody left when 李四 begins the case."]
    assert said(TWO, known(clerks=["wang"], chiefs=["li", "zhao"]), **rules) == []


def test_who_may_begin_by_hand_is_looked_at():
    def judged(starters):
        xml = drawn(TWO, b={"candidateGroups": "chiefs", "notStarter": "true"})
        xml = xml.replace(
            b'isExecutable="true"',
            f'isExecutable="true" c:candidateStarterGroups="{starters}" xmlns:c="http://camunda.org/schema/1.0/bpmn"'.encode(),
        )
        return [each.rule for each in lint(xml, known(clerks=["wang"], chiefs=["li"]))]

    assert "nobody_left" not in judged("clerks")
    assert "nobody_left" in judged("chiefs")


def test_nobody_is_left_when_the_only_checker_prepares():
    rules = {"a": {"candidateGroups": "clerks,chiefs"}, "b": {"candidateGroups": "chiefs", "differentFrom": "a"}}

    assert said(TWO, known(clerks=["wang"], chiefs=["li"]), **rules) == [
        "b: With today's members “b” has nobody left when 李四 does “a”."
    ]


def test_steps_that_never_meet_need_no_two_people():
    either = "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a -> e if x\ng -> b -> e default"
    assert said(either, known(clerks=["li"]), **GROUPS) == []

    both = either.replace("xor", "and").replace(" if x", "").replace(" default", "")
    assert len(said(both, known(clerks=["li"]), **GROUPS)) == 1


def test_of_what_is_computed_nothing_is_said():
    rules = {"a": {"candidateGroups": "${team}"}, "b": {"candidateGroups": "clerks", "differentFrom": "a"}}

    assert said(TWO, known(clerks=["li"]), **rules) == []


def test_the_role_asked_for_narrows_who_may():
    rules = {"a": {"candidateGroups": "clerks", "holdsRole": "chiefs"}}

    assert said(TWO, known(clerks=["li"], chiefs=["wang"]), **rules) == ["a: With today's members nobody may do “a”."]


def test_so_many_distinct_people_must_be_there():
    rules = {name: {"candidateGroups": "clerks"} for name in "ab"}
    rules["b"]["distinctPeople"] = "2: a, b"

    assert len(said(TWO, known(clerks=["li"]), **rules)) == 1
    assert said(TWO, known(clerks=["li", "wang"]), **rules) == []


PAID = "start s\nuser a\nuser b\nservice pay topic=pay\nend e\ns -> a -> b -> pay -> e"
POLICY = [("pay", "approvals", "2: a, b")]


def test_a_diagram_that_keeps_the_policy_is_let_be():
    assert said(PAID, known(POLICY, clerks=["li", "wang"])) == []


def test_dropping_the_second_approver_breaks_the_policy():
    dropped = "start s\nuser a\nservice pay topic=pay\nend e\ns -> a -> pay -> e"

    assert said(dropped, known(POLICY, clerks=["li"]), Level.ERROR) == [
        "p: The policy pay approvals=2: a, b speaks of “b”, which people do not do here any more."
    ]


def test_a_path_round_the_second_approver_breaks_the_policy():
    round_it = "start s\nuser a\nxor g\nuser b\nservice pay topic=pay\nend e\ns -> a -> g\ng -> b -> pay if x\ng -> pay default\npay -> e"

    assert said(round_it, known(POLICY, clerks=["li"]), Level.ERROR) == [
        "pay: The policy pay approvals=2: a, b is broken: a way leads to “pay” with only “a” of “a”、“b” done."
    ]


def test_a_timer_round_the_second_approver_breaks_the_policy():
    timed = PAID + "\nboundary t on=b timer=PT1H\nt -> pay"

    assert len(said(timed, known(POLICY, clerks=["li"]), Level.ERROR)) == 1


def test_a_step_turned_into_machine_work_breaks_the_policy():
    turned = PAID.replace("user b", "service b topic=b")

    assert len(said(turned, known(POLICY, clerks=["li"]), Level.ERROR)) == 1


def test_several_signers_are_as_many_approvals():
    drawing = "start s\nuser a times={}\nservice pay topic=pay\nend e\ns -> a -> pay -> e"
    policy = known([("pay", "approvals", "2: a")], clerks=["li", "wang"])

    assert said(drawing.format(2), policy) == []
    assert len(said(drawing.format(1), policy, Level.ERROR)) == 1


def test_renaming_the_lane_breaks_the_policy_of_its_role():
    lane = '<laneSet id="l"><lane id="l1" name="{}"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef></lane></laneSet>'
    office = known([("b", "holdsRole", "chiefs")], clerks=["li"], chiefs=["wang"])

    def judged(name):
        xml = drawn(TWO).replace(b'isExecutable="true">', b'isExecutable="true">' + lane.format(name).encode())
        return [str(each.message) for each in lint(xml, office) if each.rule == "policy_broken"]

    assert judged("负责人") == []
    assert judged("经办") == ["The policy b holdsRole=chiefs is broken: “b” is offered to 经办, not to 负责人."]
    assert judged("谁都行") == ["The policy b holdsRole=chiefs is broken: “b” is offered to –, not to 负责人."]


def test_a_protected_step_that_can_be_passed_by_is_flagged():
    round_it = "start s\nuser a\nxor g\nuser b\nend e\ns -> a -> g\ng -> b -> e if x\ng -> e default"
    office = known([("b", "differentFrom", "a")], clerks=["li", "wang"])

    assert said(TWO, office) == []
    assert said(round_it, office) == ["b: b differentFrom=a does not bite on every way: “a” can be done without “b”."]
