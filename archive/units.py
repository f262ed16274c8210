"""The directory of units: schools, employers, keepers of other places; who sends, entrusts and receives dossiers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, credit_codes, names, rosters
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved, normalise
from workflow.clock import now
from workflow.db import Base

HEADERS = {
    "code": ("单位编号", "单位代码", "编号"),
    "name": ("单位名称", "名称", "单位"),
    "credit_code": ("统一社会信用代码", "信用代码"),
    "address": ("地址", "单位地址", "通讯地址"),
    "kind": ("单位性质", "单位类型", "类型"),
    "phone": ("联系电话", "电话"),
}


class Unit(Base):
    """A unit (单位). `pinyin` is the reading of the whole name and its initials, for finding it."""

    __tablename__ = "units"
    code: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    credit_code: Mapped[str | None] = mapped_column(columns.code(18), unique=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    pinyin: Mapped[str] = mapped_column(columns.code(1000), default="")
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


def save(session: Session, facts: Row, by: str) -> Outcome:
    """Add the unit with this code, or bring it up to date. Raises Invalid beside the field that is wrong."""
    fresh = _checked(session, facts)
    unit = session.get(Unit, fresh["code"])
    if unit is None:
        session.add(Unit(**fresh, changed_at=now(), changed_by=by))
        session.flush()
        return Outcome.ADDED
    changed = {field: value for field, value in fresh.items() if getattr(unit, field) != value}
    for field, value in changed.items():
        setattr(unit, field, value)
    if not changed:
        return Outcome.SAME
    unit.changed_at, unit.changed_by = now(), by
    session.flush()
    return Outcome.CHANGED


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], by: str) -> list[RowResult]:
    """Save every row (number in the list, facts); one result for each."""
    return rosters.take_all(session, rows, lambda opened, row: save(opened, row, by))


def import_file(session: Session, content: bytes, name: str, by: str) -> list[RowResult]:
    """Save the rows of an .xlsx or .csv file. Raises Invalid when the file cannot be read."""
    return import_rows(session, rosters.read(content, name, HEADERS, ("code", "name")), by)


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
    fresh["pinyin"] = f"{names.reading(fresh['name']).replace(' ', '')} {names.initials(fresh['name'])}"[:1000]
    return fresh


def _refuse_shared(session: Session, fresh: dict[str, str | None]) -> None:
    same = select(Unit.name).where(Unit.credit_code == fresh["credit_code"], Unit.code != fresh["code"])
    if fresh["credit_code"] and (other := session.scalars(same).first()):
        raise wrong("credit_code", "This credit code belongs to {unit} already.", unit=other)
