"""Who leads whom, as far as urging, supervising and reminding need it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.identity import User, above

SUPERVISE = "tasks.supervise"  # the permission of a head over everybody's work: urge, supervise, stop clocks


def of(session: Session, name: str) -> list[str]:
    """The names of the heads of this person: the nearest of their own (users.head) who is here, or else all who may
    supervise."""
    own = next((head for head in above(session, name) if head.active), None)
    if own is not None:
        return [own.name]
    everyone = session.scalars(select(User).where(User.active, User.name != name).order_by(User.name))
    return [each.name for each in everyone if each.may(SUPERVISE)]


def leads(session: Session, user: User, name: str | None) -> bool:
    """Whether the user is a head of this person, however far above; of nobody in particular, whether they may supervise
    all work."""
    if user.may(SUPERVISE):
        return True
    return name is not None and any(head.name == user.name and head.active for head in above(session, name))
