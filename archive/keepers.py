"""What other keepers hold, as the province tells us: asked when a pack arrives (duplicate level D2)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, id_numbers, parameters, persons, rosters, vault
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved, normalise
from workflow.clock import now
from workflow.db import Base

ID_PURPOSE = "kept_elsewhere.id_no"
HEADERS = {
    "id_no": ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    "name": ("姓名",),
    "keeper_code": ("存档机构编号", "机构编号", "机构代码"),
    "keeper_name": ("存档机构", "机构名称", "存放地"),
    "dossier_no": ("档案编号",),
    "since": ("存档日期", "存档时间"),
}


class KeptElsewhere(Base):
    """A dossier another keeper holds. The ID number lies sealed; its fingerprint compares with our persons'."""

    __tablename__ = "kept_elsewhere"
    __table_args__ = (UniqueConstraint("id_fingerprint", "keeper_code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    id_fingerprint: Mapped[str] = mapped_column(String(64))
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(120), index=True)
    birth: Mapped[str] = mapped_column(String(10), default="")
    keeper_code: Mapped[str] = mapped_column(columns.code(40))
    keeper_name: Mapped[str] = mapped_column(String(200))
    dossier_no: Mapped[str] = mapped_column(columns.code(60), default="")
    since: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[str] = mapped_column(String(200), default="")  # which list told us
    told_at: Mapped[datetime]


def save(session: Session, facts: Row, source: str) -> Outcome:
    """Note that another keeper holds a dossier; one row for each person and keeper. Raises Invalid."""
    number = id_numbers.check(str(facts.get("id_no") or ""))
    fresh = {field: halved(str(facts.get(field) or "")) for field in ("name", "keeper_name", "dossier_no", "since")}
    keeper = normalise(str(facts.get("keeper_code") or ""))
    if not fresh["name"]:
        raise wrong("name", "A person needs a name.")
    if not keeper or not fresh["keeper_name"]:
        raise wrong("keeper_code", "Say who keeps the dossier: the code and the name of the keeper.")
    if keeper == parameters.value(session, "keeper_code"):
        raise wrong("keeper_code", "This is our own code; the list is of records kept elsewhere.")
    mark = persons.fingerprint(session, number)
    known = session.scalars(
        select(KeptElsewhere).where(KeptElsewhere.id_fingerprint == mark, KeptElsewhere.keeper_code == keeper)
    ).first()
    if known and all(getattr(known, field) == value for field, value in fresh.items()):
        return Outcome.SAME
    row = known or KeptElsewhere(
        id_fingerprint=mark,
        keeper_code=keeper,
        id_sealed=vault.seal(session, number, ID_PURPOSE),
        birth=id_numbers.birth(number).isoformat(),
    )
    for field, value in fresh.items():
        setattr(row, field, value)
    row.source, row.told_at = source[:200], now()
    session.add(row)
    session.flush()
    return Outcome.CHANGED if known else Outcome.ADDED


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], source: str) -> list[RowResult]:
    """Save every row (number in the list, facts); one result for each. `source` says where the list is from."""
    return rosters.take_all(session, rows, lambda opened, row: save(opened, row, source))


def import_file(session: Session, content: bytes, name: str) -> list[RowResult]:
    """Save the rows of an .xlsx or .csv file. Raises Invalid when the file cannot be read."""
    return import_rows(session, rosters.read(content, name, HEADERS, ("id_no", "name", "keeper_code")), name)


def holding(session: Session, fingerprint: str) -> list[KeptElsewhere]:
    """What other keepers hold of the person with this fingerprint."""
    query = select(KeptElsewhere).where(KeptElsewhere.id_fingerprint == fingerprint)
    return list(session.scalars(query.order_by(KeptElsewhere.keeper_code)))


def masked(session: Session, row: KeptElsewhere) -> str:
    """The ID number as lists show it."""
    return id_numbers.mask(vault.open_(session, row.id_sealed, ID_PURPOSE))
