"""Who was asked to sign beside a plain step (加签), and the answers that wait for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, status_column
from workflow.models.tasks import UserTask
from workflow.statuses import SignerPlace


class AskedSigner(Base):
    """A person whose agreement the step `task_id` needs before its process goes on. `signer_task_id` is their task,
    the last one where they were asked again; None before their turn. `opinion` is what they said with it."""

    __tablename__ = "asked_signers"
    __table_args__ = (Index("ix_asked_signers_task", "task_id", "person", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"))
    person: Mapped[str] = mapped_column(ForeignKey("users.name"))
    place: Mapped[SignerPlace] = status_column(SignerPlace, SignerPlace.BESIDE)
    asked_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    signer_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    opinion: Mapped[str] = mapped_column(Text, default="")

    signer_task: Mapped[UserTask | None] = relationship(foreign_keys=[signer_task_id])


class AnswersAside(Base):
    """A step its holder has done, and which waits for those who were asked to sign: it is completed with these answers
    when all have agreed, and given back when one refuses."""

    __tablename__ = "answers_aside"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    answers: Mapped[dict[str, Any]]
    outcome: Mapped[str | None] = mapped_column(String(120))
    request_digest: Mapped[str | None] = mapped_column(String(64))
    set_aside_at: Mapped[datetime]
