"""Scopes of dossiers (管档范围): of a group that is limited, which dossiers its permissions reach.

A row names any of keeper, kind, level of administration (管理权限) and unit; what it leaves empty may be anything, what
it names must all hold. The rows of a group are alternatives. A group without rows is not limited. A row is never
changed: it is ended and another one added, each by somebody, for a reason. docs/decisions/0016-scope.md
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, parameters, units
from archive.refusals import wrong
from archive.scans import halved, normalise
from archive.statuses import DossierKind
from archive.transfer import keepers
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Conflict, NotAllowed, NotFound
from workflow.identity import Group, User
from workflow.registry import fsck_check
from workflow.separation import MANAGE

FIELDS = ("keeper_code", "kind", "admin_level", "unit")
LONGEST = {"keeper_code": 40, "kind": 30, "admin_level": 60, "unit": 200, "why": 300}
STANDING = text("ended_at IS NULL")


class DossierScope(Base):
    """One part of the dossiers a group reaches; "" (of `kind` none) is anything. `unit` is a name of the directory and
    means the units under it, too."""

    __tablename__ = "dossier_scopes"
    __table_args__ = (
        CheckConstraint("keeper_code || admin_level || unit <> '' OR kind IS NOT NULL", name="names_a_part"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),
        Index("ix_dossier_scopes_standing", "group_key", sqlite_where=STANDING, postgresql_where=STANDING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    group_key: Mapped[str] = mapped_column(ForeignKey("groups.key"), index=True)
    keeper_code: Mapped[str] = mapped_column(columns.code(40), default="")
    kind: Mapped[DossierKind | None] = columns.choice(DossierKind, nullable=True)
    admin_level: Mapped[str] = mapped_column(String(60), default="")
    unit: Mapped[str] = mapped_column(String(200), default="")
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(60))
    ended_why: Mapped[str] = mapped_column(Text, default="")


def of(session: Session, group_keys: Iterable[str]) -> list[DossierScope]:
    """The rows of these groups that stand, oldest first."""
    asked = select(DossierScope).where(DossierScope.group_key.in_(list(group_keys)), DossierScope.ended_at.is_(None))
    return list(session.scalars(asked.order_by(DossierScope.id)))


def history(session: Session, group: Group) -> list[DossierScope]:
    """Every row the group ever had, the latest first."""
    asked = select(DossierScope).where(DossierScope.group_key == group.key)
    return list(session.scalars(asked.order_by(DossierScope.id.desc())))


def find(session: Session, group: Group, scope_id: int) -> DossierScope:
    """A row of this group; raises NotFound."""
    found = session.get(DossierScope, scope_id)
    if found is None or found.group_key != group.key:
        raise NotFound
    return found


def add(session: Session, group: Group, facts: Mapping[str, str], by: User, why: str) -> DossierScope:
    """From now on the group reaches this part: its first row limits it, each further one widens it. `facts`: FIELDS, as
    typed. Raises NotAllowed, Invalid beside the field that is wrong, Conflict when the row stands there already."""
    _require(by, group)
    known = {field: halved(facts.get(field) or "") for field in FIELDS}
    for field, said in {**known, "why": why}.items():
        if len(said) > LONGEST[field]:
            raise wrong(field, "At most {most} characters.", most=LONGEST[field])
    known["keeper_code"] = _keeper(session, known["keeper_code"])
    kind = _kind(known.pop("kind"))
    _require_unit(session, known["unit"])
    if kind is None and not any(known.values()):
        raise wrong("kind", "Name at least one: keeper, kind, level or unit. A group without rows is not limited.")
    if any(_said(row) == {**known, "kind": kind} for row in of(session, [group.key])):
        raise Conflict("This row stands there already.")
    row = DossierScope(group_key=group.key, kind=kind, **known, set_at=now(), set_by=by.name, why=_reason(why))
    session.add(row)
    group.limited = True
    session.flush()
    return row


def end(session: Session, group: Group, row: DossierScope, by: User, why: str) -> None:
    """The group reaches this part no more; when it was its last row, it is not limited any more. Raises NotAllowed,
    Invalid beside `why`, Conflict when it is ended already."""
    _require(by, group)
    if row.ended_at is not None:
        raise Conflict("This row is ended already.")
    row.ended_at, row.ended_by, row.ended_why = now(), by.name, _reason(why)
    session.flush()
    group.limited = bool(of(session, [group.key]))
    session.flush()


def _require(by: User, group: Group) -> None:
    if not by.may(MANAGE):
        raise NotAllowed
    if group.key in by.group_keys:
        raise NotAllowed("Nobody sets the scope of a group they belong to.")


def _reason(why: str) -> str:
    if not halved(why):
        raise wrong("why", "Say why: by which document.")
    return halved(why)


def _keeper(session: Session, typed: str) -> str:
    code = normalise(typed)
    if code and code != parameters.value(session, "keeper_code") and session.get(keepers.Keeper, code) is None:
        raise wrong("keeper_code", "There is no keeper with the code {code}.", code=typed)
    return code


def _kind(typed: str) -> DossierKind | None:
    if typed and typed not in tuple(DossierKind):
        raise wrong("kind", "There is no kind of dossier “{kind}”.", kind=typed)
    return DossierKind(typed) if typed else None


def _require_unit(session: Session, name: str) -> None:
    if name and not units.called(session, name):
        raise wrong("unit", "There is no unit called “{name}” in the directory; write its whole name.", name=name)


def _said(row: DossierScope) -> dict[str, str | None]:
    return {field: getattr(row, field) for field in FIELDS}


@fsck_check("groups_limited")
def _limits(session: Session) -> Iterator[str]:
    """A group is limited exactly when a row of its scope stands: else it sees too much, or nothing."""
    standing = set(session.scalars(select(DossierScope.group_key).where(DossierScope.ended_at.is_(None))))
    for group in session.scalars(select(Group).order_by(Group.key)):
        if group.limited != (group.key in standing):
            yield f"Group {group.key} is {'' if group.limited else 'not '}limited, but its scope says otherwise."
