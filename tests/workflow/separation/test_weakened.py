"""A diagram edited so that fewer people stand behind what is protected is flagged, whatever rule protects it; one edited
otherwise is not."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from tests.workflow.separation.test_lint import TWO, known
from tests.workflow.world import drawn
from workflow import definitions, xmlsafe
from workflow.diagram import reading
from workflow.duties import language
from workflow.lint import Known, Level, lint

OURS = ("separation", "policy_broken", "nobody_left", "weakened")
STEPS = "start s\nuser a\nuser b\nservice pay topic=pay\nend e\npay -> e\n"
STRAIGHT = STEPS + "s -> a -> b -> pay"
RULES = {
    "different": ("b", "differentFrom", "a"),
    "different, on the earlier step": ("a", "differentFrom", "b"),
    "same": ("b", "samePersonAs", "a"),
    "n distinct": ("b", "distinctPeople", "2: a, b"),
    "n distinct, of the process": ("", "distinctPeople", "2: a, b"),
    "not starter": ("b", "notStarter", "true"),
    "not editor": ("b", "notLastEditor", "true"),
    "not related": ("b", "notRelated", "true"),
    "not related to who did": ("b", "notRelated", "a"),
    "role": ("b", "holdsRole", "chiefs"),
    "approvals": ("pay", "approvals", "2: a, b"),
}
INSIDE = "sub w\n  start i\n  user b\n  end o\n  i -> b -> o\n"
OUTSIDE = STEPS.replace("user b\n", "")
# how it is edited: to a way past “b”, and to a twin of the same elements without one
EDITS = {
    "a gateway": (
        STEPS + "xor g\ns -> a -> g\ng -> b if x\ng -> pay default\nb -> pay",
        STEPS + "xor g\nxor h\nuser c\ns -> a -> g\ng -> c if x\ng -> h default\nc -> h\nh -> b -> pay",
    ),
    "a gateway for some": (
        STEPS + "or g\nor h\ns -> a -> g\ng -> b if x\ng -> h default\nb -> h\nh -> pay",
        STEPS + "and g\nand h\ns -> a -> g\ng -> b -> h\ng -> h\nh -> pay",
    ),
    "a condition of a step": (
        STEPS + "s -> a\na -> b if x\na -> pay default\nb -> pay",
        STEPS + "xor h\nuser c\ns -> a\na -> c if x\na -> h default\nc -> h\nh -> b -> pay",
    ),
    "a timer": (STRAIGHT + "\nboundary t on=b timer=PT1H\nt -> pay", STRAIGHT + "\nboundary t on=b timer=PT1H\nt -> a"),
    "a timer on the step before": (
        STRAIGHT + "\nboundary t on=a timer=PT1H\nt -> pay",
        STRAIGHT + "\nboundary t on=a timer=PT1H quiet\nuser c\nend f\nt -> c -> f",
    ),
    "a sub-process given up": (
        OUTSIDE + INSIDE + "boundary t on=w timer=PT1H\nt -> pay\ns -> a -> w -> pay",
        OUTSIDE + INSIDE + "boundary t on=w timer=PT1H quiet\nend f\nt -> f\ns -> a -> w -> pay",
    ),
    "a sub-process that is ended": (
        OUTSIDE
        + "sub w\n  start i\n  and f\n  user b\n  end o\n  end z terminate\n  i -> f\n  f -> b -> o\n  f -> z\n"
        + "s -> a -> w -> pay",
        OUTSIDE
        + "sub w\n  start i\n  and f\n  user b\n  end o\n  end z\n  i -> f\n  f -> b -> o\n  f -> z\n"
        + "s -> a -> w -> pay",
    ),
    "an event beside it": (
        STRAIGHT + "\nsub h event\n  start i message=m\n  end o\n  i -> o",
        STRAIGHT + "\nsub h event\n  start i message=m quiet\n  end o\n  i -> o",
    ),
    "a loop": (
        STEPS + "xor g\nxor k\ns -> a -> g\ng -> b if x\ng -> pay default\nb -> k\nk -> a if again\nk -> pay default",
        STEPS + "xor k\ns -> a -> b -> k\nk -> a if again\nk -> pay default",
    ),
    "another end": (
        STEPS
        + "xor g\nend e2\nservice pay2 topic=pay\ns -> a -> g\ng -> b if x\ng -> pay2 default\nb -> pay\npay2 -> e2",
        STEPS + "xor g\nend e2\nservice pay2 topic=pay\ns -> a -> b -> g\ng -> pay2 if x\ng -> pay default\npay2 -> e2",
    ),
    "its step dropped": (OUTSIDE + "s -> a -> pay", STEPS + "user c\ns -> a -> c -> b -> pay"),
}
LANES = '<laneSet id="l"><lane id="l1" name="{}"><flowNodeRef>b</flowNodeRef></lane></laneSet>'


def ruled(drawing, rule=None, kind="", value="", **said):
    """The drawing with the rule, unless its element is gone; of the process when none is named."""
    words = {element: {"candidateGroups": group, **said} for element, group in (("a", "heads"), ("b", "chiefs"))}
    if rule:
        words.setdefault(rule, {})[kind] = value
    xml = drawn(drawing, **{name: each for name, each in words.items() if f" {name}" in drawing})
    if rule == "":
        said = f'<extensionElements><c:properties xmlns:c="http://camunda.org/schema/1.0/bpmn"><c:property name="{kind}" value="{value}"/></c:properties></extensionElements>'
        xml = xml.replace(b'isExecutable="true">', b'isExecutable="true">' + said.encode(), 1)
    return xml


def told(xml, office, before=None):
    """(rule, element, what is said) of every finding about separation."""
    found = lint(xml, replace(office, before=before and {"p": before}))
    return [(each.rule, each.element, str(each.message)) for each in found if each.rule in OURS]


def office(*policies, **members):
    return known(
        policies, **{"clerks": ["li", "wang"], "chiefs": ["zhao", "qian"], "heads": ["zhao", "qian"], **members}
    )


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("rule", RULES)
def test_a_way_past_a_protected_step_is_flagged_and_its_twin_is_not(rule, edit):
    past, twin = EDITS[edit]
    rule = RULES[rule]
    before = ruled(STRAIGHT, *rule)

    assert told(ruled(past, *rule), office(), before)
    assert told(ruled(twin, *rule), office(), before) == []


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("rule", RULES)
def test_so_it_is_under_a_policy_outside_the_diagram(rule, edit):
    past, twin = EDITS[edit]
    kept = office(RULES[rule])

    assert told(ruled(past), kept, ruled(STRAIGHT))
    assert told(ruled(twin), kept, ruled(STRAIGHT)) == []


SEEN_AT_ONCE = ["n distinct", "n distinct, of the process", "approvals"]
PAIRS = ["different", "different, on the earlier step", "not related to who did", "not starter"]
WAYS_PAST = [name for name in EDITS if name not in ("its step dropped", "another end", "a timer on the step before")]
WITHOUT_BEFORE = [
    (rule, outside, edit)
    for rule, outside in [(name, False) for name in SEEN_AT_ONCE] + [(name, True) for name in SEEN_AT_ONCE + PAIRS]
    for edit in WAYS_PAST
    if (rule, edit) != ("approvals", "an event beside it")  # the case ends then, and comes to no “pay”
]


@pytest.mark.parametrize(("rule", "outside", "edit"), WITHOUT_BEFORE)
def test_without_a_version_before_counts_are_judged_and_what_policies_hold_apart(rule, outside, edit):
    past, twin = EDITS[edit]
    drawn_rule, kept = ((), office(RULES[rule])) if outside else (RULES[rule], office())

    assert told(ruled(past, *drawn_rule), kept)
    assert told(ruled(twin, *drawn_rule), kept) == []


@pytest.mark.parametrize("outside", [False, True], ids=["drawn", "policy"])
def test_the_step_the_same_person_was_to_have_done_can_be_missing(outside):
    rule = ("b", "samePersonAs", "a")
    kept = office(rule) if outside else office()
    past = STEPS + "xor g\nxor h\ns -> g\ng -> a -> h if x\ng -> h default\nh -> b -> pay"
    ((_, element, said),) = told(ruled(past, *(() if outside else rule)), kept)

    assert (element, said) == ("b", "b samePersonAs=a does not bite on every way: “b” can be done without “a”.")
    assert told(ruled(STRAIGHT, *(() if outside else rule)), kept) == []


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_dropped_is_flagged_and_one_made_stricter_is_not(rule):
    element, kind, value = RULES[rule]
    before = ruled(STRAIGHT, element, kind, value)
    ((name, at, said),) = told(ruled(STRAIGHT), office(), before)

    called = element or "p"
    assert (name, at) == ("weakened", called)
    assert said.startswith(f"The version before asks for {f'{element} {kind}={value}'.strip()}; here ")
    assert told(before, office(), before) == []
    if kind == "differentFrom":
        assert told(ruled(STRAIGHT, value, kind, element), office(), before) == []
    if kind == "distinctPeople":
        assert told(ruled(STRAIGHT, "a", kind, "2: b"), office(), before) == []
        assert told(ruled(STRAIGHT, "a", kind, "1: a, b"), office(), before)


def laned(name, rule=()):
    """“b” is offered to nobody but the group its lane is named like."""
    xml = re.sub(rb'(<userTask id="b"[^>]*) [\w:]*candidateGroups="chiefs"', rb"\1", ruled(STRAIGHT, *rule))
    return xml.replace(b'isExecutable="true">', b'isExecutable="true">' + LANES.format(name).encode())


@pytest.mark.parametrize("outside", [False, True], ids=["drawn", "policy"])
@pytest.mark.parametrize("rule", [name for name in RULES if name != "n distinct, of the process"])
def test_the_lane_renamed_is_flagged_and_its_other_name_is_not(rule, outside):
    rule, kept = ((), office(RULES[rule])) if outside else (RULES[rule], office())
    before = laned("负责人", rule)

    for name in ("经办", "谁都行"):
        assert any("offered to" in said for _, _, said in told(laned(name, rule), kept, before))
    assert told(laned("Chiefs", rule), kept, before) == []


@pytest.mark.parametrize("outside", [False, True], ids=["drawn", "policy"])
@pytest.mark.parametrize("rule", [*SEEN_AT_ONCE, "different", "different, on the earlier step", "not starter"])
def test_both_steps_given_to_one_group_of_one_are_flagged_to_one_of_two_not(rule, outside):
    rule = RULES[rule]
    kept, rule = ((rule,), ()) if outside else ((), rule)
    both = ruled(STRAIGHT, *rule).replace(b"heads", b"clerks").replace(b"chiefs", b"clerks")

    assert told(both, office(*kept, clerks=["li"]))
    assert told(both, office(*kept)) == []


def test_a_step_given_to_more_groups_or_by_a_calculation_is_flagged():
    rule = RULES["different"]
    before = ruled(STRAIGHT, *rule)

    for instead, said in ((b"chiefs,clerks", "负责人、经办"), (b"${team}", "${team}")):
        assert told(before.replace(b'"chiefs"', b'"' + instead + b'"'), office(), before) == [
            ("weakened", "b", f"In the version before “b” (b differentFrom=a) is offered to 负责人, here to {said}.")
        ]
    fewer = before.replace(b'"chiefs"', b'"chiefs,clerks"')
    assert told(before, office(), fewer) == []


CALLED = STEPS.replace("user b", "call b calls=sub") + "s -> a -> b -> pay"
OF_CALLED = {"distinctPeople": "2: a, sub:check"}


def test_a_step_of_a_called_process_is_done_where_it_is_called():
    round_it = (
        STEPS.replace("user b", "call b calls=sub") + "xor g\ns -> a -> g\ng -> b if x\ng -> pay default\nb -> pay"
    )
    dropped = OUTSIDE + "s -> a -> pay"

    def judged(drawing, rule, before=None):
        xml = drawn(drawing, a=rule)
        return [said for _, _, said in told(xml, office(), before and drawn(before, a=rule))]

    assert judged(CALLED, OF_CALLED) == judged(CALLED, OF_CALLED, CALLED) == []
    assert judged(round_it, OF_CALLED) == [
        "a distinctPeople=2: a, sub:check does not bite on every way: on one, of “a”、“b” only “a” is done."
    ]
    apart = {"differentFrom": "sub:check"}
    assert judged(round_it, apart, round_it) == []
    assert judged(round_it, apart, CALLED) == [
        "In the version before no case ends without “b” (a differentFrom=sub:check); here a way leads round it."
    ]
    assert judged(dropped, apart, CALLED) == [
        "The version before asks for a differentFrom=sub:check, and “b” is not in this one."
    ]


@pytest.mark.parametrize("rule", ["approvals", "n distinct"])
def test_what_may_be_done_not_even_once_is_no_step_on_every_way(rule):
    repeated = STRAIGHT.replace("user b", 'user b loop="again = true"')

    assert told(ruled(repeated), office(RULES[rule])) == []
    assert len(told(ruled(repeated.replace("user b", "user b before")), office(RULES[rule]))) == 1


def test_of_many_steps_that_may_be_left_out_a_count_is_judged():
    names = [f"u{number}" for number in range(15)]
    lines = ["start s", "end e", "xor g0", "s -> g0", "g15 -> e"]
    for number, name in enumerate(names):
        lines += [f"user {name}", f"xor g{number + 1}", f"{name} -> g{number + 1}"]
        lines += [f"g{number} -> {name} if x", f"g{number} -> g{number + 1} default"]
    rule = {"u0": {"distinctPeople": "2: " + ", ".join(names)}}
    ((name, _, said),) = told(drawn("\n".join(lines), **rule), office())

    assert name == "separation" and "only “u" in said


def test_what_cannot_be_read_of_the_version_before_is_let_be():
    assert told(ruled(STRAIGHT), office(), b"<no") == []
    assert told(ruled(STRAIGHT), office(), drawn(STRAIGHT, key="other")) == []


def test_it_is_a_warning():
    before = ruled(STRAIGHT, *RULES["different"])
    found = lint(ruled(STRAIGHT), replace(office(), before={"p": before}))

    assert [each.level for each in found if each.rule == "weakened"] == [Level.WARNING]


SHIPPED = sorted(Path(__file__).resolve().parents[3].glob("bpmn/*.bpmn"), key=lambda path: path.name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_is_said_of_the_diagrams_of_the_house(path):
    xml = path.read_bytes()
    before = {process.id: xml for process in reading.processes(xmlsafe.read(xml))}

    assert [str(each.message) for each in lint(xml, Known(before=before)) if each.rule in OURS] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_rule_struck_from_them_is_missed(path):
    xml = path.read_bytes()
    before = {process.id: xml for process in reading.processes(xmlsafe.read(xml))}
    rules = [kind.value for kind in language.Kind]
    root = etree.fromstring(xml)
    said = [each for each in root.iter("{*}property") if each.get("name") in rules and each.get("value") != "false"]
    for each in said:
        name, each.attrib["name"] = each.get("name"), "nothing"
        found = [str(one.message) for one in lint(etree.tostring(root), Known(before=before)) if one.rule == "weakened"]
        each.set("name", name)

        assert len(found) >= 1, (name, each.get("value"))


def test_compared_is_the_newest_other_version_and_of_a_version_one_before_it(sqlite_office):
    held, less = drawn(TWO, b={"differentFrom": "a"}), drawn(TWO)

    def weakens(session, xml):
        return [each.rule for each in lint(xml, definitions.known(session, xml=xml)) if each.rule == "weakened"]

    with sqlite_office.database.transaction() as session:
        assert weakens(session, less) == []
        definitions.deploy(session, held, {}, "eve")
        assert (weakens(session, held), weakens(session, less)) == ([], ["weakened"])
        definitions.deploy(session, less, {}, "eve")
        assert weakens(session, less) == ["weakened"]  # what it took away stays said of it
        assert weakens(session, held) == []
        assert weakens(session, drawn(TWO, b={"notStarter": "true"})) == []
