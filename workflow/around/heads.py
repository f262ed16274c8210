"""Who leads whom, as far as urging, supervising and reminding need it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.identity import User

SUPERVISE = "tasks.supervise"  # the permission of a head over everybody's work: urge, supervise, stop clocks


def of(session: Session, name: str) -> list[str]:
    """The names of the active heads of this person: their own (users.head), or else all who may supervise."""
    person = session.get(User, name)
    own = session.get(User, person.head) if person is not None and person.head else None
    if own is not None and own.active:
        return [own.name]
    everyone = session.scalars(select(User).where(User.active, User.name != name).order_by(User.name))
    return [each.name for each in everyone if each.may(SUPERVISE)]


def leads(session: Session, user: User, name: str | None) -> bool:
    """Whether the user is a head of this person; of nobody in particular, whether they may supervise all work."""
    if user.may(SUPERVISE):
        return True
    person = session.get(User, name) if name else None
    return person is not None and person.head == user.name
