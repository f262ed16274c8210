"""The tables of requests to read: who asked, for what, by which letter; who reads; which units are shut out; who is
related to whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.reading.purposes import Purpose
from workflow.db import Base, status_column
from workflow.models import Case

SHUT = text("lifted_at IS NULL")
COUNTING = text("ended_at IS NULL")


class Mode(StrEnum):
    """How the dossier is read."""

    DIGITAL = "digital"  # page images on the screen
    ROOM = "room"  # the papers, in the reading room
    LEND = "lend"  # taken away, sealed
    COPY = "copy"  # copies or extracts made by the officer


class RequestStatus(StrEnum):
    DRAFT = "draft"  # being filled in, or to be supplemented
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"  # not supplemented, not fetched in time
    OVER = "over"  # read, given back, registered


READING_LABELS = {
    Mode.DIGITAL: "On the screen",
    Mode.ROOM: "In the reading room",
    Mode.LEND: "Borrow",
    Mode.COPY: "Copy or extract",
    RequestStatus.DRAFT: "Being filled in",
    RequestStatus.ASKED: "Asked for",
    RequestStatus.APPROVED: "Approved",
    RequestStatus.REFUSED: "Not to be read",
    RequestStatus.LAPSED: "Lapsed",
    RequestStatus.OVER: "Done",
}
_STANDS = ", ".join(f"'{each}'" for each in (RequestStatus.APPROVED, RequestStatus.OVER))


class ReadingRequest(Base):
    """A request to read one dossier (查借阅审批表), in a case of its own. `materials`: ids of those asked for and left
    by who decided; empty for the whole dossier. `shielded`: shown to those who oversee readings only."""

    __tablename__ = "reading_requests"
    __table_args__ = (
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_someone"),
        CheckConstraint("(approved_at IS NULL) = (valid_until IS NULL)", name="approved_for_a_time"),
        CheckConstraint(f"status NOT IN ({_STANDS}) OR approved_at IS NOT NULL", name="read_when_approved"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[RequestStatus] = status_column(RequestStatus, RequestStatus.DRAFT)
    unit: Mapped[str] = mapped_column(String(200), default="", index=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    purpose: Mapped[Purpose | None] = columns.choice(Purpose, nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[Mode | None] = columns.choice(Mode, nullable=True)
    materials: Mapped[list[Any]] = mapped_column(default=list)
    shielded: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    number: Mapped[str | None] = mapped_column(columns.code(60), unique=True)  # 〔2026〕查字0001号
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(60))
    valid_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")  # of a refusal

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
    readers: Mapped[list["Reader"]] = relationship(order_by="Reader.seq", cascade="all, delete-orphan")


class Reader(Base):
    """One of those who read. The ID number is kept as its keyed fingerprint and four signs. `login` for the screen."""

    __tablename__ = "reading_readers"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        UniqueConstraint("case_id", "id_fingerprint", name="uq_reading_readers_two_people"),
        UniqueConstraint("case_id", "login", name="uq_reading_readers_two_logins"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"))
    seq: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120), default="")
    party_member: Mapped[bool] = mapped_column(default=False)
    id_fingerprint: Mapped[str] = mapped_column(String(64))
    id_masked: Mapped[str] = mapped_column(String(20))
    credential: Mapped[str] = mapped_column(String(80), default="")  # work card
    login: Mapped[str | None] = mapped_column(ForeignKey("users.name"), index=True)


class LetterUse(Base):
    """The use of a letter of introduction for one dossier. A letter names `persons` people; it serves for each once."""

    __tablename__ = "reading_letters"
    __table_args__ = (
        UniqueConstraint("unit", "number", "use"),
        UniqueConstraint("unit", "number", "dossier_id", name="uq_reading_letters_once_each"),
        CheckConstraint("use >= 1 AND use <= persons", name="as_many_as_named"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"), primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(columns.code(80))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    use: Mapped[int]
    persons: Mapped[int] = mapped_column(default=1)


class ShutUnit(Base):
    """A unit that may not read until a difference in what it gave back is settled (freeze of B8l)."""

    __tablename__ = "reading_shut_units"
    __table_args__ = (
        Index("ix_reading_shut_units_unit", "unit", sqlite_where=SHUT, postgresql_where=SHUT),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_someone"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"), primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)
    shut_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(60))


class Relative(Base):
    """A relative of a person whose dossier is kept here, as the papers or a pre-check show."""

    __tablename__ = "person_relatives"
    __table_args__ = (
        Index(
            "uq_person_relatives_counting",
            "person_id",
            "id_fingerprint",
            unique=True,
            sqlite_where=COUNTING,
            postgresql_where=COUNTING,
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    id_fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60), default="")
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]  # counts no more since: written by mistake, or no longer related
    ended_by: Mapped[str | None] = mapped_column(String(60))
    ended_why: Mapped[str] = mapped_column(String(500), default="")

    person: Mapped[Person] = relationship()
