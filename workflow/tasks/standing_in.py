"""When a substitution is over, what the substitute still holds in the principal's place goes back by itself."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import history, performers, substitutes
from workflow.clock import now
from workflow.db import Database
from workflow.identity import User
from workflow.models import Substitution, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.hands import give, tell

AT_ONCE = 100  # substitutions looked at in one round


def settle_ended(database: Database) -> int:
    """Settle the substitutions that are over, each in its own transaction; how many tasks went back."""
    over = or_(Substitution.ended_at.is_not(None), Substitution.ends_at <= now())
    with database.reading() as session:
        query = select(Substitution.id).where(Substitution.settled.is_(False), over)
        ended = list(session.scalars(query.order_by(Substitution.id).limit(AT_ONCE)))
    return sum(_settle_one(database, each) for each in ended)


def _settle_one(database: Database, substitution_id: int) -> int:
    with database.transaction() as session:
        return settle(session, session.get_one(Substitution, substitution_id))


def settle(session: Session, substitution: Substitution) -> int:
    """Give back what the substitute still holds in the principal's place and may not do any more; how many tasks."""
    substitute = session.get_one(User, substitution.substitute)
    still = substitutes.stands_for(session, substitute).get(substitution.principal)
    held = select(UserTask).where(
        UserTask.assignee == substitute.name,
        UserTask.on_behalf_of == substitution.principal,
        UserTask.status == TaskStatus.OPEN,
    )
    found = [
        task
        for task in session.scalars(held.order_by(UserTask.case_id, UserTask.id))
        if still is None or not still.covers(task.process_key, task.activity_id)
    ]
    for task in found:
        _give_back(session, task, session.get_one(User, substitution.principal))
    substitution.settled = True
    return len(found)


def go_home(session: Session, task: UserTask) -> None:
    """Give the task back at once if its holder no longer stands in for whom it is done: when a delegate gives it back
    to a substitute whose time is over, say."""
    if task.assignee is None or task.on_behalf_of is None:
        return
    standing = substitutes.stands_for(session, session.get_one(User, task.assignee)).get(task.on_behalf_of)
    if standing is None or not standing.covers(task.process_key, task.activity_id):
        _give_back(session, task, session.get_one(User, task.on_behalf_of))


def _give_back(session: Session, task: UserTask, principal: User) -> None:
    """To the principal; when that one has left, to whom the model names for such tasks."""
    history.hold(session, task.case_id)
    before = task.assignee
    if give(session, task, UserTask.assignee == before, principal.name if principal.active else None):
        told = {"before": before, "to": principal.name, "on_behalf_of": principal.name}
        tell(session, task, history.SYSTEM, "returned", **told)
        performers.rescue(session, task)
