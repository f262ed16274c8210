"""Verbs for tests of signing together: tasks and people by name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow.world import begin, process
from workflow import instances, signing, tasks
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask
from workflow.statuses import SignerPlace, TaskStatus

SIGNED = "start s\nuser sign each=people item=who assignee=${who} MORE\nend e\ns -> sign -> e"
STEP = "start s\nuser check assignee=anna\nuser file assignee=eve\nend e\ns -> check -> file -> e"


def begun(session: Session, people=("anna", "bob", "carl"), more="", **properties) -> ProcessInstance:
    definition = process(session, SIGNED.replace("MORE", more), sign={"signing": "all", **properties})
    return begin(session, definition, people=list(people))


def step(session: Session, **check: str) -> ProcessInstance:
    """A plain step of anna's, and eve's behind it."""
    return begin(session, process(session, STEP, check=check))


def task_of(session: Session, instance: ProcessInstance, person: str) -> UserTask:
    open_ = (UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN, UserTask.assignee == person)
    return session.scalars(select(UserTask).where(*open_)).one()


def holders(session: Session, instance: ProcessInstance) -> list[str]:
    """Who has an open task, by name."""
    open_ = (UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return sorted(session.scalars(select(UserTask.assignee).where(*open_)))


def vote(session: Session, instance: ProcessInstance, user: User, outcome="agree", key=None, **answers) -> UserTask:
    return tasks.complete(session, task_of(session, instance, user.name), user, answers, outcome, key)


def add(session: Session, instance: ProcessInstance, user: User, to: User, where="beside", reason="更稳妥", **more):
    signing.add(session, task_of(session, instance, user.name), user, to, SignerPlace(where), reason, **more)


def remove(session: Session, instance: ProcessInstance, user: User, who: str, reason="出差", seen_from=None):
    signing.remove(session, task_of(session, instance, seen_from or user.name), user, reason, who)


def result(session: Session, instance: ProcessInstance):
    return instances.variables(session, instance).get("sign_signing")
