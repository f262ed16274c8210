"""Who holds a permission: the groups that give it and the people in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.identity import Group, User, members


@dataclass(frozen=True)
class Holders:
    """`people` are active, by display name; `groups` those by which they hold it."""

    groups: tuple[Group, ...]
    people: tuple[User, ...]


def of_permission(session: Session, permission: str) -> Holders:
    """Who may do what takes this permission."""
    found = session.scalars(select(Group).order_by(Group.key))
    return of_groups(session, [each for each in found if {permission, "*"} & set(each.permissions)])


def of_groups(session: Session, groups: Iterable[Group]) -> Holders:
    """The groups with their people."""
    found = tuple(groups)
    return Holders(found, tuple(members(session, [each.key for each in found])))
