"""What rules of separation know beside the diagrams: policies, what two people agreed on, who is related to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, by_value, status_column
from workflow.models.columns import ElementId, Person
from workflow.statuses import AgreementKind, AgreementStatus, RelationKind, RelationStatus


class Policy(Base):
    """A rule of separation that stands outside the diagrams of a process, in the words a diagram would use.

    `element` "": every user task of the process. It holds from `since` until it is dropped; nothing is deleted."""

    __tablename__ = "policies"
    __table_args__ = (
        Index("ix_policies_process", "process_key", "dropped_at"),
        CheckConstraint("(dropped_at IS NULL) = (dropped_by IS NULL)", name="dropped_by_somebody"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(ElementId)
    element: Mapped[str] = mapped_column(ElementId, default="")
    kind: Mapped[str] = mapped_column(String(40))  # duties.language.Kind
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(Person)
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[str | None] = mapped_column(Person)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"))  # by which it was dropped


class Agreement(Base):
    """What one person asks for and another must agree to before it is done. `asked`: what exactly, JSON."""

    __tablename__ = "agreements"
    __table_args__ = (
        Index("ix_agreements_status", "status", "id"),
        Index("ix_agreements_case", "case_id"),
        CheckConstraint("answered_by IS NULL OR answered_by <> asked_by", name="two_people"),
        CheckConstraint("(status IN ('agreed', 'refused')) = (answered_by IS NOT NULL)", name="answered_by_somebody"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AgreementKind] = mapped_column(by_value(AgreementKind))
    status: Mapped[AgreementStatus] = status_column(AgreementStatus, AgreementStatus.ASKED)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    asked: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    answer: Mapped[str] = mapped_column(Text, default="")  # why it was refused


class Relation(Base):
    """A person of the office says to be related to somebody, or interested in something: `subject` as the domain names
    it ("user:bob", "id:<fingerprint>"), `subject_name` as people read it. Counts from the moment it is declared."""

    __tablename__ = "relations"
    __table_args__ = (
        Index("ix_relations_user", "user_name", "status"),
        Index("ix_relations_subject", "subject", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    subject: Mapped[str] = mapped_column(String(120))
    subject_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[RelationKind] = mapped_column(by_value(RelationKind))
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[RelationStatus] = status_column(RelationStatus, RelationStatus.DECLARED)
    declared_at: Mapped[datetime]
    declared_by: Mapped[str] = mapped_column(Person)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(Person)
