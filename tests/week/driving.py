"""A case of one's own brought to a certain step, through HTTP: what a fault is planted in."""

from sqlalchemy import select

from tests.week import leading, moves
from tests.week.eye import Seen
from tests.week.office import Office
from workflow import tasks
from workflow.models import Case, ProcessInstance, Subscription, UserTask
from workflow.statuses import TaskStatus


def begin(office: Office, key: str, subject: str = "") -> int:
    """A fresh case of this process; its id."""
    desk = office.desks[office.chance.choice(office.clerks())]
    before = set(office.ledger.begun)
    leading.start(desk, key, subject=subject)
    (business_key,) = set(office.ledger.begun) - before
    office.rest()
    with office.database.reading() as session:
        return session.scalars(select(Case.id).where(Case.business_key == business_key)).one()


def step(office: Office, case_id: int, activity: str) -> list[Seen]:
    """The open tasks of the case at this step."""
    with office.database.reading() as session:
        open_ = (UserTask.case_id == case_id, UserTask.activity_id == activity, UserTask.status == TaskStatus.OPEN)
        found = session.scalars(select(UserTask).where(*open_).order_by(UserTask.id))
        return [
            Seen(each.id, case_id, each.instance_id, each.process_key, activity, each.kind, each.assignee, None)
            for each in found
        ]


def who_may(office: Office, task: Seen) -> list[str]:
    """Who is here and could do it."""
    with office.database.reading() as session:
        possible = tasks.possible_performers(session, session.get_one(UserTask, task.id))
        return [each.name for each in possible if each.name in office.desks and each.name not in office.gone]


def drive(office: Office, case_id: int, *activities: str) -> None:
    """Have these steps done, one after the other, by who may do them."""
    for activity in activities:
        for task in step(office, case_id, activity):
            who = task.assignee or who_may(office, task)[0]
            if task.assignee is None:
                moves.take(office.desks[who], task)
            moves.finish(office.desks[who], task, "agree")
        office.rest()


def write(office: Office, case_id: int) -> None:
    """The letter this case waits for comes."""
    with office.database.reading() as session:
        mine = select(ProcessInstance.id).where(ProcessInstance.case_id == case_id)
        ref = session.scalars(select(Subscription.correlation_key).where(Subscription.instance_id.in_(mine))).one()
    desk = office.desks[office.chance.choice(office.clerks())]
    before = set(office.ledger.begun)
    leading.start(desk, "week-letter", ref)
    (business_key,) = set(office.ledger.begun) - before
    with office.database.reading() as session:
        letter = session.scalars(select(Case.id).where(Case.business_key == business_key)).one()
    drive(office, letter, "read")


def instance_of(office: Office, case_id: int, key: str) -> int:
    """The id of the case's process with this key."""
    with office.database.reading() as session:
        found = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case_id))
        return next(each.id for each in found if each.definition.key == key)
