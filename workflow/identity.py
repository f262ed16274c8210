"""Who people are: users, groups, and what a group permits."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from workflow.db import Base


class Group(Base):
    """A role people hold together. A candidate group of a task names one by its key."""

    __tablename__ = "groups"
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    permissions: Mapped[list[Any]] = mapped_column(default=list)
    limited: Mapped[bool] = mapped_column(default=False, server_default=false())  # what it permits reaches a part only


class Membership(Base):
    __tablename__ = "memberships"
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    group_key: Mapped[str] = mapped_column(ForeignKey("groups.key"), primary_key=True, index=True)


class User(Base):
    """A person who signs in. `name` is the login, never changed and never re-used; people read `display_name`."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(10), default="zh")
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    password_initial: Mapped[bool] = mapped_column(default=False)  # set by someone else; must be changed first
    created_at: Mapped[datetime]
    head: Mapped[str | None] = mapped_column(ForeignKey("users.name"), index=True)  # whose work this is to oversee
    stands_in_until: Mapped[datetime | None]  # not before the last substitution in which this person stands in ends
    groups: Mapped[list[Group]] = relationship(secondary="memberships", lazy="selectin", order_by=Group.key)

    @property
    def group_keys(self) -> list[str]:
        return [group.key for group in self.groups]

    def may(self, permission: str) -> bool:
        """Whether one of the user's groups permits it; "*" permits everything."""
        return bool(self.permitted_by(permission))

    def permitted_by(self, permission: str) -> list[Group]:
        """The user's groups that permit it; none for somebody who is switched off."""
        return [group for group in self.groups if self.active and {permission, "*"} & set(group.permissions)]

    def may_everywhere(self, permission: str) -> bool:
        """Whether one of the user's groups permits it for the whole office, not for a part of it only."""
        return any(not group.limited for group in self.permitted_by(permission))


def members(session: Session, group_keys: Iterable[str]) -> list[User]:
    """The active people of any of these groups, by display name."""
    query = (
        select(User)
        .join(Membership, Membership.user_name == User.name)
        .where(Membership.group_key.in_(list(group_keys)), User.active)
        .order_by(User.display_name)
        .distinct()
    )
    return list(session.scalars(query))


def above(session: Session, name: str | None) -> Iterator[User]:
    """A person's head, that one's head, and so on, also those who have left; a circle ends where it closes."""
    person = session.get(User, name) if name else None
    met: set[str] = set()
    while person is not None and person.head and person.head not in met | {person.name}:
        met.add(person.name)
        person = session.get(User, person.head)
        if person is not None:
            yield person


def called(session: Session, name: str | None) -> str:
    """What people call the person with this login; the login itself when nobody has it."""
    found = session.get(User, name) if name else None
    return found.display_name if found else name or ""
