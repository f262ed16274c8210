"""The cast of every test: people you know.

anna and bob are colleagues at the registry; carl belongs to no group; dora is the director and may everything;
eve runs the office's computers. Everyone's password is PASSWORD.
"""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from workflow.identity import Group, User

PASSWORD = "correct horse 7 籍"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

GROUPS = {
    "registry": ("档案室", "Registry", []),
    "director": ("主任", "Director", ["*"]),
    "admin": ("系统管理", "Administration", ["users.manage", "definitions.deploy", "incidents.retry"]),
}
PEOPLE = {
    "anna": ("安娜", ["registry"]),
    "bob": ("鲍勃", ["registry"]),
    "carl": ("卡尔", []),
    "dora": ("朵拉", ["director"]),
    "eve": ("伊芙", ["admin"]),
}

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # safety costs time tests do not have
_hash = QUICK.hash(PASSWORD)


def add_all(session: Session) -> None:
    """Add the groups and people to an office that has none."""
    groups = {
        key: Group(key=key, name=name, name_en=english, permissions=permissions)
        for key, (name, english, permissions) in GROUPS.items()
    }
    session.add_all(groups.values())
    session.flush()  # groups without people are kept too
    for name, (display_name, keys) in PEOPLE.items():
        members = [groups[key] for key in keys]
        session.add(User(name=name, display_name=display_name, password_hash=_hash, created_at=SINCE, groups=members))
