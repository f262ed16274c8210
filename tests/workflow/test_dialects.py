"""One process as three modellers save it: with their prefixes, their extensions and their drawing. One meaning."""

from dataclasses import replace

import pytest

from tests.workflow.engine.drawing import HEAD, Run
from workflow import engine
from workflow.lint import Level, lint

CAMUNDA_7 = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
    exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Platform"
    modeler:executionPlatformVersion="7.20.0">
  <bpmn:process id="loan" name="借阅" isExecutable="true" camunda:historyTimeToLive="180">
    <bpmn:startEvent id="asked" name="申请"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check" name="核对" camunda:formKey="loan-check" camunda:assignee="${clerk}"
        camunda:candidateGroups="registry,window" camunda:candidateUsers="anna" camunda:dueDate="P2D" camunda:priority="80">
      <bpmn:extensionElements>
        <camunda:taskListener delegateExpression="${loans.check}" event="complete" />
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="many" default="f4"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:outgoing>f4</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:userTask id="agree" name="会签">
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="people" camunda:elementVariable="who" />
    </bpmn:userTask>
    <bpmn:serviceTask id="push" name="上报" camunda:type="external" camunda:topic="province.push">
      <bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing></bpmn:serviceTask>
    <bpmn:callActivity id="fetch" name="取卷" calledElement="take-out"><bpmn:incoming>f6</bpmn:incoming>
      <bpmn:outgoing>f7</bpmn:outgoing></bpmn:callActivity>
    <bpmn:intermediateCatchEvent id="back" name="归还">
      <bpmn:extensionElements><camunda:properties><camunda:property name="correlationKey" value="number" /></camunda:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>f7</bpmn:incoming><bpmn:outgoing>f8</bpmn:outgoing>
      <bpmn:messageEventDefinition id="MessageEventDefinition_1" messageRef="Message_1" />
    </bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="done" name="完成"><bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>
    <bpmn:boundaryEvent id="late" name="超时" cancelActivity="false" attachedToRef="check">
      <bpmn:outgoing>f9</bpmn:outgoing>
      <bpmn:timerEventDefinition id="TimerEventDefinition_1">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT4H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="told"><bpmn:incoming>f9</bpmn:incoming></bpmn:endEvent>
    {flows}
  </bpmn:process>
  <bpmn:message id="Message_1" name="returned" />
  {shapes}
</bpmn:definitions>"""
CAMUNDA_8 = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
    exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Cloud"
    modeler:executionPlatformVersion="8.5.0">
  <bpmn:process id="loan" name="借阅" isExecutable="true">
    <bpmn:startEvent id="asked" name="申请"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check" name="核对">
      <bpmn:extensionElements>
        <zeebe:userTask />
        <zeebe:formDefinition formId="loan-check" />
        <zeebe:assignmentDefinition assignee="${clerk}" candidateGroups="registry,window" candidateUsers="anna" />
        <zeebe:taskSchedule dueDate="P2D" />
        <zeebe:priorityDefinition priority="80" />
        <zeebe:taskListeners><zeebe:taskListener eventType="completing" type="loans.check" /></zeebe:taskListeners>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="many" default="f4"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:outgoing>f4</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:userTask id="agree" name="会签">
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements>
        <zeebe:loopCharacteristics inputCollection="=people" inputElement="who" /></bpmn:extensionElements>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:serviceTask id="push" name="上报">
      <bpmn:extensionElements><zeebe:taskDefinition type="province.push" retries="3" /></bpmn:extensionElements>
      <bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing></bpmn:serviceTask>
    <bpmn:callActivity id="fetch" name="取卷">
      <bpmn:extensionElements><zeebe:calledElement processId="take-out" propagateAllChildVariables="true" /></bpmn:extensionElements>
      <bpmn:incoming>f6</bpmn:incoming><bpmn:outgoing>f7</bpmn:outgoing></bpmn:callActivity>
    <bpmn:intermediateCatchEvent id="back" name="归还"><bpmn:incoming>f7</bpmn:incoming><bpmn:outgoing>f8</bpmn:outgoing>
      <bpmn:messageEventDefinition id="MessageEventDefinition_1" messageRef="Message_1" /></bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="done" name="完成"><bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>
    <bpmn:boundaryEvent id="late" name="超时" cancelActivity="false" attachedToRef="check">
      <bpmn:outgoing>f9</bpmn:outgoing>
      <bpmn:timerEventDefinition id="TimerEventDefinition_1">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT4H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="told"><bpmn:incoming>f9</bpmn:incoming></bpmn:endEvent>
    {flows}
  </bpmn:process>
  <bpmn:message id="Message_1" name="returned">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=number" /></bpmn:extensionElements></bpmn:message>
  {shapes}
</bpmn:definitions>"""
SPIFF = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="loan" name="借阅" isExecutable="true">
    <bpmn:startEvent id="asked" name="申请"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check" name="核对">
      <bpmn:extensionElements>
        <spiffworkflow:properties>
          <spiffworkflow:property name="formKey" value="loan-check" />
          <spiffworkflow:property name="assignee" value="${clerk}" />
          <spiffworkflow:property name="candidateGroups" value="registry,window" />
          <spiffworkflow:property name="candidateUsers" value="anna" />
          <spiffworkflow:property name="dueDate" value="P2D" />
          <spiffworkflow:property name="priority" value="80" />
        </spiffworkflow:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="many" default="f4"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:outgoing>f4</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:userTask id="agree" name="会签">
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true">
        <bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>
        <bpmn:inputDataItem id="who" name="who" />
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:serviceTask id="push" name="上报">
      <bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="province.push" resultVariable="" /></bpmn:extensionElements>
      <bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing></bpmn:serviceTask>
    <bpmn:callActivity id="fetch" name="取卷" calledElement="take-out"><bpmn:incoming>f6</bpmn:incoming>
      <bpmn:outgoing>f7</bpmn:outgoing></bpmn:callActivity>
    <bpmn:intermediateCatchEvent id="back" name="归还">
      <bpmn:extensionElements><spiffworkflow:properties>
        <spiffworkflow:property name="correlationKey" value="number" /></spiffworkflow:properties></bpmn:extensionElements>
      <bpmn:incoming>f7</bpmn:incoming><bpmn:outgoing>f8</bpmn:outgoing>
      <bpmn:messageEventDefinition id="MessageEventDefinition_1" messageRef="Message_1" /></bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="done" name="完成"><bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>
    <bpmn:boundaryEvent id="late" name="超时" cancelActivity="false" attachedToRef="check">
      <bpmn:outgoing>f9</bpmn:outgoing>
      <bpmn:timerEventDefinition id="TimerEventDefinition_1">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT4H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="told"><bpmn:incoming>f9</bpmn:incoming></bpmn:endEvent>
    {flows}
  </bpmn:process>
  <bpmn:message id="Message_1" name="returned" />
  {shapes}
</bpmn:definitions>"""
FLOWS = {
    "f1": ("asked", "check"),
    "f2": ("check", "many"),
    "f3": ("many", "agree"),
    "f4": ("many", "push"),
    "f5": ("agree", "push"),
    "f6": ("push", "fetch"),
    "f7": ("fetch", "back"),
    "f8": ("back", "done"),
    "f9": ("late", "told"),
}
CONDITIONS = {"camunda 7": "${amount &gt; 3}", "camunda 8": "=amount &gt; 3", "spiff": "amount &gt; 3"}
FILES = {"camunda 7": CAMUNDA_7, "camunda 8": CAMUNDA_8, "spiff": SPIFF}


def saved(dialect: str) -> bytes:
    """The whole file, with the shapes and edges every modeller adds."""
    condition = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{CONDITIONS[dialect]}</bpmn:conditionExpression>'
    )
    flows = "".join(
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{condition if name == "f3" else ""}'
        "</bpmn:sequenceFlow>"
        for name, (source, target) in FLOWS.items()
    )
    nodes = dict.fromkeys(node for ends in FLOWS.values() for node in ends)
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{node}_di" bpmnElement="{node}"><dc:Bounds x="{at * 120}" y="80" width="100" height="80" />'
        "</bpmndi:BPMNShape>"
        for at, node in enumerate(nodes)
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{name}_di" bpmnElement="{name}"><di:waypoint x="0" y="0" /><di:waypoint x="9" y="0" />'
        "</bpmndi:BPMNEdge>"
        for name in FLOWS
    )
    drawn = f'<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="loan">{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    return FILES[dialect].replace("{flows}", flows).replace("{shapes}", drawn).encode()


@pytest.fixture(params=FILES)
def dialect(request):
    return request.param


def plain(activity: engine.Activity) -> engine.Activity:
    """Without the raw property lists, which each maker uses in its own way."""
    return replace(activity, properties={}, listeners=())


def test_every_activity_is_the_same_whoever_saved_the_file(dialect):
    found, expected = engine.parse(saved(dialect)), engine.parse(saved("camunda 7"))
    assert list(found.activities) == list(expected.activities)
    for name, activity in found.activities.items():
        assert plain(activity) == plain(expected.activities[name])


def test_every_attribute_of_the_task_was_read(dialect):
    check = engine.parse(saved(dialect)).activities["check"]
    assert (check.kind, check.name, check.form_key, check.assignee) == ("userTask", "核对", "loan-check", "${clerk}")
    assert (check.candidate_groups, check.candidate_users) == ("registry,window", "anna")
    assert (check.due_date, check.priority) == ("P2D", "80")


@pytest.mark.parametrize("name", ["camunda 7", "camunda 8"])
def test_both_camundas_name_the_listener_of_completion(name):
    assert engine.parse(saved(name)).activities["check"].listeners == ("loans.check",)


def test_no_finding_is_an_error(dialect):
    assert [found for found in lint(saved(dialect)) if found.level is Level.ERROR] == []


def test_it_runs_the_long_way_to_the_same_end(dialect):
    run = Run(saved(dialect), amount=5, people=["anna", "bob"], number="7")
    assert run.open == ["check", "late"]
    run.happen("late")
    assert run.open == ["check"]
    run.do("check")
    assert run.wait("agree").variables["who"] == "anna"
    run.do("agree").do("agree")
    assert (run.open, run.wait("push").name) == (["push"], "province.push")
    run.do("push")
    assert run.wait("fetch").name == "take-out"
    run.do("fetch")
    assert (run.wait("back").name, run.wait("back").correlation_key) == ("returned", "7")
    assert run.happen("back").finished


def test_it_runs_the_short_way_by_the_default_flow(dialect):
    run = Run(saved(dialect), amount=1, people=["anna"], number="7")
    assert run.do("check").open == ["push"]


def test_both_ways_tell_the_same_history(dialect):
    def story(name):
        run = Run(saved(name), amount=5, people=["anna", "bob"], number="7")
        for activity in ("check", "agree", "agree", "push", "fetch"):
            run.do(activity)
        return run.happen("back").history

    assert story(dialect) == story("camunda 7")


def test_a_state_saved_under_one_dialect_goes_on_under_another(dialect):
    run = Run(saved("camunda 7"), amount=5, people=["anna", "bob"], number="7").do("check").do("agree")
    other = engine.parse(saved(dialect))
    assert engine.state_problems(other, run.state) == []
    run.model = other
    assert run.do("agree").do("push").open == ["fetch"]


def only(element: str, process: str = "") -> engine.Model:
    """A process of one element, in its dialect's XML; read, not judged."""
    return engine.prepare(
        f'{HEAD}<process id="p" isExecutable="true" {process}><startEvent id="s"/>{element}'
        '<sequenceFlow id="f" sourceRef="s" targetRef="x"/></process></definitions>'.encode()
    )


DECISIONS = {
    "camunda 7": '<businessRuleTask id="x" camunda:decisionRef="fee" camunda:resultVariable="sum" camunda:decisionRefBinding="versionTag"'
    ' camunda:decisionRefVersionTag="2026"/>',
    "camunda 8": '<businessRuleTask id="x"><extensionElements><zeebe:calledDecision decisionId="fee" resultVariable="sum"'
    ' bindingType="versionTag" versionTag="2026"/></extensionElements></businessRuleTask>',
}
CALLS = {
    "camunda 7": '<callActivity id="x" calledElement="loan" camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="2026"/>',
    "camunda 8": '<callActivity id="x"><extensionElements><zeebe:calledElement processId="loan" bindingType="versionTag"'
    ' versionTag="2026"/></extensionElements></callActivity>',
}


@pytest.mark.parametrize("name", DECISIONS)
def test_both_camundas_name_the_decision_of_a_rule_task(name):
    rule = only(DECISIONS[name]).activities["x"]
    assert (rule.decision_ref, rule.result_variable) == ("fee", "sum")
    assert (rule.decision_binding, rule.decision_version_tag) == ("versionTag", "2026")


def test_a_rule_task_says_how_to_map_its_result():
    element = DECISIONS["camunda 7"].replace("/>", ' camunda:mapDecisionResult="collectEntries"/>')
    assert only(element).activities["x"].map_decision_result == "collectEntries"


def test_a_rule_task_waits_for_its_decision_as_a_job():
    run = Run(only(DECISIONS["camunda 7"]))
    assert (run.wait("x").kind, run.wait("x").name) == (engine.WaitKind.JOB, engine.DECISION)
    assert run.do("x", sum=3).finished


@pytest.mark.parametrize("name", CALLS)
def test_both_camundas_bind_the_called_process_to_a_version(name):
    call = only(CALLS[name]).activities["x"]
    assert (call.called_element, call.called_binding, call.called_version_tag) == ("loan", "versionTag", "2026")


def test_a_call_may_name_the_version_by_number():
    element = '<callActivity id="x" calledElement="loan" camunda:calledElementBinding="version" camunda:calledElementVersion="3"/>'
    assert only(element).activities["x"].called_version == "3"


def test_a_process_may_name_its_version():
    user = '<userTask id="x"/>'
    assert only(user, 'camunda:versionTag="2026-11"').version_tag == "2026-11"
    eight = '<extensionElements><zeebe:versionTag value="2026-11"/></extensionElements>'
    assert only(eight + user).version_tag == "2026-11"
    assert only(user).version_tag is None


OWNERS = {
    "<humanPerformer><resourceAssignmentExpression><formalExpression>${initiator}</formalExpression>"
    "</resourceAssignmentExpression></humanPerformer>": ("${initiator}", None, None),
    "<performer><resourceAssignmentExpression>anna</resourceAssignmentExpression></performer>": ("anna", None, None),
    "<potentialOwner><resourceAssignmentExpression><formalExpression>user(anna), group(registry), window"
    "</formalExpression></resourceAssignmentExpression></potentialOwner>": (None, "registry,window", "anna"),
    "<potentialOwner><resourceAssignmentExpression><formalExpression>${[a, b]}</formalExpression>"
    "</resourceAssignmentExpression></potentialOwner>": (None, "${[a, b]}", None),
    '<potentialOwner name="registry"/>': (None, None, None),
}


@pytest.mark.parametrize("written", OWNERS)
def test_performers_may_be_written_as_the_standard_does(written):
    task = only(f'<userTask id="x">{written}</userTask>').activities["x"]
    assert (task.assignee, task.candidate_groups, task.candidate_users) == OWNERS[written]
