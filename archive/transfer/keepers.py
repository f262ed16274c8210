"""Who may ask for a dossier and be sent one: the list of keepers with authority (domain §2.1, §10.7 O1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, directory_history, rosters
from archive.directory_history import Directory
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved, normalise
from workflow.clock import now
from workflow.db import Base
from workflow.errors import NotFound

HEADERS = {
    "code": ("存档机构编号", "机构编号", "机构代码"),
    "name": ("存档机构", "机构名称", "名称"),
    "address": ("机要地址", "地址"),
    "post_code": ("邮编", "邮政编码"),
    "phone": ("联系电话", "电话"),
    "inside": ("本院机构", "本系统机构"),  # 是: an office of this house
}
FIELDS = tuple(field for field in HEADERS if field != "inside")
NEEDED = ("code", "name")
INSIDE = ("是", "1", "True", "true", "yes")


class Keeper(Base):
    """A keeper with authority over dossiers. `inside`: an office of this house, reached by message and by hand."""

    __tablename__ = "transfer_keepers"
    code: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    address: Mapped[str] = mapped_column(String(300), default="")  # where confidential post goes
    post_code: Mapped[str] = mapped_column(String(10), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    inside: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


def save(session: Session, facts: Mapping[str, Any], by: str, why: str = "") -> Outcome:
    """Add the keeper with this code, or bring it up to date; what it said before is kept. Raises Invalid beside the
    field that is wrong."""
    fresh: dict[str, Any] = {field: halved(str(facts.get(field) or "")) for field in FIELDS}
    fresh["code"] = normalise(fresh["code"])
    for field, said in (("code", "A keeper needs a code."), ("name", "A keeper needs a name.")):
        if not fresh[field]:
            raise wrong(field, said)
    same = select(Keeper.code).where(Keeper.name == fresh["name"], Keeper.code != fresh["code"])
    if other := session.scalars(same).first():
        raise wrong("name", "This is the name of keeper {code} already.", code=other)
    if facts.get("inside") is not None:
        fresh["inside"] = str(facts["inside"]).strip() in INSIDE
    known = session.get(Keeper, fresh["code"])
    if known is not None:
        changed = directory_history.write(session, Directory.KEEPER, known, fresh, by, why)
        return Outcome.CHANGED if changed else Outcome.SAME
    session.add(Keeper(**fresh, changed_at=now(), changed_by=by))
    session.flush()
    directory_history.added(session, Directory.KEEPER, str(fresh["code"]), by, why)
    return Outcome.ADDED


def switch(session: Session, keeper: Keeper, active: bool, by: str, why: str) -> None:
    """An office without authority any more is offered no more and gets no letters; it stays in the list. Raises Invalid
    beside `why`."""
    if not why.strip():
        raise wrong("why", "Say why: by which document.")
    directory_history.write(session, Directory.KEEPER, keeper, {"active": active}, by, why.strip())


def named(session: Session, code: str) -> Keeper:
    """The keeper with this code, active or not; raises NotFound."""
    found = session.get(Keeper, normalise(code))
    if found is None:
        raise NotFound
    return found


def everyone(session: Session) -> list[Keeper]:
    """All there are, those without authority last."""
    return list(session.scalars(select(Keeper).order_by(Keeper.active.desc(), Keeper.name)))


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], by: str) -> list[RowResult]:
    """Save every row (number in the list, facts); one result for each."""
    return rosters.take_all(session, rows, lambda opened, row: save(opened, row, by))


def import_file(session: Session, content: bytes, name: str, by: str) -> list[RowResult]:
    """Save the rows of an .xlsx or .csv file. Raises Invalid when the file cannot be read."""
    return import_rows(session, rosters.read(content, name, HEADERS, NEEDED), by)


def known(session: Session, code: str, field: str) -> Keeper:
    """The active keeper with this code; raises Invalid beside `field`: a letter of anybody else is not enough."""
    found = session.get(Keeper, normalise(code))
    if found is None or not found.active:
        raise wrong(field, "This keeper is not on the list of keepers with authority over dossiers.")
    return found


def all_active(session: Session) -> list[Keeper]:
    """The keepers there are, by name."""
    return list(session.scalars(select(Keeper).where(Keeper.active).order_by(Keeper.name)))
