"""The tables of a count: its scope and counters, what was expected, what each counter saw, what became of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.statuses import DossierStatus
from workflow.db import Base
from workflow.models import Case


class Result(StrEnum):
    """What the comparison says of a dossier."""

    PRESENT = "present"
    ON_LOAN = "on_loan"  # lent, and not on the shelf
    SCANNING = "scanning"  # out to be scanned
    AWAY = "away"  # otherwise out by the records: being sorted, on its way, missing for long
    MISSING = "missing"
    MISPLACED = "misplaced"  # on another position than its own
    UNEXPECTED = "unexpected"  # not of this scope, or out by the records, or of no dossier known
    DAMAGED = "damaged"
    DISPUTED = "disputed"  # one counter saw it, the other did not


DIFFERENCES = (Result.MISSING, Result.MISPLACED, Result.UNEXPECTED, Result.DAMAGED, Result.DISPUTED)


class Decision(StrEnum):
    """How a difference is closed."""

    FOUND = "found"  # it stands on its own position now
    REHOMED = "rehomed"  # where it was found is its position from now on
    LOST = "lost"  # a matter of loss begins
    HARMED = "harmed"  # a matter of damage begins
    NOTED = "noted"  # nothing moves; the note says why


RESULTS = {
    Result.PRESENT: ("在位", "Present"),
    Result.ON_LOAN: ("借出", "On loan"),
    Result.SCANNING: ("扫描外出", "Out for scanning"),
    Result.AWAY: ("其他外出", "Otherwise out"),
    Result.MISSING: ("缺失", "Not on the shelf"),
    Result.MISPLACED: ("错位", "On another position"),
    Result.UNEXPECTED: ("多出", "Not expected here"),
    Result.DAMAGED: ("破损", "Damaged on the shelf"),
    Result.DISPUTED: ("两人不一致", "Seen by one counter only"),
}
DECISIONS = {
    Decision.FOUND: ("已找到并归位", "Found, on its own position"),
    Decision.REHOMED: ("改以发现处为库位", "Its position is where it was found"),
    Decision.LOST: ("确认遗失，转遗失处理", "Lost: a matter of loss begins"),
    Decision.HARMED: ("确认损毁，转损毁处理", "Damaged: a matter of damage begins"),
    Decision.NOTED: ("备案说明", "Noted with the reason"),
}


class Inventory(Base):
    """A count of everything whose home lies in a scope: all rooms (""), a room, a row or a cabinet. What stood there
    when it was frozen is expected. `strict`: what nobody has in hand is not moved until it is compared; else moves are
    recorded only (parameter inventory_freeze, as the count began)."""

    __tablename__ = "inventories"
    __table_args__ = (
        CheckConstraint("first_counter <> second_counter", name="two_counters"),
        CheckConstraint("compared_at IS NULL OR compared_at >= frozen_at", name="compared_after_freezing"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    scope: Mapped[str] = mapped_column(columns.code(40))
    counted_on: Mapped[date]
    first_counter: Mapped[str] = mapped_column(ForeignKey("users.name"))
    second_counter: Mapped[str] = mapped_column(ForeignKey("users.name"))
    strict: Mapped[bool]
    frozen_at: Mapped[datetime]
    compared_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class InventoryLine(Base):
    """One dossier of a count: expected, or seen though not expected (without a dossier: a label nobody knows).
    `frozen`: it bears the status being counted because of this count, and is given back by it. `finding`: what the
    search has shown."""

    __tablename__ = "inventory_lines"
    __table_args__ = (
        UniqueConstraint("case_id", "label"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("decision IS NULL OR result IS NOT NULL", name="decided_after_comparing"),
        CheckConstraint(f"decision <> '{Decision.NOTED}' OR note <> ''", name="noted_with_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("inventories.case_id"))
    label: Mapped[str] = mapped_column(columns.code(60))  # the dossier's number, or what was scanned
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    home: Mapped[str] = mapped_column(columns.code(40), default="")
    was: Mapped[DossierStatus | None] = columns.choice(DossierStatus, nullable=True)  # when it was frozen
    frozen: Mapped[bool] = mapped_column(default=False)
    found_at: Mapped[str] = mapped_column(columns.code(40), default="")  # the position it was scanned on
    moved_at: Mapped[datetime | None]  # during the count, by its custody
    result: Mapped[Result | None] = columns.choice(Result, nullable=True)
    damage: Mapped[str] = mapped_column(String(200), default="")
    finding: Mapped[str] = mapped_column(String(300), default="")
    decision: Mapped[Decision | None] = columns.choice(Decision, nullable=True)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]

    dossier: Mapped[Dossier | None] = relationship()


class InventoryScan(Base):
    """A label a counter scanned, the shelf position scanned before it ("" when none), and what looked damaged."""

    __tablename__ = "inventory_scans"
    __table_args__ = (
        UniqueConstraint("case_id", "counter", "label"),
        CheckConstraint("counter IN (1, 2)", name="first_or_second"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("inventories.case_id"))
    counter: Mapped[int]
    label: Mapped[str] = mapped_column(columns.code(60))
    position: Mapped[str] = mapped_column(columns.code(40), default="")
    damage: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
