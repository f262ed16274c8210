"""What is told has its form, whatever was played."""

import json
from xml.sax.saxutils import escape

import pytest

from tests.workflow.engine.drawing import bpmn
from tests.workflow.hostility.samples import TABLE
from tests.workflow.simulation.stage import GROUPS, complete, play
from workflow import lint, registry, simulation

ONE = "start s\nuser a name=核对\nend e\ns -> a -> e"
NAMES = "start s\nuser a candidateGroups=pirates formKey=plank assignee=zoe\nend e\ns -> a -> e"
FORM = b'{"components": [{"type": "textfield", "key": "k", "label": "K", "properties": {"label:en": "K"}}]}'
FAILS = "start s\nservice x topic=t\nend e\ns -> x -> e"
ASKS = "start s\nuser a name=decision\nend e\ns -> a -> e"


def table(cell: str) -> bytes:
    return TABLE.format(cell=escape(cell)).encode()


PLAYED = {
    "completed": lambda: play(ONE, complete("a")),
    "waiting": lambda: play(ONE),
    "incident": lambda: play(FAILS, services={"t": {"error": "bad"}}),
    "refused": lambda: play(b"<broken"),
}


@pytest.mark.parametrize("state", PLAYED)
def test_every_key_is_there_and_of_its_kind(state):
    told = PLAYED[state]()
    assert list(told) == ["state", "problems", "trace", "open", "variables"]
    assert told["state"] == state
    assert all(list(each) == ["element", "rule", "message", "fix"] for each in told["problems"])
    assert all(isinstance(value, str) for each in told["problems"] for value in each.values())
    assert all(list(each) == ["element", "name", "event", "at"] for each in told["trace"])
    assert all(list(each) == ["element", "kind", "due"] for each in told["open"])
    assert json.loads(json.dumps(told)) == told


def test_the_trace_names_element_name_event_and_moment():
    assert play(ONE)["trace"][-1] == {
        "element": "a",
        "name": "核对",
        "event": "entered",
        "at": "2026-07-01T01:00:00+00:00",
    }


def test_an_element_without_name_has_an_empty_one():
    xml = bpmn(ONE).replace('name="核对"'.encode(), b"")
    assert play(xml)["trace"][-1]["name"] == ""


def test_groups_and_forms_that_do_not_exist_are_made_up_and_told():
    told = play(NAMES, complete("a"))
    assert told["state"] == "completed"
    assert [(each["element"], each["rule"]) for each in told["problems"]] == [
        ("a", "unknown_group"),
        ("a", "unknown_form"),
    ]


def test_strict_refuses_them():
    told = play(NAMES, complete("a"), strict=True)
    assert told["state"] == "refused" and told["trace"] == []
    assert {each["rule"] for each in told["problems"]} == {"unknown_group", "unknown_form"}


def test_strict_accepts_those_that_exist():
    drawing = NAMES.replace("pirates", GROUPS[0])
    assert play(drawing, complete("a"), strict=True, beside={"plank.form": FORM})["problems"] == []


def test_a_form_that_cannot_be_used_is_refused():
    told = play(NAMES, beside={"plank.form": b"[]"})
    assert told["state"] == "refused" and "form" in {each["rule"] for each in told["problems"]}


def test_every_error_of_the_diagram_is_told():
    told = play("start s\nscript a\nreceive b\nend e\ns -> a -> b -> e")
    assert told["state"] == "refused"
    assert {(each["element"], each["rule"]) for each in told["problems"]} >= {
        ("a", "unsupported_element"),
        ("b", "no_work"),
    }


def test_a_mistake_in_the_answers_and_one_in_the_diagram_are_told_the_first_first():
    told = simulation.simulate(simulation.Script(b"<broken"), b"{").as_json()
    assert [each["rule"] for each in told["problems"]] == ["answers"]


def test_a_called_process_that_is_nowhere_is_refused():
    told = play("start s\ncall c calls=nowhere\nend e\ns -> c -> e")
    assert [(each["element"], each["rule"]) for each in told["problems"]] == [("c", "unknown_process")]


def test_a_broken_file_beside_is_refused():
    told = play(ONE, beside={"b.bpmn": b"<broken"})
    assert told["state"] == "refused" and told["problems"][0]["rule"] == "xml"


def test_called_processes_are_found_among_those_offered_and_no_others():
    offered = {
        "q.bpmn": bpmn("start s\ncall c calls=r\nend e\ns -> c -> e", "q"),
        "r.bpmn": bpmn(ONE, "r"),
        "other.bpmn": bpmn(ONE, "other"),
        "broken.bpmn": b"<broken",
    }
    script = simulation.Script(bpmn("start s\ncall c calls=q\nend e\ns -> c -> e"))
    assert sorted(simulation.with_called(script, offered).beside) == ["q.bpmn", "r.bpmn"]


@pytest.mark.parametrize(
    ("drawing", "beside", "needed"),
    [
        (ONE, {}, False),
        (NAMES, {}, False),
        (NAMES, {"plank.form": FORM}, True),
        (ONE, {"table.dmn": table("working_day_of(1)")}, False),
        (ASKS, {"table.dmn": table("working_day_of(1)")}, True),
        (ASKS, {"table.dmn": table("< 5")}, False),
        ("start s\ncatch t timer=working_day_of(1)\nend e\ns -> t -> e", {}, True),
        ("start s\ncatch t timer=days(1)\nend e\ns -> t -> e", {}, False),
    ],
)
def test_the_house_is_loaded_only_for_its_forms_tables_and_functions(drawing, beside, needed):
    assert simulation.needs_house(simulation.Script(bpmn(drawing), beside)) is needed


def test_functions_of_the_house_work():
    drawing = "start s\nuser a dueDate=${working_days(1)}\nend e\ns -> a -> e"
    assert play(drawing)["open"][0]["due"].startswith("2026-07-0")


def test_who_stands_in_leaves_the_engine_s_own_work_alone():
    with registry.standing_in(lambda session, work: {}):
        assert registry.topics() is None and registry.listener_topics() is None
        assert registry.handler("messages.deliver") is registry.service_tasks["messages.deliver"]
        assert registry.handler("notices.tell") is not registry.service_tasks["notices.tell"]
    assert registry.handler("notices.tell") is registry.service_tasks["notices.tell"]
    assert registry.handler("nobody") is None and "notices.tell" in registry.topics()


def test_what_the_house_s_own_diagrams_begin_with_can_be_tried():
    with open("bpmn/key-handover.bpmn", "rb") as file:
        told = play(file.read())
    assert told["state"] == "waiting", told["problems"]
    assert all(each["rule"] in ("unknown_group", "unknown_form") for each in told["problems"])
    assert lint.rules
