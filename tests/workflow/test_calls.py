"""Call activities: the version they name is called, and what is drawn to pass passes, in both directions."""

import pytest
from sqlalchemy import select

from tests.workflow.world import begin, do, drawn, open_tasks
from workflow import definitions, instances
from workflow.engine import EngineProblem
from workflow.errors import DefinitionRefused
from workflow.models import ProcessInstance
from workflow.statuses import InstanceStatus

pytestmark = pytest.mark.usefixtures("clock")
CALLER = """
    start s
    call c calls=b
    user after candidateGroups=registry
    end e
    s -> c -> after -> e
"""
CALLED = "start s\nuser {task} candidateGroups=registry\nend e\ns -> {task} -> e"


def calling(attributes="", lines="", drawing=CALLER, zeebe=""):
    """The diagram of a caller; `attributes` and `lines` as Camunda 7 writes them, `zeebe` for Camunda 8's."""
    xml = drawn(drawing, "a").replace(b'calledElement="b"', f'calledElement="b" {attributes}'.encode())
    if not (lines or zeebe):
        return xml
    inner = f"<extensionElements>{lines}{zeebe}</extensionElements>".encode()
    at = xml.index(b"<callActivity")
    end = xml.index(b">", at)
    if xml[end - 1 : end] == b"/":
        return xml[: end - 1] + b">" + inner + b"</callActivity>" + xml[end + 1 :]
    return xml[: end + 1] + inner + xml[end + 1 :]


def caller(session, *said, **more):
    return definitions.deploy(session, calling(*said, **more), {}, "eve")


def called(session, task="work", tag=""):
    xml = drawn(CALLED.format(task=task), "b")
    if tag:
        xml = xml.replace(b'<process id="b"', f'<process id="b" camunda:versionTag="{tag}"'.encode())
    return definitions.deploy(session, xml, {}, "eve")


def child(session, parent):
    return session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == parent.id)).one()


# Versions


@pytest.mark.parametrize(
    ("attributes", "task"),
    [
        ("", "third"),
        ('camunda:calledElementBinding="latest"', "third"),
        ('camunda:calledElementBinding="deployment"', "second"),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="1"', "first"),
        ('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="2026"', "first"),
    ],
)
def test_a_call_calls_the_version_it_names(office, clock, attributes, task):
    """Three versions of the called process; the caller comes between the second and the third, in one deployment with
    the second."""
    with office.database.transaction() as session:
        called(session, "first", tag="2026")
    clock.move(days=1)
    with office.database.transaction() as session:
        definition_id = caller(session, attributes).id
        clock.move(seconds=1)
        called(session, "second")
    clock.move(days=1)
    with office.database.transaction() as session:
        called(session, "third")
    with office.database.transaction() as session:
        parent = begin(session, definitions.versions(session, "a")[0])
        assert parent.definition.id == definition_id
        assert list(open_tasks(session, child(session, parent))) == [task]


def test_a_tag_names_the_newest_version_that_bears_it(sqlite_office):
    with sqlite_office.database.transaction() as session:
        called(session, "first", tag="2026")
        called(session, "second", tag="2026")
        called(session, "third")
        attributes = 'camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="2026"'
        parent = begin(session, caller(session, attributes))
        assert list(open_tasks(session, child(session, parent))) == ["second"]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="9"', "“c” calls version 9 of “b”"),
        ('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="x"', "“c” calls version x of “b”"),
    ],
)
def test_a_version_that_is_not_there_stops_the_caller(sqlite_office, attributes, said):
    with sqlite_office.database.transaction() as session:
        called(session)
        definition = caller(session, attributes)
        with pytest.raises(EngineProblem, match=said), session.begin_nested():
            begin(session, definition)


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('camunda:calledElementBinding="newest"', "There is no binding “newest”."),
        ('camunda:calledElementBinding="version"', "does not say the number of the version"),
        ('camunda:calledElementBinding="version" camunda:calledElementVersion="two"', "does not say the number"),
        ('camunda:calledElementBinding="versionTag"', "does not say the tag of the version"),
    ],
)
def test_a_binding_without_its_version_is_refused(sqlite_office, attributes, said):
    with sqlite_office.database.transaction() as session:
        called(session)
        with pytest.raises(DefinitionRefused, match=said):
            caller(session, attributes)


# Variables

BOTH = {"book": "卷一", "pages": 30, "secret": True}
PASSED_IN = [
    ("", "", BOTH),
    ('<camunda:in variables="all"/>', "", BOTH),
    ('<camunda:in source="book" target="name"/>', "", {"name": "卷一"}),
    ('<camunda:in source="book" target="book"/><camunda:in sourceExpression="${pages * 2}" target="sheets"/>', "", {"book": "卷一", "sheets": 60}),
    ('<camunda:in source="gone" target="name"/>', "", {"name": None}),
    ('<camunda:in businessKey="#{execution.processBusinessKey}"/>', "", BOTH),
    ('<camunda:in variables="all"/><camunda:in sourceExpression="${1}" target="secret"/>', "", {**BOTH, "secret": 1}),
    ("", '<zeebe:ioMapping><zeebe:input source="=pages + 1" target="more"/></zeebe:ioMapping>', {**BOTH, "more": 31}),
    (
        "",
        '<zeebe:calledElement processId="b" propagateAllParentVariables="false"/>'
        '<zeebe:ioMapping><zeebe:input source="=book" target="name"/></zeebe:ioMapping>',
        {"name": "卷一"},
    ),
    ("", '<zeebe:calledElement processId="b" propagateAllParentVariables="false"/>', {}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "zeebe", "variables"), PASSED_IN)
def test_what_is_drawn_passes_in(sqlite_office, lines, zeebe, variables):
    with sqlite_office.database.transaction() as session:
        called(session)
        parent = begin(session, caller(session, lines=lines, zeebe=zeebe), **BOTH)
        assert instances.variables(session, child(session, parent)) == variables


ANSWER = {"result": 7, "note": "x"}
PASSED_OUT = [
    ("", "", ANSWER),
    ('<camunda:out variables="all"/>', "", ANSWER),
    ('<camunda:out source="result" target="fee"/>', "", {"fee": 7}),
    ('<camunda:out sourceExpression="${result + pages}" target="fee"/>', "", {"fee": 37}),
    ("", '<zeebe:ioMapping><zeebe:output source="=result * 2" target="fee"/></zeebe:ioMapping>', {"fee": 14}),
    ("", '<zeebe:calledElement processId="b" propagateAllChildVariables="false"/>', {}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "zeebe", "variables"), PASSED_OUT)
def test_what_is_drawn_passes_back(office, anna, lines, zeebe, variables):
    with office.database.transaction() as session:
        called(session)
        parent = begin(session, caller(session, lines=lines, zeebe=zeebe), **BOTH)
        do(session, child(session, parent), "work", anna, **ANSWER)
        assert instances.variables(session, parent) == {**BOTH, **variables}
        assert list(open_tasks(session, parent)) == ["after"]


def test_each_call_of_a_multi_instance_passes_its_own_item(office, anna):
    several = "start s\ncall c calls=b each=names item=name output=fees result=fee\nend e\ns -> c -> e"
    lines = '<camunda:in source="name" target="who"/><camunda:out source="result" target="fee"/>'
    with office.database.transaction() as session:
        called(session)
        xml = calling(drawing=several)
        loop = xml.index(b"<multiInstance")
        xml = xml[:loop] + b"<extensionElements>" + lines.encode() + b"</extensionElements>" + xml[loop:]
        parent = begin(session, definitions.deploy(session, xml, {}, "eve"), names=["anna", "bob"])
        query = select(ProcessInstance).where(ProcessInstance.parent_id == parent.id).order_by(ProcessInstance.id)
        for number, each in enumerate(session.scalars(query).all()):
            assert instances.variables(session, each) == {"who": ["anna", "bob"][number]}
            do(session, each, "work", anna, result=number)
        assert instances.variables(session, parent)["fees"] == [0, 1]
        assert parent.status is InstanceStatus.COMPLETED


def test_an_expression_that_gives_nothing_undoes_the_return(sqlite_office, anna):
    with sqlite_office.database.transaction() as session:
        called(session)
        lines = '<camunda:out sourceExpression="${result - pages}" target="fee"/>'
        parent = begin(session, caller(session, lines=lines), pages=3)
        with pytest.raises(Exception, match="“\\$\\{result - pages\\}” at “c” cannot be used"), session.begin_nested():
            do(session, child(session, parent), "work", anna, result="x")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('<camunda:in source="a"/>', "does not say which variable gets it"),
        ('<camunda:out source="a"/>', "does not say which variable gets it"),
        ('<camunda:in target="a"/>', "Nothing is said to be passed to “a”"),
        ('<camunda:in sourceExpression="${a.b}" target="a"/>', "“${a.b}” is not an expression we can use"),
        ('<camunda:in sourceExpression="${nobody(1)}" target="a"/>', "There is no function nobody()"),
        ('<camunda:in businessKey="${number}"/>', "it cannot get another business key"),
    ],
)
def test_a_line_that_passes_nothing_is_refused(sqlite_office, lines, said):
    with sqlite_office.database.transaction() as session:
        called(session)
        with pytest.raises(DefinitionRefused) as refused:
            caller(session, lines=lines)
        assert any(said in str(found.message) for found in refused.value.findings)
