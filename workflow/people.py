"""People and groups: who may be made, changed, switched off, and by what rules."""

import re
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import passwords, performers, signins
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotFound, sentence
from workflow.identity import Group, User
from workflow.passwords import Hasher

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
GROUP_KEY = re.compile(r"[a-z][a-z0-9_-]{1,39}")
PERMISSIONS = (
    "calendar.keep",
    "cases.read_all",
    "cases.reopen",
    "comments",
    "days.close",
    "definitions.deploy",
    "directory.keep",
    "dossiers.catalogue",
    "dossiers.read",
    "dossiers.shelve",
    "images.check",
    "images.deliver",
    "incidents.retry",
    "instances.cancel",
    "instances.change",
    "instances.move",
    "instances.suspend",
    "loans.manage",
    "packs.import",
    "packs.receive",
    "parameters.manage",
    "persons.keep",
    "policies.manage",
    "readings.oversee",
    "scanning.desk",
    "scanning.read",
    "storage.keep",
    "tasks.assign",
    "tasks.supervise",
    "users.manage",
)


def everyone(session: Session) -> list[User]:
    """All users, those switched off last."""
    return list(session.scalars(select(User).order_by(User.active.desc(), User.name)))


def groups(session: Session) -> list[Group]:
    return list(session.scalars(select(Group).order_by(Group.key)))


def find(session: Session, name: str) -> User:
    """The user with this login; raises NotFound."""
    user = session.get(User, name)
    if user is None:
        raise NotFound("There is no account “{name}”.", name=name)
    return user


def find_group(session: Session, key: str) -> Group:
    """The group with this key; raises NotFound."""
    group = session.get(Group, key)
    if group is None:
        raise NotFound("There is no group “{key}”.", key=key)
    return group


def create(session: Session, name: str, display_name: str, group_keys: Iterable[str], password_hash: str) -> User:
    """A new account, whose password its owner must change first. Raises Invalid naming the field."""
    require_new(session, name, display_name)
    user = User(
        name=name,
        display_name=display_name.strip(),
        password_hash=password_hash,
        password_initial=True,
        created_at=now(),
        groups=_groups(session, group_keys),
    )
    session.add(user)
    session.flush()  # a second one with this login at the same moment fails here
    return user


def require_new(session: Session, name: str, display_name: str) -> None:
    """Raise Invalid unless an account with this login and name could be made."""
    problems = {}
    if not LOGIN.fullmatch(name):
        problems["name"] = [
            sentence("An account name is 2 to 40 small letters, digits, “.”, “-” or “_”, beginning with a letter.")
        ]
    elif session.get(User, name):
        problems["name"] = [sentence("There is already an account “{name}”.", name=name)]
    if not 1 <= len(display_name.strip()) <= 120:
        problems["display_name"] = [sentence("Please give the person's name.")]
    if problems:
        raise Invalid(problems)


def change(session: Session, user: User, display_name: str, group_keys: Iterable[str], by: User) -> None:
    """Another name or other groups. Nobody changes their own groups; somebody must stay who manages people."""
    if not 1 <= len(display_name.strip()) <= 120:
        raise Invalid({"display_name": [sentence("Please give the person's name.")]})
    wanted = _groups(session, group_keys)
    if {group.key for group in wanted} != set(user.group_keys):
        _require_other(user, by)
        left = set(user.group_keys) - {group.key for group in wanted}
        user.groups = wanted
        performers.strand_of(session, group_keys=sorted(left))
    user.display_name = display_name.strip()
    _require_manager(session)


def set_head(session: Session, user: User, head_name: str) -> None:
    """Who oversees this person's work; "" for nobody. Raises Invalid({"head": …}) for somebody who is not here, and
    for a ring."""
    head = session.get(User, head_name) if head_name else None
    if head_name and (head is None or not head.active):
        raise Invalid({"head": [sentence("There is no account “{name}”.", name=head_name)]})
    if head is not None and (head.name == user.name or performers.is_head_of(session, user, head.name, True)):
        told = sentence("{person} cannot be the head of {other}.", person=head.display_name, other=user.display_name)
        raise Invalid({"head": [told]})
    user.head = head.name if head else None


def switch(session: Session, user: User, active: bool, by: User) -> None:
    """Switch an account off (signed out everywhere at once) or on again."""
    _require_other(user, by)
    user.active = active
    if not active:
        signins.revoke_all(session, user.name)
        performers.strand_of(session, [user.name], user.group_keys)
        _require_manager(session)


def reset_password(session: Session, user: User, password_hash: str) -> None:
    """A password set by somebody else: must be changed first; signed out everywhere."""
    user.password_hash, user.password_initial = password_hash, True
    signins.revoke_all(session, user.name)


def change_password(session: Session, user: User, password_hash: str, sign_in_id: int | None) -> None:
    """The owner's own choice; signed out everywhere but in this browser."""
    user.password_hash, user.password_initial = password_hash, False
    signins.revoke_all(session, user.name, but=sign_in_id)


def password_of(hasher: Hasher, password: str, user_name: str) -> str:
    """The hash of a good password; raises Invalid({"password": …}). Slow on purpose: call it outside a transaction."""
    passwords.require_good(password, user_name)
    return hasher.hash(password)


def create_group(session: Session, key: str, name: str, name_en: str, permissions: Iterable[str]) -> Group:
    """A new group; raises Invalid naming the field."""
    problems = {}
    if not GROUP_KEY.fullmatch(key):
        problems["key"] = [
            sentence("A group key is 2 to 40 small letters, digits, “-” or “_”, beginning with a letter.")
        ]
    elif session.get(Group, key):
        problems["key"] = [sentence("There is already a group “{key}”.", key=key)]
    if not 1 <= len(name.strip()) <= 120:
        problems["name"] = [sentence("Please give the group's name.")]
    if problems:
        raise Invalid(problems)
    group = Group(key=key, name=name.strip(), name_en=name_en.strip()[:120], permissions=_known(permissions))
    session.add(group)
    session.flush()  # a second one with this key at the same moment fails here
    return group


def change_group(session: Session, group: Group, name: str, name_en: str, permissions: Iterable[str], by: User) -> None:
    """Another name or other permissions. Nobody changes the permissions of a group of their own."""
    if not 1 <= len(name.strip()) <= 120:
        raise Invalid({"name": [sentence("Please give the group's name.")]})
    wanted = _known(permissions) + [each for each in group.permissions if each not in PERMISSIONS]
    if set(wanted) != set(group.permissions):
        if group.key in by.group_keys:
            raise Conflict("You belong to this group: somebody else must change what it permits.")
        group.permissions = wanted
    group.name, group.name_en = name.strip(), name_en.strip()[:120]
    session.flush()  # the next question reads the database
    _require_manager(session)


def members_count(session: Session) -> dict[str, int]:
    """How many active people each group has."""
    query = select(Group.key, func.count(User.name)).join(User.groups).where(User.active).group_by(Group.key)
    return dict(session.execute(query).all())


def _groups(session: Session, keys: Iterable[str]) -> list[Group]:
    wanted = set(keys)
    found = list(session.scalars(select(Group).where(Group.key.in_(wanted)).order_by(Group.key)))
    missing = sorted(wanted - {group.key for group in found})
    if missing:
        raise Invalid({"groups": [sentence("There is no group “{key}”.", key=", ".join(missing))]})
    return found


def _known(permissions: Iterable[str]) -> list[str]:
    wanted = set(permissions)
    unknown = sorted(wanted - set(PERMISSIONS))
    if unknown:
        said = sentence("There is no permission “{permission}”.", permission=", ".join(unknown))
        raise Invalid({"permissions": [said]})
    return sorted(wanted)


def _require_other(user: User, by: User) -> None:
    if user.name == by.name:
        raise Conflict("This is your own account: somebody else must change its groups or switch it off.")


def _require_manager(session: Session) -> None:
    """Somebody active must stay who may manage people, or nobody could ever be let in again."""
    session.flush()  # the question reads the database
    if not any(user.may("users.manage") for user in everyone(session)):
        raise Conflict("Nobody would be left who may manage people.")
