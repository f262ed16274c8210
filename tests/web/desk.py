"""A desk with work on it: a small process with forms, some cases, and what tests ask of pages."""

import json

from sqlalchemy import select

from tests.workflow.world import drawn
from workflow import cases, definitions, instances, tasks
from workflow.identity import User
from workflow.models import ProcessDefinition, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

REVIEW = """
    start s
    user look candidateGroups=registry formKey=desk-look
    user decide candidateGroups=registry,director formKey=desk-decide
    end e
    s -> look -> decide -> e
"""


def form(*components: dict) -> bytes:
    return json.dumps({"type": "default", "schemaVersion": 18, "components": components}).encode()


def field(key: str, label: str, english: str, **more) -> dict:
    return {"type": "textfield", "key": key, "label": label, "properties": {"label:en": english}, **more}


def button(label: str, english: str, outcome: str) -> dict:
    return {"type": "button", "label": label, "properties": {"label:en": english, "outcome": outcome}}


FORMS = {
    "desk-look.form": form(
        field("seen", "所见", "What is seen", validate={"required": True, "maxLength": 20}),
        field("remark", "备注", "Remark"),
    ),
    "desk-decide.form": form(
        field("opinion", "意见", "Opinion"), button("同意", "Agree", "agree"), button("退回", "Send back", "back")
    ),
}
NAMES = {
    "look": {"name:en": "Look at it", "differentFrom": "decide"},
    "decide": {"name:en": "Decide", "differentFrom": "look"},
}


def deploy(session) -> ProcessDefinition:
    xml = (
        drawn(REVIEW, "desk", **NAMES)
        .decode()
        .replace('name="look"', 'name="查看"')
        .replace('name="decide"', 'name="决定"')
    )
    return definitions.deploy(session, xml.encode(), FORMS, "eve")


def begin(session, title: str = "张三 · 1234", key: str = "件1234", **variables) -> UserTask:
    """A case of the small process with its first task; `key` is what a scanner reads."""
    case = cases.open_case(session, f"DESK-{key}", title, "desk", "system")
    cases.add_key(session, case, key)
    instance = instances.start(session, deploy(session), case, "system", {"number": key, **variables})
    return waiting(session, instance.id)[0]


def waiting(session, instance_id: int) -> list[UserTask]:
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.status == TaskStatus.OPEN)
    return list(session.scalars(query.order_by(UserTask.id)))


def put(office: Office, count: int = 1, claimed_by: str | None = None) -> list[int]:
    """Task ids of fresh cases: 张三0 · 件0, 张三1 · 件1 …"""
    made = []
    with office.database.transaction() as session:
        for number in range(count):
            task = begin(session, f"张三{number} · 件{number}", f"件{number}")
            if claimed_by:
                tasks.claim(session, task, session.get_one(User, claimed_by))
            made.append(task.id)
    return made


def stand(office: Office, task_id: int) -> UserTask:
    """The task as it stands now, detached."""
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert task.case.title
        assert task.definition.key
        session.expunge_all()
        return task
