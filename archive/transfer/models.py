"""The tables of transfers out: who asks for which dossier, how it leaves, what comes back. What was sent is never
rewritten: triggers on both databases keep the row of a dispatch."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import GUARDED, Dossier
from archive.statuses import Channel
from archive.transfer.keepers import Keeper
from workflow.db import Base, status_column
from workflow.models import Case


class Applicant(StrEnum):
    """Who brings the letter."""

    PERSON = "person"
    AGENT = "agent"
    UNIT = "unit"
    AUTHORITY = "authority"  # a decision on a cadre's post, or a letter between keepers


class TransferStatus(StrEnum):
    ASKED = "asked"  # the letter is being looked at
    ACCEPTED = "accepted"  # papers complete, the clock runs
    READY = "ready"  # out of its place, sealed or to be
    SENT = "sent"
    CONFIRMED = "confirmed"  # the receipt is back
    BACK = "back"  # returned and kept
    LOST = "lost"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class DispatchOutcome(StrEnum):
    """How a pack's way ended."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"
    LOST = "lost"


RUNNING = frozenset({TransferStatus.ACCEPTED, TransferStatus.READY, TransferStatus.SENT})
VOID = frozenset({TransferStatus.CANCELLED, TransferStatus.REFUSED})
_RUNS = text(f"status IN ({columns.listed(RUNNING)})")
_COUNTS = text(f"letter_no <> '' AND status NOT IN ({columns.listed(VOID)})")
_OUT = text("outcome IS NULL")
ALLOWED = frozenset({Channel.CONFIDENTIAL, Channel.EMS, Channel.BY_HAND})  # never by the person, never by others


class Transfer(Base):
    """One dossier leaves for another keeper, in a case of its own. `guarded`: of a cadre or once-cadre."""

    __tablename__ = "transfers"
    __table_args__ = (
        Index("uq_transfers_running", "dossier_id", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index(
            "uq_transfers_letter",
            "keeper_code",
            "letter_no",
            "letter_use",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
        CheckConstraint("letter_use >= 1 AND letter_use <= letter_persons", name="letter_as_often_as_named"),
        CheckConstraint("(due_at IS NULL) = (accepted_at IS NULL)", name="clock_from_acceptance"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_someone"),
        CheckConstraint(
            f"status NOT IN ('{TransferStatus.SENT}', '{TransferStatus.CONFIRMED}', '{TransferStatus.LOST}')"
            " OR (approved_at IS NOT NULL AND notice_no IS NOT NULL)",
            name="sent_with_approval_and_notice",
        ),
        CheckConstraint("packed_by IS NULL OR packed_by <> witnessed_by", name="packed_by_two"),
        CheckConstraint(
            f"channel IS NULL OR channel IN ({columns.listed(GUARDED)}) OR (NOT guarded AND channel = '{Channel.EMS}')",
            name="by_an_allowed_channel",
        ),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[TransferStatus] = status_column(TransferStatus, TransferStatus.ASKED)
    guarded: Mapped[bool] = mapped_column(default=False)
    applicant: Mapped[Applicant | None] = columns.choice(Applicant, nullable=True)
    keeper_code: Mapped[str | None] = mapped_column(ForeignKey("transfer_keepers.code"))
    letter_no: Mapped[str] = mapped_column(columns.code(80), default="")
    letter_date: Mapped[date | None]
    letter_persons: Mapped[int] = mapped_column(default=1)
    letter_use: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    accepted_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]  # as the rule says; `due_at` counts the pauses in
    due_at: Mapped[datetime | None]
    materials: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    audit_note: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(60))
    notice_no: Mapped[str | None] = mapped_column(
        columns.code(60), unique=True
    )  # of the pack that is to go or went last
    channel: Mapped[Channel | None] = columns.choice(Channel, nullable=True)
    seal_no: Mapped[str] = mapped_column(String(60), default="")
    packed_by: Mapped[str | None] = mapped_column(String(60))
    witnessed_by: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")
    batch_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)  # of a bulk transfer

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    keeper: Mapped[Keeper | None] = relationship()
    dispatches: Mapped[list["Dispatch"]] = relationship(order_by="Dispatch.seq")


class TransferPause(Base):
    """A time the clock stood still, for a legal hold only (Annex C 18)."""

    __tablename__ = "transfer_pauses"
    __table_args__ = (
        CheckConstraint("(until IS NULL) = (released_by IS NULL)", name="released_by_someone"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        CheckConstraint("why <> ''", name="for_a_reason"),
        Index(
            "uq_transfer_pauses_open",
            "case_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("transfers.case_id"))
    since: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(60))


class Dispatch(Base):
    """A pack handed to a courier or to two carriers: under which notice and number, and how its way ended."""

    __tablename__ = "dispatches"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index("uq_dispatches_open", "case_id", unique=True, sqlite_where=_OUT, postgresql_where=_OUT),
        CheckConstraint(
            f"channel IN ({columns.listed(GUARDED)}) OR (NOT guarded AND channel = '{Channel.EMS}')",
            name="by_an_allowed_channel",
        ),
        CheckConstraint(f"channel = '{Channel.BY_HAND}' OR track_no <> ''", name="numbered_by_the_courier"),
        CheckConstraint(
            f"channel <> '{Channel.BY_HAND}' OR (carrier <> '' AND second_carrier <> '' AND carrier <> second_carrier"
            " AND carrier_card <> '' AND second_carrier_card <> '')",
            name="carried_by_two",
        ),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_somehow"),
        CheckConstraint(
            f"outcome IS NULL OR outcome <> '{DispatchOutcome.CONFIRMED}'"
            " OR (received_on IS NOT NULL AND received_by <> '')",
            name="confirmed_by_a_receipt",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("transfers.case_id"))
    seq: Mapped[int]
    notice_no: Mapped[str] = mapped_column(columns.code(60), unique=True)
    channel: Mapped[Channel] = columns.choice(Channel)
    guarded: Mapped[bool]
    track_no: Mapped[str] = mapped_column(columns.code(60), default="", index=True)
    carrier: Mapped[str] = mapped_column(String(60), default="")
    carrier_card: Mapped[str] = mapped_column(String(60), default="")
    second_carrier: Mapped[str] = mapped_column(String(60), default="")
    second_carrier_card: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(200))  # the custody place of its way
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[DispatchOutcome | None] = columns.choice(DispatchOutcome, nullable=True)
    ended_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    received_by: Mapped[str] = mapped_column(String(60), default="")
    receipt_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))

    corrections: Mapped[list["NumberCorrection"]] = relationship(order_by="NumberCorrection.id")


class NumberCorrection(Base):
    """The right number of a dispatch whose number was written down wrongly; the wrong one stays. Two people."""

    __tablename__ = "dispatch_corrections"
    __table_args__ = (
        CheckConstraint("by <> witnessed_by", name="by_two"),
        CheckConstraint("track_no <> '' AND why <> ''", name="to_a_number_for_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), index=True)
    track_no: Mapped[str] = mapped_column(columns.code(60))
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    witnessed_by: Mapped[str] = mapped_column(String(60))


STAYS = "a dispatch is never deleted"
SENT = "what was sent is never rewritten; correct the number in its case"
FIXED = (
    "case_id", "seq", "notice_no", "channel", "guarded", "track_no", "carrier", "carrier_card", "second_carrier",
    "second_carrier_card", "place", "sent_at", "sent_by",
)  # fmt: skip
GUARDS = (
    ("dispatches_stay", "DELETE", "", STAYS),
    ("dispatches_fixed", "UPDATE", " OR ".join(f"OLD.{column} <> NEW.{column}" for column in FIXED), SENT),
    (
        "dispatches_ended",
        "UPDATE",
        "OLD.outcome IS NOT NULL AND (NEW.outcome IS NULL OR OLD.outcome <> NEW.outcome)",
        SENT,
    ),
)


def sqlite_guard(name: str, verb: str, when: str, said: str) -> str:
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} BEFORE {verb} ON dispatches{condition} BEGIN SELECT RAISE(ABORT, '{said}'); END"


def postgresql_guards(name: str, verb: str, when: str, said: str) -> tuple[str, str]:
    condition = f" WHEN ({when})" if when else ""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON dispatches FOR EACH ROW{condition} EXECUTE FUNCTION {name}()",
    )


for _guard in GUARDS:
    event.listen(Dispatch.__table__, "after_create", DDL(sqlite_guard(*_guard)).execute_if(dialect="sqlite"))
    for _statement in postgresql_guards(*_guard):
        event.listen(Dispatch.__table__, "after_create", DDL(_statement).execute_if(dialect="postgresql"))
