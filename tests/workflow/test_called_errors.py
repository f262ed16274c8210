"""A BPMN error of machine work in a called process goes up to the caller that catches it, however far."""

import pytest
from sqlalchemy import select

from tests.workflow.world import begin, only_job, open_tasks, process, work
from workflow import registry
from workflow.errors import BpmnError
from workflow.models import Incident, ProcessInstance
from workflow.statuses import InstanceStatus, JobStatus

pytestmark = pytest.mark.usefixtures("clock", "refusing")
OUTER = "start s\ncall c calls={called}\nuser z\nend e\ns -> c -> z -> e\n"
CATCH = "boundary b on=c error=REFUSED\nuser sorry\nb -> sorry\n"
MIDDLE = "start s\ncall c calls=inner\nend e\ns -> c -> e"
INNER = "start s\nand g\nservice push topic=test.push\nuser beside\ns -> g -> push\ng -> beside\n"


@pytest.fixture
def refusing(monkeypatch):
    """The work of test.push always ends with the error REFUSED."""

    def push(session, work):
        raise BpmnError("REFUSED")

    monkeypatch.setitem(registry.service_tasks, "test.push", push)


def played(office, **drawings):
    """Deploy the processes and begin the first once machines have done what they can; the ids of its instances."""
    with office.database.transaction() as session:
        deployed = [process(session, drawing, key=key) for key, drawing in reversed(drawings.items())]
        begin(session, deployed[-1])
    work(office)
    with office.database.reading() as session:
        return list(session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)))


def seen(office, instance_id):
    """(status, open tasks) of an instance."""
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        return instance.status, list(open_tasks(session, instance))


def test_the_caller_catches_it_and_the_called_process_is_over(office):
    outer, inner = played(office, outer=OUTER.format(called="inner") + CATCH, inner=INNER)

    assert seen(office, outer) == (InstanceStatus.RUNNING, ["sorry"])
    assert seen(office, inner) == (InstanceStatus.COMPLETED, [])
    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.DONE


def test_it_goes_through_callers_that_do_not_catch_it(office):
    outer, middle, inner = played(office, outer=OUTER.format(called="middle") + CATCH, middle=MIDDLE, inner=INNER)

    assert seen(office, outer) == (InstanceStatus.RUNNING, ["sorry"])
    assert seen(office, middle)[0] is seen(office, inner)[0] is InstanceStatus.COMPLETED


def test_where_nobody_catches_it_nothing_has_happened_but_an_incident(office):
    outer, inner = played(office, outer=OUTER.format(called="inner"), inner=INNER)

    assert seen(office, outer) == (InstanceStatus.RUNNING, [])
    assert seen(office, inner) == (InstanceStatus.RUNNING, ["beside"])
    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.FAILED
        assert "REFUSED" in session.scalars(select(Incident)).one().message


def test_another_error_is_not_this_one(office):
    outer, inner = played(office, outer=OUTER.format(called="inner") + CATCH.replace("REFUSED", "LATE"), inner=INNER)

    assert seen(office, inner) == (InstanceStatus.RUNNING, ["beside"])
    assert seen(office, outer) == (InstanceStatus.RUNNING, [])
