"""The process that is measured (process.bpmn).

receive → register → complete? → sort → scan → check → good? (back to scan, or on) → two approvals in parallel →
catalogue (machine work) → shelve. Everything is the registry's; anna does it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, instances, jobs, tasks
from workflow.identity import User
from workflow.models import Job, ProcessDefinition, UserTask
from workflow.office import Office
from workflow.registry import Work, service_task
from workflow.statuses import JobStatus, TaskStatus

BPMN = Path(__file__).with_name("process.bpmn").read_bytes()
BEGUN_WITH = {"tracking_no": "SF1234567890", "courier": "顺丰", "pieces": 2}
MACHINE = "catalogue"
WALK = (  # what is done, in this order: activity, answers, outcome
    ("receive", {"received_as": "完好"}, "pass"),
    ("register", {"name": "单雄信", "sex": "1"}, "pass"),
    ("sort", {"sheets": 38}, "pass"),
    ("scan", {"pages": 76}, "pass"),
    ("check", {"remark": "第三页模糊"}, "again"),
    ("scan", {"pages": 77}, "pass"),
    ("check", {"remark": "齐全"}, "pass"),
    ("approve_content", {"content_seen": True}, "agree"),
    ("approve_place", {"place": "K01-02-03"}, "agree"),
    (MACHINE, {}, None),
    ("shelve", {"shelved_as": "K01-02-03-A"}, "pass"),
)


@service_task("bench.catalogue")
def _catalogue(_session: Session, _work: Work) -> Mapping[str, Any]:
    return {"catalogued": "1-1"}


@dataclass(frozen=True)
class Running:
    """An instance of the process."""

    instance_id: int
    case_id: int


def deploy(office: Office, bpmn: bytes = BPMN) -> None:
    with office.database.transaction() as session:
        definitions.deploy(session, bpmn, {}, "eve")


def begin(session: Session, definition: ProcessDefinition) -> Running:
    """A new case with the process running in it."""
    case = cases.open_case(session, f"速度-{uuid4().hex}", "速度", definition.key, "anna")
    instance = instances.start(session, definition, case, "anna", BEGUN_WITH)
    return Running(instance.id, case.id)


def begun(office: Office, number: int) -> list[Running]:
    """So many instances, each waiting for its first person."""
    with office.database.transaction() as session:
        definition = definitions.latest(session, "bench")
        return [begin(session, definition) for _ in range(number)]


def person(office: Office, name: str = "anna") -> User:
    """The person, as a request's session would know them."""
    with office.database.reading() as session:
        found = session.get_one(User, name)
        session.expunge_all()
        return found


def claimed(office: Office, work: Running, activity_id: str, anna: User) -> int:
    """The id of the instance's open task of this activity, which is anna's now."""
    query = select(UserTask).where(
        UserTask.instance_id == work.instance_id,
        UserTask.activity_id == activity_id,
        UserTask.status == TaskStatus.OPEN,
    )
    with office.database.transaction() as session:
        return tasks.claim(session, session.scalars(query).one(), anna).id


def complete(office: Office, task_id: int, anna: User, answers: Mapping[str, Any], outcome: str | None) -> None:
    """What is measured: a transaction of its own, as a request has one, from the task's id to the commit."""
    with office.database.transaction() as session:
        tasks.complete(session, tasks.find(session, task_id, anna), anna, answers, outcome)


def work_off(office: Office) -> None:
    """Let the machine do what waits for it."""
    for job_id in _waiting(office):
        assert jobs.perform(office.database, job_id)


def _waiting(office: Office) -> Iterator[int]:
    with office.database.reading() as session:
        yield from session.scalars(select(Job.id).where(Job.status == JobStatus.WAITING)).all()
