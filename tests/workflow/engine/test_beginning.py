"""Instances of one list begin alike where the way asks for nothing, each with tokens of its own."""

from tests.workflow.engine.drawing import NOW, bpmn
from workflow import engine
from workflow.engine import Around, Beginning

PLAIN = "start s\nuser a\nend e\ns -> a -> e"
CHOICE = "start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if n > 1\nx -> b default\na -> e\nb -> e"


def beginning(drawing: str) -> tuple[engine.Model, Beginning]:
    model = engine.parse(bpmn(drawing))
    return model, Beginning(model)


def tokens(step: engine.Step) -> set[str]:
    return {each.token_id for each in (*step.happenings, *step.waits)}


def told(step: engine.Step) -> list[tuple[str, str]]:
    return [(each.kind, each.activity_id) for each in step.happenings]


def test_the_next_instance_begins_as_the_first_with_tokens_of_its_own():
    model, way = beginning(PLAIN)
    one, two, three = (way.step(Around({"n": n}, NOW)) for n in range(3))

    assert told(one) == told(two) == told(three) == told(engine.start(model, Around({}, NOW)))
    assert not (tokens(one) & tokens(two) or tokens(two) & tokens(three) or tokens(one) & tokens(three))
    assert [wait.activity_id for wait in two.waits] == ["a"]


def test_an_instance_that_begins_as_another_goes_on_by_itself():
    model, way = beginning(PLAIN)
    way.step(Around({}, NOW))
    step = way.step(Around({}, NOW))

    assert engine.state_problems(model, step.state) == []
    assert engine.waits_of(model, step.state) == step.waits
    assert engine.complete(model, step.state, step.waits[0].token_id, Around({}, NOW)).finished


def test_the_tokens_of_what_is_done_several_times_at_once_are_its_own_too():
    model, way = beginning("start s\nuser a times=3\nend e\ns -> a -> e")
    one, two = (way.step(Around({}, NOW)) for _ in range(2))

    assert len(two.waits) == 3 and not tokens(one) & tokens(two)
    assert [wait.variables for wait in one.waits] == [wait.variables for wait in two.waits]
    assert engine.waits_of(model, two.state) == two.waits


def test_a_way_that_reads_variables_is_gone_by_each():
    _model, way = beginning(CHOICE)
    steps = [way.step(Around({"n": n}, NOW)) for n in (1, 2, 1)]

    assert [step.waits[0].activity_id for step in steps] == ["b", "a", "b"]


def test_a_way_that_asks_the_clock_is_gone_by_each():
    _model, way = beginning("start s\ncatch t timer=PT1H\nend e\ns -> t -> e")
    one = way.step(Around({}, NOW))
    two = way.step(Around({}, NOW.replace(hour=5)))

    assert one.waits[0].due_at != two.waits[0].due_at
