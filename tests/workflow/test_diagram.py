"""Reading diagrams of different makers: one meaning whatever the dialect; nothing lost for want of an id."""

import pytest

from tests.workflow.engine.drawing import HEAD, Run
from workflow import engine
from workflow.diagram import reading
from workflow.lint import Level, lint
from workflow.xmlsafe import read


def process(inner, before=""):
    return f'{HEAD}{before}<process id="p" name="收件" isExecutable="true">{inner}</process></definitions>'.encode()


def task(attributes="", extensions="", tag="userTask"):
    xml = process(
        f'<startEvent id="s"/><{tag} id="a" {attributes}><extensionElements>{extensions}</extensionElements></{tag}>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
    )
    return engine.parse(xml).activities["a"]


CAMUNDA = (
    'camunda:assignee="anna" camunda:candidateGroups="receiving,archive" camunda:candidateUsers="bob" camunda:formKey="pack"'
    ' camunda:dueDate="${now()}" camunda:followUpDate="2026-07-01" camunda:priority="5"'
)
ZEEBE = (
    '<zeebe:assignmentDefinition assignee="anna" candidateGroups="receiving,archive" candidateUsers="bob"/>'
    '<zeebe:formDefinition formId="pack"/><zeebe:taskSchedule dueDate="${now()}" followUpDate="2026-07-01"/>'
    '<zeebe:priorityDefinition priority="5"/>'
)
SPIFF = (
    "<spiff:properties>"
    + "".join(
        f'<spiff:property name="{name}" value="{value}"/>'
        for name, value in {
            "assignee": "anna",
            "candidateGroups": "receiving,archive",
            "candidateUsers": "bob",
            "formKey": "pack",
            "dueDate": "${now()}",
            "followUpDate": "2026-07-01",
            "priority": "5",
        }.items()
    )
    + "</spiff:properties>"
)


@pytest.mark.parametrize(
    ("attributes", "extensions"), [(CAMUNDA, ""), ("", ZEEBE), ("", SPIFF)], ids=["camunda", "zeebe", "spiff"]
)
def test_every_dialect_says_the_same(attributes, extensions):
    found = task(attributes, extensions)
    assert (found.assignee, found.candidate_groups, found.candidate_users) == ("anna", "receiving,archive", "bob")
    assert (found.form_key, found.due_date, found.follow_up_date, found.priority) == (
        "pack",
        "${now()}",
        "2026-07-01",
        "5",
    )


TOPICS = [
    ('camunda:type="external" camunda:topic="push"', ""),
    ("", '<zeebe:taskDefinition type="push"/>'),
    ("", '<spiff:serviceTaskOperator id="push"/>'),
]


@pytest.mark.parametrize(("attributes", "extensions"), TOPICS, ids=["camunda", "zeebe", "spiff"])
def test_the_topic_of_a_service_task_is_found_in_every_dialect(attributes, extensions):
    assert task(attributes, extensions, "serviceTask").topic == "push"


LISTENERS = [
    '<camunda:taskListener event="complete" delegateExpression="${packs.accept}"/><camunda:taskListener event="create" class="x"/>',
    '<camunda:taskListener event="complete" expression="#{packs.accept}"/>',
    '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="packs.accept"/></zeebe:taskListeners>',
]


@pytest.mark.parametrize("extensions", LISTENERS)
def test_the_listeners_of_completion_are_found(extensions):
    assert task("", extensions).listeners == ("packs.accept",)


@pytest.mark.parametrize(
    "extension",
    [
        '<camunda:executionListener event="start"/>',
        "<camunda:inputOutput/>",
        "<zeebe:ioMapping/>",
        "<spiff:preScript/>",
        '<camunda:taskListener event="create" class="x"/>',
    ],
)
def test_what_other_makers_say_and_we_do_not_carry_out_is_warned_of(extension):
    xml = process(
        f'<startEvent id="s"/><userTask id="a"><extensionElements>{extension}</extensionElements></userTask>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
    )
    assert [(found.element, found.level) for found in lint(xml) if found.rule == "ignored_extension"] == [
        ("a", Level.WARNING)
    ]


def test_properties_names_and_documentation_are_read():
    found = engine.parse(
        process(
            "<documentation>每日收件</documentation><extensionElements><camunda:properties>"
            '<camunda:property name="name:en" value="Receipt"/><camunda:property name="documentation:en" value="Daily"/>'
            '</camunda:properties></extensionElements><startEvent id="s"/>'
            '<userTask id="a" name="拆封"><documentation>两人在场</documentation><extensionElements><camunda:properties>'
            '<camunda:property name="name:en" value="Open"/><camunda:property name="differentFrom" value="b"/></camunda:properties>'
            '</extensionElements></userTask><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
            '<userTask id="b"/><sequenceFlow id="g" sourceRef="a" targetRef="b"/>'
        )
    )
    assert (found.key, found.name, found.names, found.documentation) == ("p", "收件", {"en": "Receipt"}, "每日收件")
    assert found.documentations == {"en": "Daily"}
    activity = found.activities["a"]
    assert (activity.name, activity.names, activity.documentation) == ("拆封", {"en": "Open"}, "两人在场")
    assert activity.properties["differentFrom"] == "b"


def test_the_innermost_lane_counts_and_reaches_into_sub_processes():
    found = engine.parse(
        process(
            '<laneSet><lane id="l1" name="档案室"><flowNodeRef>s</flowNodeRef><flowNodeRef>S</flowNodeRef><childLaneSet>'
            '<lane id="l2" name="收件岗"><flowNodeRef>S</flowNodeRef></lane></childLaneSet></lane></laneSet><startEvent id="s"/>'
            '<subProcess id="S"><startEvent id="t"/><userTask id="a"/><sequenceFlow id="g" sourceRef="t" targetRef="a"/></subProcess>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="S"/>'
        )
    )
    assert {name: found.activities[name].lane for name in "sSa"} == {"s": "档案室", "S": "收件岗", "a": "收件岗"}


def test_elements_and_flows_without_id_run_all_the_same():
    run = Run(
        process(
            '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" default="y"/><endEvent id="e"/>'
            '<sequenceFlow sourceRef="s" targetRef="a"/><sequenceFlow sourceRef="a" targetRef="g"/>'
            '<sequenceFlow sourceRef="g" targetRef="a"><conditionExpression>again = true</conditionExpression></sequenceFlow>'
            '<sequenceFlow id="y" sourceRef="g" targetRef="e"/>'
        )
    )
    assert run.do("a", again=True).open == ["a"] and run.do("a", again=False).finished


def test_given_ids_do_not_meet_those_in_the_file():
    root = read(process('<startEvent/><startEvent id="auto-startEvent-1"/><endEvent/>'))
    assert reading.give_ids(root) == {"auto-startEvent-2", "auto-endEvent-1"}


def test_data_objects_stores_notes_and_groups_have_no_influence():
    run = Run(
        process(
            '<ioSpecification><inputSet/><outputSet/></ioSpecification><dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>'
            '<dataStoreReference id="q" dataStoreRef="nowhere"/><textAnnotation id="n"><text>x</text></textAnnotation><group id="z"/>'
            '<association id="w" sourceRef="a" targetRef="n"/><startEvent id="s"/><userTask id="a"><dataInputAssociation id="i">'
            "<sourceRef>missing</sourceRef><targetRef>t</targetRef></dataInputAssociation></userTask>"
            '<sequenceFlow id="f" sourceRef="s" targetRef="a"/>',
            '<dataStore id="store"/>',
        )
    )
    assert run.open == ["a"] and run.do("a").finished


def test_the_executable_process_of_a_collaboration_is_chosen_and_others_by_key():
    two = "".join(
        f'<process id="{key}" isExecutable="{runs}"><startEvent id="s{key}"/></process>'
        for key, runs in (("outside", "false"), ("p", "true"), ("q", "true"))
    )
    xml = f"{HEAD}{two}</definitions>".encode()
    assert engine.parse(xml).key == "p" and engine.parse(xml, "q").key == "q"


def test_a_correlation_key_may_stand_at_the_message():
    run = Run(
        process(
            '<startEvent id="s"/><receiveTask id="a" messageRef="m"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>',
            '<message id="m" name="paid"><extensionElements><zeebe:subscription correlationKey="=number"/></extensionElements></message>',
        ),
        number=7,
    )
    assert (run.wait("a").name, run.wait("a").correlation_key) == ("paid", "7")


def test_the_topic_of_a_message_end_event_makes_it_a_job():
    run = Run(
        process(
            '<startEvent id="s"/><endEvent id="a"><messageEventDefinition camunda:type="external" camunda:topic="mail"/></endEvent>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
        )
    )
    assert run.wait("a").name == "mail" and run.do("a").finished


def test_camunda_style_multi_instances_are_read():
    run = Run(
        process(
            '<startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics camunda:collection="${people}"'
            ' camunda:elementVariable="who"/></userTask><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
        ),
        people=["anna", "bob"],
    )
    assert [wait.variables["who"] for wait in run.step.waits] == ["anna", "bob"]


def test_a_process_without_end_events_ends_when_nothing_is_left():
    run = Run(process('<startEvent id="s"/><userTask id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'))
    assert run.do("a").finished
