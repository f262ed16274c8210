"""The matter itself: cases, what finds them, who may see them, what is said and hung on them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base
from workflow.models.columns import ElementId, Person


class Case(Base):
    """The matter itself, over all its process instances."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    business_key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    process_key: Mapped[str] = mapped_column(ElementId, index=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str] = mapped_column(Person)
    taken_over_by: Mapped[str | None] = mapped_column(Person)  # who stands for the starter since that one has left
    closed_at: Mapped[datetime | None]
    clock_stopped_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))  # while its clock stands still
    clock_reason: Mapped[str | None] = mapped_column(String(500))  # whom or what is waited for meanwhile

    @property
    def starter(self) -> str:
        """The login of who began the case, or of who stands for them since they have left."""
        return self.taken_over_by or self.opened_by


class CaseKey(Base):
    """What a scanner or a search finds the case by: tracking number, dossier number, letter number."""

    __tablename__ = "case_keys"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True, index=True)


class CaseGroup(Base):
    """A group that had or has a task in the case, and therefore may see it."""

    __tablename__ = "case_groups"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    group_key: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class CasePerson(Base):
    """A person who started, holds or did work in the case, and therefore may see it."""

    __tablename__ = "case_people"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(Person, primary_key=True, index=True)


class StoredFile(Base):
    """A file in the content-addressed store (written temp → fsync → rename → this row)."""

    __tablename__ = "stored_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))
    stored_at: Mapped[datetime]
    stored_by: Mapped[str] = mapped_column(Person)


class Attachment(Base):
    """A file someone hung on a case."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    file: Mapped[StoredFile] = relationship()


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    author: Mapped[str] = mapped_column(ForeignKey("users.name"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
