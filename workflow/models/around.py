"""Around a task: what people are told, asked, sent a copy of, and reminded of; what stops a task's clock."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, status_column
from workflow.models.cases import Case
from workflow.models.columns import Person
from workflow.models.tasks import UserTask
from workflow.statuses import NoticeKind, TimerStatus


class PersonalNotice(Base):
    """Something one person of the office is told in the product: mentioned, urged, reminded … `key`, where there is
    one, makes telling it again the same notice. `said` is what its sender wrote."""

    __tablename__ = "personal_notices"
    __table_args__ = (
        UniqueConstraint("user_name", "key"),
        Index("ix_personal_notices_unread", "user_name", "read_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    kind: Mapped[NoticeKind] = status_column(NoticeKind, NoticeKind.MENTIONED)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    by: Mapped[str] = mapped_column(Person)  # a user's name, or "system"
    said: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(120))
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    task: Mapped[UserTask | None] = relationship()


class CaseCopy(Base):
    """A copy (抄送) of a case as it stood at its `seq`-th event, for one person to read. It gives sight of the case so
    far and no further; `read_at` is the receipt."""

    __tablename__ = "case_copies"
    __table_args__ = (
        UniqueConstraint("case_id", "user_name", "seq"),
        Index("ix_case_copies_unread", "user_name", "read_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    seq: Mapped[int]  # the last event of the case they may read of
    by: Mapped[str] = mapped_column(Person)
    reason: Mapped[str] = mapped_column(Text, default="")
    copied_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class Urge(Base):
    """Somebody asked for a task to be hurried (催办)."""

    __tablename__ = "urges"
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    urged_at: Mapped[datetime]
    said: Mapped[str] = mapped_column(Text, default="")


class Supervision(Base):
    """A head follows a case, or one task of it, and wants an answer by a time (督办). Open until `closed_at`."""

    __tablename__ = "supervisions"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by_someone"),
        Index("ix_supervisions_list", "by", "closed_at", "answer_by"),
        Index("ix_supervisions_case", "case_id", "closed_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    closed_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    task: Mapped[UserTask | None] = relationship()


class FollowUp(Base):
    """When one person wants to look at a task again. While `hidden` it is out of their inbox; the row goes when its
    time has come or the task has ended."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_due", "at"),)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True, index=True)
    at: Mapped[datetime]
    hidden: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")


class ChecklistItem(Base):
    """One thing to be ticked off on a task. A `required` one must be before the task is completed."""

    __tablename__ = "checklist_items"
    __table_args__ = (CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_someone"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    text: Mapped[str] = mapped_column(String(200))
    required: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[str] = mapped_column(Person)  # a user's name, or "system": by the diagram
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))


class AskedTask(Base):
    """What an ADHOC task asks a colleague, and the answer. While `awaited` is open its parent cannot be completed."""

    __tablename__ = "asked_tasks"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    question: Mapped[str] = mapped_column(Text)
    awaited: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(Text, default="")


class OpinionPhrase(Base):
    """An opinion a person often writes (常用意见); who has none of their own is offered the house's."""

    __tablename__ = "opinion_phrases"
    __table_args__ = (UniqueConstraint("user_name", "text"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    text: Mapped[str] = mapped_column(String(200))


class LegalHold(Base):
    """What an authority wrote that stops the clock of a case: whose letter, its number and day; recorded by one person,
    agreed to by another. Open while `ended_at` is empty; a case has one open at most."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("agreed_by <> recorded_by", name="two_people"),
        CheckConstraint("issuer <> '' AND number <> ''", name="by_a_document"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),
        Index(
            "uq_legal_holds_open",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(100))
    dated: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    agreed_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Person)  # a user's name, or "system": the case is over

    @property
    def said(self) -> str:
        """The document as people read it."""
        return f"{self.issuer} {self.number}（{self.dated.isoformat()}）"


class ClockPause(Base):
    """A time in which a task's clock stood still, waiting for somebody outside, or by a legal hold. Open while
    `ended_at` is empty; when it ends, the due date has moved from `due_before` to `due_after`."""

    __tablename__ = "clock_pauses"
    __table_args__ = (CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("legal_holds.id"))
    began_at: Mapped[datetime]
    began_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Person)  # a user's name, or "system": the task ended
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]


class TaskReminder(Base):
    """One rung of a task's ladder of reminders: who is told at `at`, once. `at` is empty while it has no time: the task
    has no due date, or its clock stands still."""

    __tablename__ = "task_reminders"
    __table_args__ = (UniqueConstraint("task_id", "rung"), Index("ix_task_reminders_due", "status", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"))
    rung: Mapped[str] = mapped_column(String(40))  # a duration from the due date: -P1D, PT0S, P2D
    receivers: Mapped[str] = mapped_column(String(500))
    status: Mapped[TimerStatus] = status_column(TimerStatus, TimerStatus.WAITING)
    at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
