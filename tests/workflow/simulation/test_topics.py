"""Machine tasks drawn without a topic can be tried out by their ids."""

import json

from workflow.simulation import Ended, Script, simulate

DIAGRAM = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
  <process id="p" isExecutable="true">
    <startEvent id="begin"/><sequenceFlow id="f1" sourceRef="begin" targetRef="fetch"/>
    <serviceTask id="fetch"/><sequenceFlow id="f2" sourceRef="fetch" targetRef="send"/>
    <sendTask id="send"/><sequenceFlow id="f3" sourceRef="send" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""


def played(services=None, strict=False):
    answers = {"process": "p", "services": services or {}}
    return simulate(Script(DIAGRAM, strict=strict), json.dumps(answers).encode())


def test_a_machine_task_without_topic_is_answered_by_its_id():
    told = played({"fetch": {"variables": {"found": 3}}})

    assert told.state is Ended.COMPLETED
    assert told.variables == {"found": 3}


def test_it_is_no_problem():
    assert (played().state, played().problems) == (Ended.COMPLETED, ())


def test_a_send_task_without_topic_is_work_too():
    told = played({"send": {"variables": {"sent": True}}})

    assert told.variables == {"sent": True}


def test_an_error_of_work_without_topic_stops_the_process_where_nothing_catches_it():
    assert played({"fetch": {"error": "E1"}}).state is Ended.INCIDENT


def test_strictly_it_is_refused_as_at_a_deployment():
    told = played(strict=True)

    assert told.state is Ended.REFUSED
    assert {each.element for each in told.problems} == {"fetch", "send"}


def test_a_machine_task_without_id_does_nothing_and_is_no_problem():
    told = simulate(Script(DIAGRAM.replace(b' id="fetch"', b"").replace(b"fetch", b"auto-serviceTask-1")), b"{}")
    assert told.state is Ended.COMPLETED
    assert "auto-serviceTask-1" in [each["element"] for each in told.trace]


def test_one_of_a_called_process_is_known_by_its_id_as_well():
    calling = DIAGRAM.replace(b'<serviceTask id="fetch"/>', b'<callActivity id="fetch" calledElement="q"/>')
    called = DIAGRAM.replace(b'id="p"', b'id="q"')
    script = Script(calling, {"q.bpmn": called, "note.form": b"{}"})
    told = simulate(script, json.dumps({"services": {"send": {"variables": {"sent": 1}}}}).encode())
    assert told.variables == {"sent": 1}
