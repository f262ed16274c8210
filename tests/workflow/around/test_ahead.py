"""The path ahead: read off the diagram, sure where conditions are known, possible where they are not."""

import pytest

from tests.web.desk import FORMS, REVIEW, button, field, form
from tests.workflow.world import begin, do, drawn, process
from workflow import definitions, instances
from workflow.around import ahead

CHOICE = """
    start s
    user ask candidateGroups=registry formKey=f-ask
    xor x
    user big candidateGroups=director
    user little assignee=bob
    xor j
    user last assignee=${initiator}
    end e
    s -> ask -> x
    x -> big if amount > 100
    x -> little default
    big -> j
    little -> j
    j -> last -> e
"""


def shown(session, instance):
    return [(step.activity_id, step.sure) for step in ahead.path(session, instance)]


@pytest.fixture
def deploy(session, clock):
    def made(drawing, **forms):
        return definitions.deploy(
            session, drawn(drawing), {f"{name}.form": each for name, each in forms.items()}, "eve"
        )

    return made


def test_a_condition_known_now_decides_the_path(session, deploy):
    asks = form(field("remark", "备注", "Remark"))
    instance = begin(session, deploy(CHOICE, **{"f-ask": asks}), amount=500, initiator="anna")

    assert shown(session, instance) == [("big", True), ("last", True)]


def test_a_condition_on_what_will_be_answered_is_only_possible(session, deploy):
    asks = form(field("amount", "金额", "Amount"))
    instance = begin(session, deploy(CHOICE, **{"f-ask": asks}), amount=500, initiator="anna")

    assert shown(session, instance) == [("big", False), ("little", False), ("last", False)]


def test_the_outcome_of_a_step_on_the_way_is_never_known(session, deploy):
    drawing = CHOICE.replace("amount > 100", 'outcome = "big"')
    asks = form(button("大", "Big", "big"))
    instance = begin(session, deploy(drawing, **{"f-ask": asks}), outcome="big", initiator="anna")

    assert {sure for _, sure in shown(session, instance)} == {False}


def test_the_people_it_will_reach_are_named(session, deploy):
    asks = form(field("remark", "备注", "Remark"))
    steps = ahead.path(session, begin(session, deploy(CHOICE, **{"f-ask": asks}), amount=1, initiator="anna"))

    assert [(step.groups, step.people) for step in steps] == [((), ("bob",)), ((), ("anna",))]
    assert ahead.names(session, steps) == {"bob": "鲍勃", "anna": "安娜"}


@pytest.mark.parametrize(("language", "said"), [("zh", "档案室"), ("en", "Registry")])
def test_groups_are_named_in_the_readers_language(session, language, said):
    step = ahead.Ahead("a", "userTask", True, ("registry",), ())
    assert ahead.names(session, [step], language) == {"group:registry": said}


def test_whom_an_unknown_variable_names_cannot_be_told(session, deploy):
    asks = form(field("remark", "备注", "Remark"))
    steps = ahead.path(session, begin(session, deploy(CHOICE, **{"f-ask": asks}), amount=1))

    assert (steps[-1].activity_id, steps[-1].people) == ("last", ())


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("start s\nuser a\nand f\nuser b\nuser c\nand j\nuser d\nend e\ns -> a -> f\nf -> b -> j\nf -> c -> j\nj -> d -> e",
         [("b", True), ("c", True), ("d", True)]),
        ("start s\nuser a\nservice w topic=t\nxor x\nuser b\nuser c\nend e\n"
         "s -> a -> w -> x\nx -> b if yes\nx -> c default\nb -> e\nc -> e", [("b", False), ("c", False)]),
        ("start s\nuser a\nxor j\nuser b\nxor x\nend e\ns -> a -> j -> b -> x\nx -> j if again\nx -> e default",
         [("b", True)]),
    ],
    ids=["parallel", "after machine work", "a loop"],
)  # fmt: skip
def test_gateways_divide_the_path(session, deploy, drawing, expected):
    definition = deploy(drawing.replace("topic=t", "topic=province.push"))
    instance = begin(session, definition, yes=True, again=False)

    assert shown(session, instance) == expected


def test_a_long_path_ends_somewhere(session, deploy):
    names = [f"u{number}" for number in range(ahead.MOST_STEPS + 10)]
    drawing = "start s\n" + "".join(f"user {name}\n" for name in names) + "end e\ns -> " + " -> ".join(names) + " -> e"

    assert len(shown(session, begin(session, deploy(drawing)))) == ahead.MOST_STEPS


def test_looking_ahead_changes_nothing_and_what_is_over_has_no_path(session, clock, anna, bob):
    instance = begin(session, definitions.deploy(session, drawn(REVIEW), FORMS, "eve"))
    before = (instance.revision, instances.state(instance), instances.variables(session, instance))
    assert shown(session, instance) == [("decide", True)]
    assert (instance.revision, instances.state(instance), instances.variables(session, instance)) == before
    do(session, instance, "look", anna)
    do(session, instance, "decide", bob, "agree")

    assert shown(session, instance) == []


def test_a_parallel_branch_that_has_not_come_is_not_ahead_of_the_other(session, clock, anna):
    drawing = "start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> c -> e"
    said = {name: {"candidateGroups": "registry"} for name in "abc"}
    instance = begin(session, process(session, drawing, **said))
    do(session, instance, "a", anna)

    assert shown(session, instance) == [("c", True)]
