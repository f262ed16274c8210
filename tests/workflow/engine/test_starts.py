"""How a process begins: by hand, by its events, by a receive task, or with all that no flow leads to."""

import pytest

from tests.workflow.engine.drawing import NOW, Run, bpmn
from workflow import engine
from workflow.engine import Around

ALL = """
start s
start m message=order key=number
start t timer=PT1H
start d date=2026-07-02
start y cycle=R/P1D
start g signal=alarm
start c conditional="stock < 10"
user a
end e
s -> a -> e
m -> a
t -> a
d -> a
y -> a
g -> a
c -> a
"""
GATEWAY = "events g\ncatch m message=order key=number\nreceive r message=call\nuser a\nuser b\nend e\ng -> m -> a -> e\ng -> r -> b -> e"


def instantiating(drawing: str, *tags: bytes) -> engine.Model:
    """The drawing with `instantiate` on every element of these tags."""
    xml = bpmn(drawing)
    for tag in tags:
        xml = xml.replace(b"<" + tag, b"<" + tag + b' instantiate="true"')
    return engine.parse(xml)


@pytest.fixture(scope="module")
def model():
    return engine.parse(bpmn(ALL))


def test_each_start_tells_what_begins_it(model):
    told = {start.id: (start.event, start.message or start.timer or start.condition) for start in model.starts}
    assert told == {
        "s": ("none", None),
        "m": ("message", "order"),
        "t": ("timer", "PT1H"),
        "d": ("timer", "2026-07-02"),
        "y": ("timer", "R/P1D"),
        "g": ("signal", "alarm"),
        "c": ("conditional", "stock < 10"),
    }
    assert {start.correlation_key for start in model.starts} == {None, "number"}


def test_untriggered_it_begins_at_the_start_event_without_kind(model):
    run = Run(model)
    assert run.open == ["a"] and run.history[0] == ("entered", "s")


@pytest.mark.parametrize("start", ["s", "m", "t", "d", "y", "g", "c"])
def test_each_start_begins_at_once_what_it_leads_to(model, start):
    run = Run(model, start_id=start)
    assert run.open == ["a"] and run.history[:2] == [("entered", start), ("completed", start)] and run.do("a").finished


@pytest.mark.parametrize("start", ["message=m", "timer=PT1H", "cycle=R/P1D", "signal=g", 'conditional="x > 1"'])
def test_a_process_may_begin_by_one_event_only(start):
    assert Run(f"start s {start}\nuser a\ns -> a").open == ["a"]


def test_among_several_events_one_must_be_named():
    model = engine.parse(bpmn("start m message=m\nstart n message=n\nuser a\nm -> a\nn -> a"))
    with pytest.raises(engine.EngineProblem, match="several start events; name one"):
        engine.start(model, Around({}, NOW))


def test_a_receive_task_may_begin_the_process():
    model = instantiating("receive r message=order\nuser a\nend e\nr -> a -> e", b"receiveTask")
    assert [(start.id, start.event, start.message) for start in model.starts] == [("r", "message", "order")]
    run = Run(model)
    assert run.open == ["a"] and run.history[:2] == [("entered", "r"), ("completed", "r")]


def test_a_receive_task_and_a_start_event_may_stand_side_by_side():
    model = instantiating("start s\nreceive r message=order\nuser a\nuser b\ns -> a\nr -> b", b"receiveTask")
    assert Run(model).open == ["a"] and Run(model, start_id="r").open == ["b"]


def test_a_gateway_may_begin_the_process_by_one_of_its_events():
    model = instantiating(GATEWAY, b"eventBasedGateway")
    assert [(start.id, start.message) for start in model.starts] == [("m", "order"), ("r", "call")]
    assert Run(model, start_id="m").open == ["a"] and Run(model, start_id="r").open == ["b"]


def test_without_any_start_all_that_no_flow_leads_to_begins():
    run = Run("user a\nuser b\nand j\nuser c\na -> j\nb -> j\nj -> c")
    assert run.open == ["a", "b"] and run.do("a").do("b").open == ["c"] and run.do("c").finished


def test_neither_edges_nor_event_sub_processes_nor_links_begin_a_process_by_themselves():
    drawing = "user a\nboundary b on=a timer=PT1H\nthrow l link=A\ncatch k link=A\nuser c\nsub H event\n start h message=m\n user d\n h -> d\n"
    run = Run(drawing + "a -> l\nb -> c\nk -> c")
    assert run.open == ["a", "b", "h"] and run.do("a").open == ["c", "h"]


def test_a_sub_process_without_start_event_is_a_box_of_tasks_in_any_order():
    run = Run("start s\nsub S\n user a\n user b\n user c\n b -> c\nuser n\ns -> S -> n")
    assert run.open == ["a", "b"]
    assert run.do("b").do("a").open == ["c"] and run.do("c").open == ["n"]


def test_a_task_alone_is_a_process():
    assert Run("user a").do("a").finished
