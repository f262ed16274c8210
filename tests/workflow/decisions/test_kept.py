"""What is kept of decisions, on both databases: the history, the version of the table, incidents."""

import pytest
from sqlalchemy import select

from tests.workflow.decisions.asking import DEARER, FEE, deploy
from tests.workflow.world import begin, do, last, open_tasks, told, work
from workflow import incidents
from workflow.models import Incident, ProcessInstance
from workflow.statuses import IncidentStatus

pytestmark = pytest.mark.usefixtures("clock")


def test_the_history_tells_what_was_asked_which_rows_hit_and_what_came_out(session, anna):
    instance = begin(session, deploy(session))
    do(session, instance, "open", anna, amount=12)

    decided = last(session, instance, "decided", "ask")
    assert decided.actor == "system"
    assert decided.data == {
        "decision": "fee",
        "result": "high",
        "asked": {
            "fee": {
                "inputs": {"amount": 12},
                "rows": [{"row": 2, "rule": "row-2", "outputs": {"fee": "high"}}],
                "result": "high",
            }
        },
    }
    kinds = [(kind, activity) for kind, activity in told(session, instance) if activity == "ask"]
    assert kinds == [("entered", "ask"), ("decided", "ask"), ("completed", "ask")]


def test_a_running_instance_keeps_its_table_and_the_next_gets_the_new_one(session, anna):
    old = begin(session, deploy(session, FEE))
    new_version = deploy(session, DEARER)
    new = begin(session, new_version)
    for instance in (old, new):
        do(session, instance, "open", anna, amount=50)

    assert new_version.version == 2
    assert list(open_tasks(session, old)) == ["dear"]
    assert list(open_tasks(session, new)) == ["cheap"]


def test_two_rows_that_hit_undo_the_step_and_open_an_incident(office, anna):
    with office.database.transaction() as session:
        instance = begin(session, deploy(session, 'UNIQUE | amount || fee\n | < 10 || "low"\n | < 20 || "high"'))
        instance_id = instance.id
    with pytest.raises(incidents.CannotGoOn, match="“ask” gets no answer: Decision “The fee”: Only one row may hit"):
        with office.database.transaction() as session:
            do(session, session.get_one(ProcessInstance, instance_id), "open", anna, amount=5)

    with office.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.activity_id, incident.status) == ("ask", IncidentStatus.OPEN)
        assert "rows 1, 2" in incident.message
        assert list(open_tasks(session, session.get_one(ProcessInstance, instance_id))) == ["open"]
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, instance_id), "open", anna, amount=15)


def test_a_decision_leaves_no_work_behind(office, anna):
    with office.database.transaction() as session:
        instance = begin(session, deploy(session))
        do(session, instance, "open", anna, amount=1)
    assert work(office) == 0
