"""Telling a person something by text message or mail: a row first, sent by a job, each thing told once.

`Sender` is what a real gateway must offer; `FileDrop` leaves each notice as a JSON file in the data folder
(`notice-outbox`). The row holds no telephone number: it is read from the person when the notice leaves.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from archive import columns, dossiers, outbox, persons
from archive.persons import Person
from workflow import office
from workflow.clock import now
from workflow.db import Base, status_column
from workflow.errors import Unavailable
from workflow.models import Case
from workflow.registry import Work, service_task

RECEIVED = "{name}：您的人事档案已由{office}接收入库，档案编号{number}。"  # what a person reads; always Chinese


class NoticeChannel(StrEnum):
    SMS = "sms"
    MAIL = "mail"


class NoticeStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    UNREACHABLE = "unreachable"  # the person left neither telephone nor mail


class Notice(Base):
    """One thing told to one person. `key` makes telling it again the same notice."""

    __tablename__ = "notices"
    __table_args__ = (CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_at_a_moment"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[NoticeChannel | None] = columns.choice(NoticeChannel, nullable=True)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[NoticeStatus] = status_column(NoticeStatus, NoticeStatus.WAITING)
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Sender(Protocol):
    """A gateway. Sending the notice with the same id twice must be the same as once."""

    def send(self, notice_id: int, channel: NoticeChannel, address: str, text: str) -> None:
        """Hand the notice over. Raises Unavailable to be tried again."""


@dataclass(frozen=True)
class FileDrop:
    """Leaves each notice as a file named by its id."""

    folder: Path

    def send(self, notice_id: int, channel: NoticeChannel, address: str, text: str) -> None:
        content = {"id": notice_id, "channel": channel.value, "to": address, "text": text}
        try:
            outbox.drop(self.folder, f"{notice_id:08d}.json", content)
        except OSError as error:
            raise Unavailable("The notice cannot be written: {reason}.", reason=error.strerror) from None


def sender(session: Session) -> Sender:
    """The gateway this office has."""
    return FileDrop(office.of(session).settings.data / "notice-outbox")


def tell(session: Session, person: Person, text: str, case: Case | None = None, key: str = "") -> Notice:
    """Write down that `person` is to be told `text`; sent by `send`. The same key (by default person, case and text)
    again gives the notice there is."""
    key = key or f"{person.id}:{case.id if case else ''}:{hashlib.sha256(text.encode()).hexdigest()}"
    if known := _known(session, key):
        return known
    notice = Notice(
        key=key,
        person_id=person.id,
        case_id=case.id if case else None,
        text=text,
        status=NoticeStatus.WAITING,
        written_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(notice)
            session.flush()
    except IntegrityError:  # somebody told it at the same moment
        return _known(session, key)
    return notice


def send(session: Session, notice: Notice) -> NoticeStatus:
    """Send a waiting notice by text message, else by mail; returns how it stands. May raise Unavailable."""
    if notice.status is not NoticeStatus.WAITING:
        return notice.status
    number, mail = persons.phone(session, notice.person), notice.person.mail
    if not number and not mail:
        notice.status = NoticeStatus.UNREACHABLE
    else:
        notice.channel = NoticeChannel.SMS if number else NoticeChannel.MAIL
        sender(session).send(notice.id, notice.channel, number or mail, notice.text)
        notice.status, notice.sent_at = NoticeStatus.SENT, now()
    session.flush()
    return notice.status


@service_task("notices.tell")
def tell_task(session: Session, work: Work) -> dict[str, Any]:
    """Variables: dossier_no; notice_text, or by default that the dossier was received. Returns notice_id and
    notice_status. Safe to repeat."""
    dossier = dossiers.by_no(session, work.variables["dossier_no"])
    name = office.of(session).settings.office_name
    text = work.variables.get("notice_text") or RECEIVED.format(
        name=dossier.person.name, office=name, number=dossier.dossier_no
    )
    notice = tell(session, dossier.person, text, work.instance.case if work.instance else None)
    return {"notice_id": notice.id, "notice_status": send(session, notice).value}


def _known(session: Session, key: str) -> Notice | None:
    return session.scalars(select(Notice).where(Notice.key == key)).first()
