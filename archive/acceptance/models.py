"""The tables of acceptance: what is to be accepted, its rounds, their dossiers, its articles."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.scanning.models import ScanBatch
from workflow.db import Base, status_column
from workflow.models import Case


class Subject(StrEnum):
    """What is accepted."""

    BATCH = "batch"  # 数字化批次
    EQUIPMENT = "equipment"  # 设备
    SERVICE = "service"  # 服务


class AcceptanceStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    PARTLY = "partly"  # some articles accepted; the rest was given up
    REFUSED = "refused"


class ArticleStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


ACCEPTANCE_LABELS = {
    Subject.BATCH: "Scanning batch",
    Subject.EQUIPMENT: "Equipment",
    Subject.SERVICE: "Service",
    AcceptanceStatus.OPEN: "Being checked",
    AcceptanceStatus.ACCEPTED: "Accepted",
    AcceptanceStatus.PARTLY: "Accepted in part",
    AcceptanceStatus.REFUSED: "Not accepted",
    ArticleStatus.OPEN: "To be accepted",
    ArticleStatus.ACCEPTED: "Accepted",
    ArticleStatus.REFUSED: "Not accepted",
}
DECIDED = (AcceptanceStatus.ACCEPTED, AcceptanceStatus.PARTLY)


class Acceptance(Base):
    """The acceptance of one thing under a contract. `applied`: how much was handed in; `quantity`: how much of it was
    accepted; `amount` in fen: what is to be paid for it. `first_pass`: whether it passed in its first round;
    None until that is closed."""

    __tablename__ = "acceptances"
    __table_args__ = (
        CheckConstraint("(batch_id IS NOT NULL) = (subject = 'batch')", name="of_a_batch"),
        CheckConstraint(
            f"(status IN ({columns.listed(list(DECIDED))})) = (quantity IS NOT NULL)", name="accepted_has_a_quantity"
        ),
        CheckConstraint("(quantity IS NULL) = (amount IS NULL)", name="quantity_has_an_amount"),
        CheckConstraint("quantity IS NULL OR quantity BETWEEN 0 AND applied", name="no_more_than_applied"),
        CheckConstraint(
            "batch_id IS NULL OR amount IS NULL OR amount = quantity * unit_price", name="amount_is_quantity_by_price"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Any] = columns.choice(Subject, nullable=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("scan_batches.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    supplier: Mapped[str] = mapped_column(String(120))
    contract_no: Mapped[str] = mapped_column(String(60), default="", index=True)
    unit_price: Mapped[int] = mapped_column(default=0)  # fen
    applied: Mapped[int]
    applied_at: Mapped[datetime]
    applied_by: Mapped[str] = mapped_column(String(60))
    handler: Mapped[str] = mapped_column(String(60))  # who bought or planned it: never alone in the group
    head: Mapped[str | None] = mapped_column(String(60))
    members: Mapped[list[Any]] = mapped_column(JSON, default=list)  # logins, the head's among them
    meets_on: Mapped[date | None]
    status: Mapped[AcceptanceStatus] = status_column(AcceptanceStatus, AcceptanceStatus.OPEN)
    first_pass: Mapped[bool | None]
    quantity: Mapped[int | None]
    amount: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    backed_up_at: Mapped[datetime | None]  # every accepted image has its two copies since

    case: Mapped[Case] = relationship()
    batch: Mapped[ScanBatch | None] = relationship()


class AcceptanceRound(Base):
    """One round of checking a batch: everything by the machine, then a sample by two people. `seed` makes the sample
    again; `rate` in percent of the dossiers; `pages` and `good` are pages of the sample."""

    __tablename__ = "acceptance_rounds"
    __table_args__ = (
        UniqueConstraint("acceptance_id", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("rate BETWEEN 1 AND 100", name="a_share"),
        CheckConstraint("(drawn_at IS NULL) = (seed IS NULL)", name="drawn_with_a_seed"),
        CheckConstraint("sample <= population", name="sample_of_the_population"),
        CheckConstraint("good IS NULL OR good <= pages", name="good_ones_of_the_pages"),
        CheckConstraint("(passed IS NULL) = (closed_at IS NULL)", name="closed_with_a_result"),
        CheckConstraint("NOT passed OR fatal = 0", name="nothing_fatal_passes"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptances.id"))
    number: Mapped[int]
    rate: Mapped[int]
    pass_rate: Mapped[int]  # percent of the sampled pages
    seed: Mapped[str | None] = mapped_column(String(64))
    population: Mapped[int] = mapped_column(default=0)  # dossiers
    sample: Mapped[int] = mapped_column(default=0)  # dossiers
    pages: Mapped[int | None]
    good: Mapped[int | None]
    fatal: Mapped[int | None]  # defects
    minor: Mapped[int | None]
    passed: Mapped[bool | None]
    opened_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    notice_no: Mapped[str | None] = mapped_column(columns.code(60))
    rework_due: Mapped[date | None]

    acceptance: Mapped[Acceptance] = relationship()


class AcceptanceDossier(Base):
    """A dossier in a round: what the machine found (`faults`, kept sentences; None before it looked), whether it was
    drawn."""

    __tablename__ = "acceptance_dossiers"
    __table_args__ = (UniqueConstraint("round_id", "dossier_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("acceptance_rounds.id"))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    examined_at: Mapped[datetime | None]
    faults: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sampled: Mapped[bool] = mapped_column(default=False)

    dossier: Mapped[Dossier] = relationship()


class AcceptanceArticle(Base):
    """One line of what was delivered; `price` in fen, for all of the line."""

    __tablename__ = "acceptance_articles"
    __table_args__ = (
        UniqueConstraint("acceptance_id", "number"),
        Index("ix_acceptance_articles_serial", "serial"),
        CheckConstraint("count >= 1 AND price >= 0", name="counted_and_priced"),
        CheckConstraint(f"status <> '{ArticleStatus.REFUSED}' OR why <> ''", name="refused_for_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptances.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(120), default="")
    serial: Mapped[str] = mapped_column(String(120), default="")
    count: Mapped[int]
    price: Mapped[int]
    status: Mapped[ArticleStatus] = status_column(ArticleStatus, ArticleStatus.OPEN)
    decided_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")
