"""What people of the office are told in the product: a list for each person, the unread ones counted at the bell."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session, joinedload

from workflow import history
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import PersonalNotice, UserTask
from workflow.statuses import NoticeKind

COUNTED_TO = 100  # there the bell stops: "99+"
SHOWN = 50


def tell(
    session: Session,
    people: Iterable[str],
    kind: NoticeKind,
    case_id: int,
    task: UserTask | None = None,
    by: str = history.SYSTEM,
    said: str = "",
    key: str | None = None,
    **facts: Any,
) -> list[str]:
    """Tell these people (names), save whoever does it and who is no longer active; returns whom.

    With a `key`, nobody is told the same thing a second time.
    """
    wanted = {name for name in people if name != by}
    active = select(User.name).where(User.name.in_(wanted), User.active).order_by(User.name)
    told = list(session.scalars(active)) if wanted else []
    of = {"kind": kind, "case_id": case_id, "task_id": task.id if task else None, "by": by}
    more = {"said": said, "facts": facts, "key": key, "told_at": now()}
    if told:
        rows = [{"user_name": name, **of, **more} for name in told]
        session.execute(insert(PersonalNotice).values(rows).on_conflict_do_nothing())
    return told


def unread(session: Session, user: User) -> int:
    """How many notices the user has not read, up to COUNTED_TO."""
    few = _of(user).with_only_columns(PersonalNotice.id).where(PersonalNotice.read_at.is_(None)).limit(COUNTED_TO)
    return session.scalar(select(func.count()).select_from(few.subquery())) or 0


def of(session: Session, user: User, before: int | None = None) -> list[PersonalNotice]:
    """The user's notices, latest first, SHOWN at once; `before` is the id of the last one seen."""
    query = _of(user).options(joinedload(PersonalNotice.case), joinedload(PersonalNotice.task))
    if before is not None:
        query = query.where(PersonalNotice.id < before)
    return list(session.scalars(query.order_by(PersonalNotice.id.desc()).limit(SHOWN)))


def read(session: Session, user: User, notice_id: int) -> PersonalNotice:
    """The user has read this notice; NotFound when it is not theirs."""
    found = session.scalar(_of(user).where(PersonalNotice.id == notice_id))
    if found is None:
        raise NotFound
    if found.read_at is None:
        found.read_at = now()
    return found


def read_all(session: Session, user: User) -> int:
    """The user has read all of them; how many were unread."""
    mine = (PersonalNotice.user_name == user.name, PersonalNotice.read_at.is_(None))
    return session.execute(update(PersonalNotice).where(*mine).values(read_at=now())).rowcount


def _of(user: User) -> Select[tuple[PersonalNotice]]:
    return select(PersonalNotice).where(PersonalNotice.user_name == user.name)
