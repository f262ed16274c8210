"""Who looks at tasks, as far as it makes a difference: statements are put together and compiled once for each."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from workflow import cases, substitutes
from workflow.identity import Membership, User
from workflow.models import Case
from workflow.substitutes import Standing
from workflow.tasks.rules import tickets


class Reader(NamedTuple):
    """A login, what its person can show to claim a task (rules.tickets), whether they may read every case, in whose
    place they may work (nearly always nobody's), and, if that was asked for, the tickets that look on at something."""

    name: str
    tickets: tuple[str, ...]
    reads_all: bool
    standings: tuple[Standing, ...]
    looking_on: tuple[str, ...] | None = None


def reader_of(session: Session, user: User) -> Reader:
    standings = tuple(substitutes.stands_for(session, user).values())
    return Reader(user.name, tuple(tickets(user)), user.may_everywhere(cases.READ_ALL), standings)


def may_see(reader: Reader) -> ColumnElement[bool]:
    """The condition on user tasks, joined with their cases, that the reader may see one."""
    if reader.reads_all:
        return Case.id.is_not(None)
    seen = [shown_to(reader.name)]
    for standing in reader.standings:
        theirs, kinds = shown_to(standing.principal), standing.condition()
        seen.append(theirs if kinds is None else theirs & kinds)
    return or_(*seen)


def shown_to(name: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that the person with this login may see a case; `name` may be a `bindparam`."""
    return cases.shown_to(select(Membership.group_key).where(Membership.user_name == name), name)
