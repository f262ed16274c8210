"""What lint may know of the office: its groups and people, who belongs where, and the policies of the security role."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.identity import Group, Membership, User
from workflow.models import Policy


def known(session: Session) -> dict[str, Any]:
    """As fields of lint.Known: groups, users, group_names, people, members, policies."""
    groups = session.execute(select(Group.key, Group.name, Group.name_en).order_by(Group.key)).all()
    people = dict(session.execute(select(User.name, User.display_name).where(User.active)).all())
    return {
        "groups": {row.key for row in groups},
        "users": set(people),
        "group_names": {row.key: (row.name, row.name_en) for row in groups},
        "people": people,
        "members": _members(session, set(people)),
        "policies": _policies(session),
    }


def _members(session: Session, active: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in session.execute(select(Membership.group_key, Membership.user_name).order_by(Membership.user_name)):
        if row.user_name in active:
            found.setdefault(row.group_key, []).append(row.user_name)
    return found


def _policies(session: Session) -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for policy in session.scalars(select(Policy).where(Policy.dropped_at.is_(None)).order_by(Policy.id)):
        found.setdefault(policy.process_key, []).append((policy.element, policy.kind, policy.value))
    return found
