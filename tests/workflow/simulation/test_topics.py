"""Machine tasks drawn without a topic can be tried out by their ids."""

import json

from workflow.simulation import Ended, Script, simulate

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
  <process id="p" isExecutable="true">
    <startEvent id="begin"/><sequenceFlow id="f1" sourceRef="begin" targetRef="fetch"/>
    <serviceTask id="fetch"/><sequenceFlow id="f2" sourceRef="fetch" targetRef="send"/>
    <sendTask id="send"/><sequenceFlow id="f3" sourceRef="send" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>""".encode()


def played(services=None, strict=False):
    answers = {"process": "p", "services": services or {}}
    return simulate(Script(DIAGRAM, strict=strict), json.dumps(answers).encode())


def test_a_machine_task_without_topic_is_answered_by_its_id():
    told = played({"fetch": {"variables": {"found": 3}}})

    assert told.state is Ended.COMPLETED
    assert told.variables == {"found": 3}


def test_each_is_told_as_a_warning():
    assert [(each.element, each.rule) for each in played().problems] == [("fetch", "no_work"), ("send", "no_work")]


def test_a_send_task_without_topic_is_work_too():
    told = played({"send": {"variables": {"sent": True}}})

    assert told.variables == {"sent": True}


def test_an_error_of_work_without_topic_stops_the_process_where_nothing_catches_it():
    assert played({"fetch": {"error": "E1"}}).state is Ended.INCIDENT


def test_strictly_it_is_refused_as_at_a_deployment():
    told = played(strict=True)

    assert told.state is Ended.REFUSED
    assert {each.element for each in told.problems} == {"fetch", "send"}
