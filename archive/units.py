"""The directory of units: schools, employers, keepers of other places; who sends, entrusts and receives dossiers.

A tree: each unit may belong to another. A closed one is offered no more and stays in the directory.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, credit_codes, directory_history, names, rosters
from archive.directory_history import Directory
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved, normalise
from workflow.clock import now
from workflow.db import Base
from workflow.errors import NotFound

HEADERS = {
    "code": ("单位编号", "单位代码", "编号"),
    "name": ("单位名称", "名称", "单位"),
    "credit_code": ("统一社会信用代码", "信用代码"),
    "address": ("地址", "单位地址", "通讯地址"),
    "kind": ("单位性质", "单位类型", "类型"),
    "phone": ("联系电话", "电话"),
    "parent_code": ("上级单位编号", "上级编号", "主管单位编号"),
}
NEEDED = ("code", "name")
DEEPEST = 12  # levels of the tree


class Unit(Base):
    """A unit (单位). `pinyin` is the reading of the whole name and its initials, for finding it."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("parent_code <> code", name="not_under_itself"),
        CheckConstraint("closed_on IS NULL OR NOT active", name="closed_is_not_active"),
    )
    code: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    credit_code: Mapped[str | None] = mapped_column(columns.code(18), unique=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    pinyin: Mapped[str] = mapped_column(columns.code(1000), default="")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    closed_on: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


def save(session: Session, facts: Row, by: str, why: str = "") -> Outcome:
    """Add the unit with this code, or bring it up to date; what it said before is kept. Raises Invalid beside the field
    that is wrong."""
    fresh = _checked(session, facts)
    unit = session.get(Unit, fresh["code"])
    if unit is None:
        session.add(Unit(**fresh, changed_at=now(), changed_by=by))
        session.flush()
        directory_history.added(session, Directory.UNIT, str(fresh["code"]), by, why)
        return Outcome.ADDED
    changed = directory_history.write(session, Directory.UNIT, unit, fresh, by, why)
    return Outcome.CHANGED if changed else Outcome.SAME


def close(session: Session, unit: Unit, on: date, by: str, why: str) -> None:
    """The unit is no more since that day: offered nowhere, kept in the directory. Raises Invalid beside `why`, or when
    units under it are open."""
    _reason(why)
    open_ones = select(Unit.name).where(Unit.parent_code == unit.code, Unit.active).order_by(Unit.pinyin)
    if under := session.scalars(open_ones).first():
        raise wrong("closed_on", "{unit} belongs to it: close that first, or let it belong to another.", unit=under)
    directory_history.write(session, Directory.UNIT, unit, {"active": False, "closed_on": on}, by, why.strip())


def reopen(session: Session, unit: Unit, by: str, why: str) -> None:
    """It was closed by mistake, or is there again."""
    _reason(why)
    directory_history.write(session, Directory.UNIT, unit, {"active": True, "closed_on": None}, by, why.strip())


def named(session: Session, code: str) -> Unit:
    """The unit with this code, closed or not; raises NotFound."""
    found = session.get(Unit, normalise(code))
    if found is None:
        raise NotFound
    return found


def is_known(session: Session, code: str) -> bool:
    """Whether there is a unit with this code, closed or not."""
    return session.get(Unit, normalise(code)) is not None


def called(session: Session, name: str) -> list[Unit]:
    """The units of exactly this name, closed or not."""
    return list(session.scalars(select(Unit).where(Unit.name == name).order_by(Unit.code)))


def names_under(session: Session, name: str) -> list[str]:
    """The name and those of all units that belong to a unit called so, however deep; closed ones, too. Just the name
    when the directory knows none."""
    top = select(Unit.code, Unit.name).where(Unit.name == name).cte("belonging", recursive=True)
    below = select(Unit.code, Unit.name).join(top, Unit.parent_code == top.c.code)
    found = session.scalars(select(top.union(below).c.name))
    return sorted({name, *found})


def under(session: Session, unit: Unit) -> list[Unit]:
    """The units that belong to it, closed ones last."""
    asked = select(Unit).where(Unit.parent_code == unit.code)
    return list(session.scalars(asked.order_by(Unit.active.desc(), Unit.pinyin, Unit.code)))


def tree(session: Session, closed: bool = False) -> list[tuple[Unit, int]]:
    """Every unit with its depth, each below the one it belongs to; the open ones, or with the `closed`. One whose
    superior is not listed stands at the top."""
    asked = select(Unit) if closed else select(Unit).where(Unit.active)
    listed = list(session.scalars(asked.order_by(Unit.pinyin, Unit.code)))
    codes = {unit.code for unit in listed}
    under: dict[str | None, list[Unit]] = {}
    for unit in listed:
        under.setdefault(unit.parent_code if unit.parent_code in codes else None, []).append(unit)
    return list(_walk(under, None, 0))


def _walk(under: dict[str | None, list[Unit]], code: str | None, depth: int) -> Iterator[tuple[Unit, int]]:
    for unit in under.get(code, ()) if depth < DEEPEST else ():
        yield unit, depth
        yield from _walk(under, unit.code, depth + 1)


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], by: str) -> list[RowResult]:
    """Save every row (number in the list, facts); one result for each."""
    return rosters.take_all(session, rows, lambda opened, row: save(opened, row, by))


def import_file(session: Session, content: bytes, name: str, by: str) -> list[RowResult]:
    """Save the rows of an .xlsx or .csv file. Raises Invalid when the file cannot be read."""
    return import_rows(session, rosters.read(content, name, HEADERS, NEEDED), by)


def find(session: Session, asked: str, limit: int = 20) -> list[Unit]:
    """Units by any part of the name, by pinyin or initials from the beginning of the name, by code or credit code."""
    text = halved(asked)
    if not text:
        return []
    sound = text.replace(" ", "").lower()
    fits = or_(
        Unit.name.contains(text, autoescape=True),
        Unit.code == normalise(text),
        Unit.credit_code == normalise(text),
        Unit.pinyin.startswith(sound, autoescape=True),
        Unit.pinyin.contains(" " + sound, autoescape=True),
    )
    return list(session.scalars(select(Unit).where(Unit.active, fits).order_by(Unit.pinyin, Unit.code).limit(limit)))


def _checked(session: Session, facts: Row) -> dict[str, str | None]:
    given = {field: facts[field] for field in HEADERS if facts.get(field) is not None}
    fresh: dict[str, str | None] = {field: halved(str(value)) for field, value in given.items()}
    fresh["code"] = normalise(fresh.get("code") or "")
    if not fresh["code"]:
        raise wrong("code", "A unit needs a code.")
    if not fresh.get("name"):
        raise wrong("name", "A unit needs a name.")
    if "credit_code" in fresh:
        fresh["credit_code"] = credit_codes.check(fresh["credit_code"]) if fresh["credit_code"] else None
        _refuse_shared(session, fresh)
    if "parent_code" in fresh:
        fresh["parent_code"] = normalise(fresh["parent_code"] or "") or None
        _refuse_circle(session, fresh)
    fresh["pinyin"] = f"{names.reading(fresh['name']).replace(' ', '')} {names.initials(fresh['name'])}"[:1000]
    return fresh


def _refuse_shared(session: Session, fresh: dict[str, str | None]) -> None:
    same = select(Unit.name).where(Unit.credit_code == fresh["credit_code"], Unit.code != fresh["code"])
    if fresh["credit_code"] and (other := session.scalars(same).first()):
        raise wrong("credit_code", "This credit code belongs to {unit} already.", unit=other)


def _refuse_circle(session: Session, fresh: dict[str, str | None]) -> None:
    above, level = fresh["parent_code"], 1
    if above and session.get(Unit, above) is None:
        raise wrong("parent_code", "There is no unit with the code {code}.", code=above)
    while above:
        level += 1
        if above == fresh["code"] or level > DEEPEST:
            raise wrong("parent_code", "A unit cannot belong to itself or to a unit under it.")
        found = session.get(Unit, above)
        above = found.parent_code if found else None


def _reason(why: str) -> None:
    if not why.strip():
        raise wrong("why", "Say why: by which document.")
