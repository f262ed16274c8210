"""A process whose saved state is damaged: whoever meets it in the browser is told, and every page still opens."""

import pytest
from sqlalchemy import select, update

from tests.web import desk
from tests.workflow.world import open_tasks
from workflow import tasks
from workflow.identity import User
from workflow.models import Incident, ProcessInstance, UserTask
from workflow.statuses import TaskStatus


def put(office, instance_id, state):
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(state=state))


@pytest.mark.parametrize("fault", [b"", b"noise", b"JL\x02" + b"x" * 90])
def test_a_person_at_a_broken_process_gets_a_sentence_and_no_500(office, clock, signed_in, fault):
    (task_id,) = desk.put(office, claimed_by="anna")
    with office.database.reading() as session:
        instance_id, case_id = session.execute(
            select(UserTask.instance_id, UserTask.case_id).where(UserTask.id == task_id)
        ).one()
    put(office, instance_id, fault)
    anna = signed_in("anna")

    answer = anna.post(f"/tasks/{task_id}/completion", data={"seen": "完好", "request_key": "k"})
    assert answer.status_code == 409
    with office.database.reading() as session:
        assert len(session.scalars(select(Incident)).all()) == 1
    for page in (f"/tasks/{task_id}", f"/cases/{case_id}", "/inbox", "/incidents"):
        assert anna.get(page).status_code in (200, 303, 403), page
    with office.database.reading() as session:
        assert tasks.find(session, task_id, session.get_one(User, "anna")).status is TaskStatus.OPEN
        assert open_tasks(session, session.get_one(ProcessInstance, instance_id))
