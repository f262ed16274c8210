"""Numbers without gaps: one row per series and year, raised in the transaction that uses the number.

A rolled-back transaction gives its number back because the row goes back with it; a number once committed stays for
ever, void or not (Annex D: yearly restart, no gaps, void numbers are kept with the reason).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, parameters
from workflow import office
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Conflict, NotFound
from workflow.registry import fsck_check


@dataclass(frozen=True)
class Series:
    """How the numbers of one kind of document are written: {year}, {number} and {prefix} (a parameter)."""

    title: str
    form: str


SERIES = {
    "dossier": Series("Dossiers", "{prefix}{year}{number:05d}"),
    "recall": Series("Recall letters", "〔{year}〕调字{number:04d}号"),
    "transfer": Series("Transfer notices", "〔{year}〕转字{number:04d}号"),
    "receipt": Series("Receipt slips", "〔{year}〕收字{number:04d}号"),
    "missing": Series("Notices of missing materials", "〔{year}〕缺字{number:04d}号"),
    "return": Series("Return letters", "〔{year}〕退字{number:04d}号"),
    "merge": Series("Merge records", "〔{year}〕并字{number:04d}号"),
    "query": Series("Letters of inquiry", "〔{year}〕询字{number:04d}号"),
    "reading": Series("Reading approvals", "〔{year}〕查字{number:04d}号"),
    "copy": Series("Stamped copies and extracts", "〔{year}〕复字{number:04d}号"),
    "petition": Series("Petitions", "〔{year}〕请字{number:04d}号"),
    "acceptance": Series("Acceptance papers", "〔{year}〕验字{number:04d}号"),
    "certificate": Series("Certificates", "〔{year}〕证字{number:04d}号"),
    "audit": Series("Special audits", "〔{year}〕审字{number:04d}号"),
    "sorting": Series("Sorting batches", "〔{year}〕整字{number:04d}号"),
    "removal": Series("Lists of papers taken out", "〔{year}〕剔字{number:04d}号"),
    "destruction": Series("Lists of papers destroyed", "〔{year}〕销字{number:04d}号"),
    "day": Series("Day statistics", "〔{year}〕统字{number:04d}号"),
    "scanning": Series("Scanning batches", "SM{year}-{number:04d}"),
    "inventory": Series("Reports of counts", "〔{year}〕清字{number:04d}号"),
    "loss": Series("Papers of losses", "〔{year}〕损字{number:04d}号"),
    "handover": Series("Hand-over lists of posts", "〔{year}〕换字{number:04d}号"),
    "climate": Series("Climate reports", "〔{year}〕环字{number:04d}号"),
    "contract": Series("Contracts", "HT-{year}-{number:03d}"),
}


class NumberSeries(Base):
    """The last number given of a series in a year."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last >= 1", name="counts_from_one"),)
    series: Mapped[str] = mapped_column(String(30), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class IssuedNumber(Base):
    """A number given to a document. Never deleted; a void one keeps its reason."""

    __tablename__ = "issued_numbers"
    __table_args__ = (
        UniqueConstraint("series", "year", "number"),
        ForeignKeyConstraint(["series", "year"], ["number_series.series", "number_series.year"]),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_with_reason"),
    )
    text: Mapped[str] = mapped_column(columns.code(60), primary_key=True)
    series: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    number: Mapped[int]
    document: Mapped[str] = mapped_column(String(200))  # what it was given to, e.g. "receipt of case 12"
    issued_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str | None] = mapped_column(String(60))
    void_reason: Mapped[str | None] = mapped_column(Text)


def issue(session: Session, series: str, document: str) -> str:
    """The next number of `series` (a key of SERIES) for `document`, in the office's present year.

    The series' row stays locked until the transaction ends: ask for numbers late. NotFound for an unknown series.
    """
    if series not in SERIES:
        raise NotFound("There is no series of numbers named {series}.", series=series)
    year = office.of(session).today().year
    number = _raise(session, series, year)
    form = SERIES[series].form
    prefix = parameters.value(session, "dossier_prefix") if "{prefix}" in form else ""
    text = form.format(year=year, number=number, prefix=prefix)
    session.add(IssuedNumber(text=text, series=series, year=year, number=number, document=document, issued_at=now()))
    session.flush()  # a clash must show here, not at the commit
    return text


def void(session: Session, text: str, by: str, reason: str) -> IssuedNumber:
    """Mark a number void, for ever and with the reason. Raises NotFound, or Conflict when it is void already."""
    if not reason.strip():
        raise ValueError("a void number keeps its reason")
    found = session.get(IssuedNumber, text)
    if found is None:
        raise NotFound("There is no number {number}.", number=text)
    voided = session.execute(
        update(IssuedNumber)
        .where(IssuedNumber.text == text, IssuedNumber.voided_at.is_(None))
        .values(voided_at=now(), voided_by=by, void_reason=reason)
    )
    if not voided.rowcount:
        raise Conflict("Number {number} is void already.", number=text)
    session.refresh(found)
    return found


def _raise(session: Session, series: str, year: int) -> int:
    """Count one further; the row is locked until the transaction ends."""
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(NumberSeries).values(series=series, year=year, last=1)
    raised = fresh.on_conflict_do_update(
        index_elements=[NumberSeries.series, NumberSeries.year], set_={"last": NumberSeries.last + 1}
    )
    return session.execute(raised.returning(NumberSeries.last)).scalar_one()


@fsck_check("numbers_gapless")
def _gaps(session: Session) -> Iterator[str]:
    """Each series of each year counts 1, 2, 3 … up to its last number."""
    counted = (
        select(NumberSeries.series, NumberSeries.year, NumberSeries.last, func.count(IssuedNumber.text))
        .outerjoin(
            IssuedNumber, (IssuedNumber.series == NumberSeries.series) & (IssuedNumber.year == NumberSeries.year)
        )
        .group_by(NumberSeries.series, NumberSeries.year, NumberSeries.last)
        .order_by(NumberSeries.series, NumberSeries.year)
    )
    for series, year, last, given in session.execute(counted):
        if given != last:  # numbers are unique and at least 1, so equal counts leave no gap below `last` …
            yield f"Series {series} of {year} stands at {last}, but {given} numbers were issued."
    beyond = (
        select(IssuedNumber.text)
        .join(NumberSeries, (IssuedNumber.series == NumberSeries.series) & (IssuedNumber.year == NumberSeries.year))
        .where(IssuedNumber.number > NumberSeries.last)  # … unless one lies beyond it
    )
    for text in session.scalars(beyond):
        yield f"Number {text} lies beyond the end of its series."
