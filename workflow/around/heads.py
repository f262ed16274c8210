"""Who leads whom, as far as urging, supervising and reminding need it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.identity import User

SUPERVISE = "tasks.supervise"  # the permission of a head over everybody's work: urge, supervise, stop clocks


def of(session: Session, name: str) -> list[str]:
    """The names of the heads of this person: the nearest of their own (users.head) who is here, or else all who may
    supervise."""
    own = next(_above(session, name), None)
    if own is not None:
        return [own.name]
    everyone = session.scalars(select(User).where(User.active, User.name != name).order_by(User.name))
    return [each.name for each in everyone if each.may(SUPERVISE)]


def leads(session: Session, user: User, name: str | None) -> bool:
    """Whether the user is a head of this person, however far above; of nobody in particular, whether they may supervise
    all work."""
    if user.may(SUPERVISE):
        return True
    return name is not None and any(head.name == user.name for head in _above(session, name))


def _above(session: Session, name: str) -> Iterator[User]:
    """A person's head, that one's head, and so on; who has left is stepped over."""
    seen, person = {name}, session.get(User, name)
    while person is not None and person.head is not None and person.head not in seen:
        seen.add(person.head)
        person = session.get(User, person.head)
        if person is not None and person.active:
            yield person
