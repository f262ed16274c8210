"""Mistakes in the answers are told, naming step and key; nothing is hidden that was played before."""

import json
from zoneinfo import ZoneInfo

import pytest

from tests.workflow.engine.drawing import bpmn
from tests.workflow.simulation.stage import advance, complete, passed, play, waiting
from workflow import simulation
from workflow.simulation import answers
from workflow.simulation.answers import AnswersRefused

ONE = "start s\nuser a\nend e\ns -> a -> e"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(content):
    return answers.read(content if isinstance(content, bytes) else json.dumps(content).encode(), SHANGHAI)


WRONG = {
    "nothing": (b"", "not JSON: line 1"),
    "no JSON": (b"{'a': 1}", "not JSON: line 1, column 2"),
    "cut off": (b'{"steps": [', "not JSON"),
    "another encoding": ('{"process": "流程"}'.encode("gb18030"), "UTF-8"),
    "brackets": (b"[" * 100_000, "nested too deep"),
    "not a number": (b'{"variables": {"a": NaN}}', "number that cannot be kept"),
    "a number without end": (b'{"variables": {"a": 1' + b"0" * 5_000 + b"}}", "cannot be kept"),
    "a large number": ({"variables": {"a": 2**64}}, "variables: The value of “a” cannot be kept"),
    "a list": ([], "must be one JSON object"),
    "a text": ("hello", "must be one JSON object"),
    "too much": (b" " * 5_000_001, "larger than"),
    "a process that is a number": ({"process": 5}, "“process” must be a text"),
    "a start that is a list": ({"start": []}, "“start” must be a text"),
    "a time that is none": ({"now": "tomorrow"}, "“now” must be a moment"),
    "variables as a list": ({"variables": [1]}, "“variables” must be an object"),
    "variables without name": ({"variables": {"": 1}}, "cannot be the name"),
    "services as a list": ({"services": [1]}, "“services” must be an object"),
    "a service of text": ({"services": {"t": "ok"}}, "Service “t” must answer with"),
    "a service of other keys": ({"services": {"t": {"result": 1}}}, "Service “t” must answer with"),
    "an error without code": ({"services": {"t": {"error": ""}}}, "error of service “t”"),
    "a service's variables as text": ({"services": {"t": {"variables": "x"}}}, "“services.t” must be an object"),
    "one of several wrong": ({"services": {"t": [{}, 5]}}, "Service “t” must answer with"),
    "steps as an object": ({"steps": {"complete": "a"}}, "“steps” must be a list"),
    "a step of text": ({"steps": ["a"]}, "Step 1 must say just one of: complete, message, signal, advance"),
    "an unknown verb": ({"steps": [{"complete": "a"}, {"finish": "a"}]}, "Step 2 must say just one of"),
    "two verbs": ({"steps": [{"complete": "a", "signal": "b"}]}, "Step 1 must say just one of"),
    "an element that is a number": ({"steps": [{"complete": 1}]}, "Step 1: “complete” must be a text"),
    "an empty name": ({"steps": [{"message": ""}]}, "Step 1: “message” must be a text"),
    "a key that is a list": ({"steps": [{"message": "m", "key": []}]}, "Step 1: “key” must be a text"),
    "an outcome that is a number": ({"steps": [{"complete": "a", "outcome": 1}]}, "Step 1: “outcome” must be a text"),
    "a step's variables as text": ({"steps": [{"complete": "a", "variables": "x"}]}, "“steps.1” must be an object"),
    "too many steps": ({"steps": [{"signal": "x"}] * 20_001}, "more than 20000 steps"),
}


@pytest.mark.parametrize("name", WRONG)
def test_answers_that_cannot_be_used_are_refused_in_a_sentence(name):
    content, said = WRONG[name]
    with pytest.raises(AnswersRefused) as refused:
        read(content)
    [finding] = refused.value.findings
    assert finding.rule == "answers" and said in str(finding.message)


@pytest.mark.parametrize("name", WRONG)
def test_a_simulation_with_them_is_refused(name):
    content, said = WRONG[name]
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    told = simulation.simulate(simulation.Script(bpmn(ONE)), content).as_json()
    assert (told["state"], told["trace"], told["open"], told["variables"]) == ("refused", [], [], {})
    assert said in told["problems"][0]["message"]


def test_no_answers_at_all_are_fine():
    empty = read({})
    assert (empty.process, empty.start, empty.now, empty.variables, empty.services, empty.steps) == (
        None,
        None,
        None,
        {},
        {},
        (),
    )


def test_null_is_as_good_as_nothing():
    assert read(dict.fromkeys(answers.KEYS)).steps == ()


def test_a_mark_of_byte_order_is_no_mistake():
    assert read(b"\xef\xbb\xbf{}").steps == ()


def test_a_moment_without_offset_is_the_office_s():
    assert read({"now": "2026-07-01T09:00"}).now.isoformat() == "2026-07-01T09:00:00+08:00"
    assert read({"now": "2026-07-01T09:00Z"}).now.isoformat() == "2026-07-01T09:00:00+00:00"
    assert read({"now": "2026-07-01"}).now.isoformat() == "2026-07-01T00:00:00+08:00"


@pytest.mark.parametrize(("given", "key"), [(None, ""), (7, "7"), ("7", "7"), (True, "True"), (1.5, "1.5")])
def test_a_key_is_compared_as_text(given, key):
    assert read({"steps": [{"message": "m", "key": given}]}).steps[0].key == key


def test_an_unknown_key_is_left_aside_and_told():
    told = play(ONE, {"complete": "a", "variable": {"x": 1}}, step=[])
    assert told["state"] == "completed"
    assert [(each["message"], each["fix"]) for each in told["problems"]] == [
        ("“step” says nothing to a simulation and was left aside.", "Did you mean “steps”?"),
        ("Step 1: “variable” was left aside.", "Did you mean “variables”?"),
    ]


def test_completing_what_is_not_open_ends_the_simulation_and_shows_what_was_played():
    told = play(
        ONE.replace("s -> a -> e", "user b\ns -> a -> b -> e"), complete("a", x=1), complete("a"), complete("b")
    )
    assert told["state"] == "refused"
    [problem] = told["problems"]
    assert (problem["element"], problem["rule"]) == ("a", "answers")
    assert problem["message"] == "Step 2: “a” has no open task. Open now: b."
    assert passed(told, "a") == ["a entered", "a completed"]
    assert waiting(told) == [("b", "user_task")] and told["variables"] == {"x": 1}


def test_a_wrong_name_is_answered_with_the_nearest():
    told = play(ONE.replace("user a", "user check").replace("-> a", "-> check"), complete("chek"))
    assert told["problems"][0]["fix"] == "Did you mean “check”?"


@pytest.mark.parametrize("time", ["soon", "1h", "-PT1H", "2026-06-30", "P9999Y", "R/PT1H"])
def test_a_time_that_cannot_come_is_refused(time):
    told = play(ONE, advance(time))
    assert told["state"] == "refused" and f"“{time}”" in told["problems"][0]["message"]


def test_a_process_that_is_not_there_is_refused():
    told = play(ONE, process="q")
    assert (told["state"], told["problems"][0]["element"]) == ("refused", "q")
    assert told["problems"][0]["message"] == "There is no executable process “q”: p."


def test_a_start_event_that_is_not_there_is_refused():
    assert "“x” is not a start event" in play(ONE, start="x")["problems"][0]["message"]


def test_several_start_events_need_a_name():
    told = play("start m message=a\nstart n message=b\nuser u\nend e\nm -> u\nn -> u -> e")
    assert told["state"] == "refused" and "m, n" in told["problems"][0]["message"]
