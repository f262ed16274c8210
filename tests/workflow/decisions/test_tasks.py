"""Business rule tasks: the table answers at once, the version of the process keeps its table, the history tells why."""

import pytest
from sqlalchemy import func, select

from tests.workflow.decisions.asking import FEE, PROCESS, deploy, drawn
from tests.workflow.decisions.drawing import dmn
from tests.workflow.world import begin, do, last, open_tasks
from workflow import decision_tasks, definitions, engine, instances, lint, timers
from workflow.errors import DefinitionRefused
from workflow.lint import Level
from workflow.models import Incident, Job, ResourceContent
from workflow.statuses import InstanceStatus

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def office(sqlite_office):
    """What a table answers does not depend on the database."""
    return sqlite_office


@pytest.mark.parametrize(("amount", "task"), [(9, "cheap"), (10, "dear")])
def test_the_table_answers_in_the_step_that_asks_it(session, anna, amount, task):
    instance = begin(session, deploy(session))
    do(session, instance, "open", anna, amount=amount)

    assert list(open_tasks(session, instance)) == [task]
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_no_row_that_hits_gives_null(session, anna):
    instance = begin(session, deploy(session, 'UNIQUE | amount || fee\n | 1 || "low"'))
    do(session, instance, "open", anna, amount=2)
    assert instances.variables(session, instance)["fee"] is None
    assert list(open_tasks(session, instance)) == ["dear"]


def test_a_process_may_begin_and_end_with_decisions(session):
    two = "start s\nrule a decisionRef=fee\nrule b decisionRef=fee\nend e\ns -> a -> b -> e"
    instance = begin(session, deploy(session, drawing=two), amount=3)
    assert instance.status is InstanceStatus.COMPLETED
    assert instances.variables(session, instance)["fee"] == "low"


def test_the_same_table_is_the_same_version_and_only_what_is_asked_is_pinned(session):
    first = deploy(session, other=b"", **{"others.dmn": dmn(other="1")})
    again = deploy(session)
    assert first is again
    assert list(definitions.resources(session, first)) == ["fees.dmn"]
    assert session.scalar(select(func.count()).select_from(ResourceContent)) == 1


def test_a_task_may_calculate_which_decision_it_asks(session, anna):
    drawing = PROCESS.replace("decisionRef=fee", "decisionRef=${which}")
    definition = deploy(session, drawing=drawing, **{"others.dmn": dmn(other='"low"')})
    assert set(definitions.resources(session, definition)) == {"fees.dmn", "others.dmn"}
    instance = begin(session, definition)
    do(session, instance, "open", anna, amount=99, which="other")
    assert list(open_tasks(session, instance)) == ["cheap"]


def test_the_result_is_mapped_as_the_task_says(session, anna):
    instance = begin(
        session, deploy(session, said='camunda:resultVariable="fee" camunda:mapDecisionResult="resultList"')
    )
    do(session, instance, "open", anna, amount=2)
    assert instances.variables(session, instance)["fee"] == [{"fee": "low"}]


def test_what_it_needs_is_asked_first_and_told(session, anna):
    content = dmn(fee=('UNIQUE | base + amount || fee\n | < 10 || "low"\n | - || "high"', "base"), base="amount * 2")
    definition = definitions.deploy(
        session, drawn(), {"fees.dmn": content.replace(b'hitPolicy="UNIQUE"', b'hitPolicy="FIRST"')}, "eve"
    )
    instance = begin(session, definition)
    do(session, instance, "open", anna, amount=3)
    asked = last(session, instance, "decided", "ask").data["asked"]
    assert asked["base"] == {"inputs": {"amount": 3}, "rows": [], "result": 6}
    assert asked["fee"]["inputs"] == {"base + amount": 9}


def test_a_function_of_the_house_is_at_hand_in_a_table(session, anna):
    instance = begin(session, deploy(session, 'FIRST | is_working_day() || fee\n | true || "low"\n | - || "high"'))
    do(session, instance, "open", anna)
    assert list(open_tasks(session, instance)) == ["cheap"]


def test_each_item_of_a_multi_instance_is_decided_by_itself(session, anna):
    several = "start s\nrule ask decisionRef=fee each=amounts item=amount output=fees result=fee\nend e\ns -> ask -> e"
    for more in ("", " sequential"):
        instance = begin(
            session, deploy(session, drawing=several.replace("item=", more + " item=")), amounts=[5, 50, 7]
        )
        assert instances.variables(session, instance)["fees"] == ["low", "high", "low"]


def test_a_decision_behind_a_timer_that_fails_is_an_incident_there(office, clock):
    late = "start s\ncatch c timer=PT1H\nrule ask decisionRef=fee\nend e\ns -> c -> ask -> e"
    with office.database.transaction() as session:
        begin(session, deploy(session, "UNIQUE | amount || fee\n | - || amount - 1", late), amount="many")
    clock.move(hours=1)
    timers.fire_due(office.database)
    with office.database.reading() as session:
        assert "Row 1, column “fee”: “many - 1”" in session.scalars(select(Incident)).one().message


def test_a_loop_of_decisions_alone_is_refused(session):
    loop = "start s\nrule ask decisionRef=fee\nxor g\nend e\ns -> ask -> g\ng -> ask if fee = 1\ng -> e default"
    with pytest.raises(DefinitionRefused, match="may turn without end"):
        deploy(session, drawing=loop)


def test_decisions_beyond_number_are_stopped(session, monkeypatch):
    monkeypatch.setattr(decision_tasks, "AT_ONCE", 3)
    several = "start s\nrule ask decisionRef=fee each=amounts item=amount sequential\nend e\ns -> ask -> e"
    definition = deploy(session, drawing=several)
    begin(session, definition, amounts=[1, 2, 3])
    with pytest.raises(engine.BudgetExceeded, match="the number of decisions in one step would exceed 3"):
        begin(session, definition, amounts=[1, 2, 3, 4])


@pytest.mark.parametrize(
    ("files", "said", "reason"),
    [
        ({}, "", "no decision “fee”"),
        ({"fees.dmn": dmn(fees="1")}, "", "no decision “fee”"),
        (
            {"fees.dmn": dmn(fee="UNIQUE | a || fee\n | gold || 1")},
            "",
            "fees.dmn c-1-1: Decision “The fee”, row 1, column “a”",
        ),
        ({"fees.dmn": dmn(fee="UNIQUE | nobody(1) || fee\n | - || 1")}, "", "There is no function nobody()"),
        ({"a.dmn": dmn(fee="1"), "b.dmn": dmn(fee="2")}, "", "Several files hold a decision “fee”: a.dmn, b.dmn"),
        (
            {"fees.dmn": dmn(fee="1")},
            'camunda:decisionRefBinding="version"',
            "A decision table has no version of its own",
        ),
        ({"fees.dmn": dmn(fee="1")}, 'camunda:mapDecisionResult="first"', "There is no mapping of results “first”"),
    ],
)
def test_a_decision_that_cannot_be_asked_is_refused_at_deployment(session, files, said, reason):
    with pytest.raises(DefinitionRefused) as refused:
        definitions.deploy(session, drawn(said=f'camunda:resultVariable="fee" {said}'), files, "eve")
    assert any(reason in str(found.message) for found in refused.value.findings)


def test_a_result_nobody_wants_is_warned_of_and_only_told_in_the_history(session, anna):
    found = lint.lint(drawn(said=""), lint.Known(decisions=["fee"]))
    assert [(each.rule, each.element, each.level) for each in found] == [("decision_result", "ask", Level.WARNING)]
    instance = begin(session, deploy(session, said=""))
    do(session, instance, "open", anna, amount=3)
    assert "fee" not in instances.variables(session, instance)
    assert last(session, instance, "decided", "ask").data["result"] == "low"


def test_a_decision_nearly_named_is_pointed_out(session):
    with pytest.raises(DefinitionRefused) as refused:
        deploy(session, None, **{"fees.dmn": dmn(fees="1")})
    assert [str(found.fix) for found in refused.value.findings] == ["Did you mean “fees”?"]


def test_a_newer_file_takes_the_place_of_those_that_hold_its_decisions():
    old = {"a.dmn": dmn(fee="1", day="2"), "b.dmn": dmn(other="3"), "x.form": b"old"}
    new = {"c.dmn": dmn(fee="4"), "x.form": b"new"}
    assert definitions.laid_over(old, new) == {"b.dmn": old["b.dmn"], **new}
    assert definitions.laid_over(new, {}, {}) == new
    assert definitions.laid_over() == {}


def test_a_folder_brings_its_tables(session, tmp_path):
    (tmp_path / "p.bpmn").write_bytes(drawn())
    (tmp_path / "fees.dmn").write_bytes(dmn(fee=FEE))
    first = definitions.deploy_folder(session, tmp_path, tmp_path / "none", "eve")
    assert list(definitions.resources(session, first[0])) == ["fees.dmn"]
