"""A counter with a morning's work on it: packs to look at and to check, some of them late, with what forms ask."""

from datetime import timedelta

from sqlalchemy import select

from tests.web.desk import button, field, form
from tests.workflow.world import drawn
from workflow import cases, definitions, instances, tasks
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import ProcessDefinition, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

DRAWING = """
    start s
    user look candidateGroups=registry formKey=counter-look dueDate=${due}
    user check candidateGroups=registry,director formKey=counter-check
    end e
    s -> look -> check -> e
"""
FORMS = {
    "counter-look.form": form(
        field("box", "架位", "Place", validate={"required": True}, properties={"label:en": "Place", "kind": "barcode"}),
        field("sender", "寄件单位", "Sender", validate={"required": True, "maxLength": 40}),
        field("remark", "备注", "Remark"),
    ),
    "counter-check.form": form(
        {"type": "textarea", "key": "opinion", "label": "意见", "properties": {"label:en": "Opinion"}},
        button("同意", "Agree", "agree"),
        button("不同意", "Disagree", "refuse"),
    ),
}
NAMES = {
    "counter": {"name:en": "Transfer in"},
    "look": {"name:en": "Look at the pack", "differentFrom": "check"},
    "check": {"name:en": "Check", "differentFrom": "look"},
}
CHINESE = (
    ('<process id="counter"', '<process id="counter" name="档案转入"'),
    ('name="look"', 'name="清点"'),
    ('name="check"', 'name="复核"'),
)
SENDERS = ("第1中学", "第2中学", "第3中学")
WHO = "赵钱孙李周吴郑王冯陈褚卫"
DUE = (-2, -1, 4, 6, 30, 54, 100)  # hours from now, in turn


def deploy(session) -> ProcessDefinition:
    xml = drawn(DRAWING, "counter", **NAMES).decode()
    for plain, named in CHINESE:
        xml = xml.replace(plain, named)
    return definitions.deploy(session, xml.encode(), FORMS, "eve")


def lay(office: Office, count: int, starter: str = "anna", claimed_by: str | None = None) -> list[int]:
    """Task ids of fresh packs, numbered JD1000 on, in the order they were laid down."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
        definition, made = deploy(session), []
        for number in range(count):
            code = f"JD{1000 + number}"
            case = cases.open_case(session, code, f"{WHO[number % len(WHO)]}某{number} · 转入", "counter", starter)
            due = (now() + timedelta(hours=DUE[number % len(DUE)])).isoformat()
            instance = instances.start(session, definition, case, starter, {"due": due, "sender": SENDERS[number % 3]})
            made.append(session.scalars(select(UserTask).where(UserTask.instance_id == instance.id)).one())
        for task in made if claimed_by else ():
            tasks.claim(session, task, session.get_one(User, claimed_by))
        return [task.id for task in made]


def by(office: Office, name: str, verb, task_id: int, *more) -> None:
    """What a colleague does with a task meanwhile."""
    with office.database.transaction() as session:
        verb(session, session.get_one(UserTask, task_id), session.get_one(User, name), *more)


def at_step(office: Office, task_id: int, activity: str) -> int:
    """The open task of this step in the case of that task."""
    with office.database.reading() as session:
        case_id = session.get_one(UserTask, task_id).case_id
        query = select(UserTask.id).where(UserTask.case_id == case_id, UserTask.activity_id == activity)
        return session.scalars(query.where(UserTask.status == TaskStatus.OPEN)).one()
