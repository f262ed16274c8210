"""The day of the receiving desk: what was delivered must be registered or a named exception before the day closes.

Promise of the office: signed for, registered and shelved the same day. Figures: delivered = registered + exceptions;
the difference at closing is zero (Annex C 3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Date, ForeignKey, String, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import calendar
from archive.packs import exceptions
from archive.packs.models import Pack, PackException, PackStatus
from workflow import cases, definitions, instances, messages
from workflow.clock import now
from workflow.db import Base, status_column
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import Subscription
from workflow.registry import fsck_check, sends

PROCESS = "day-close"
CLOSE_EARLY = sends("day.close")  # the message that closes a day before its hour; correlated by the day, YYYY-MM-DD


class DayStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Day(Base):
    """One delivery day. The figures are those of the moment it was closed."""

    __tablename__ = "delivery_days"
    __table_args__ = (CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at_a_moment"),)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    status: Mapped[DayStatus] = status_column(DayStatus, DayStatus.OPEN)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)


@dataclass(frozen=True)
class DayRow:
    """One delivered pack as the day's list shows it. `place` is "registered", "exception" or "open"."""

    pack_id: int
    case_id: int | None
    tracking_no: str
    name: str
    sender: str
    channel: str
    status: str
    place: str
    codes: tuple[str, ...]
    shelved: bool
    overdue: bool  # delivered, yet not on the shelf after closing: flagged red


@dataclass(frozen=True)
class DayFigures:
    """What came and what became of it. `difference` is what is neither registered nor an exception."""

    day: date
    delivered: int
    registered: int
    shelved: int
    exceptions: int
    difference: int
    late: int
    by_channel: Mapping[str, int]
    rows: tuple[DayRow, ...]

    @property
    def difference_rows(self) -> list[DayRow]:
        return [row for row in self.rows if row.place == "open"]

    def as_json(self) -> dict[str, Any]:
        """The counts, for process variables and the day's row."""
        return {
            "delivered": self.delivered,
            "registered": self.registered,
            "shelved": self.shelved,
            "exceptions": self.exceptions,
            "difference": self.difference,
            "late": self.late,
            "by_channel": dict(self.by_channel),
        }


def delivery_day(session: Session, at: datetime) -> date:
    """The day a pack signed for at `at` counts for: that day, or the next working day once the desk has closed."""
    day = calendar.delivery_day(session, at)
    while _closed(session, day):  # closed early
        day = calendar.next_working_day(session, day + timedelta(days=1))
    return day


def open_day(session: Session, day: date, by: str) -> Day:
    """The day's row and its closing process, made once; two at once make one."""
    if (known := session.get(Day, day)) is not None:
        return known
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = dialect.insert(Day).values(day=day, status=DayStatus.OPEN, opened_at=now(), opened_by=by, figures={})
    made = session.execute(fresh.on_conflict_do_nothing().returning(Day.day)).first()
    row = session.get_one(Day, day)
    if made:
        case = cases.open_case(session, f"DAY-{day.isoformat()}", f"{day.isoformat()} 日结", PROCESS, by)
        row.case_id = case.id
        closing = calendar.closing(session, day)
        instances.start(
            session,
            definitions.latest(session, PROCESS),
            case,
            by,
            {"day": day.isoformat(), "closing_at": closing.isoformat()},
        )
    return row


def find(session: Session, day: date) -> Day:
    """The day; raises NotFound when no pack and no list opened it."""
    found = session.get(Day, day)
    if found is None:
        raise NotFound
    return found


def closes_early(session: Session, row: Day) -> bool:
    """Whether the day still waits for its closing hour, so that somebody entitled may close it before."""
    waiting = select(Subscription.id).where(
        Subscription.name == CLOSE_EARLY, Subscription.correlation_key == row.day.isoformat()
    )
    return session.scalar(waiting.limit(1)) is not None


def close_early(session: Session, row: Day, user: User) -> None:
    """Begin the closing of the day now; raises Conflict when it has begun already."""
    day = row.day.isoformat()
    if not closes_early(session, row):
        raise Conflict("The closing of {day} has begun already.", day=day)
    messages.receive(session, CLOSE_EARLY, day, {"closed_early_by": user.name}, f"{CLOSE_EARLY}:{day}")


def latest(session: Session, limit: int = 31) -> list[Day]:
    """The days, newest first."""
    return list(session.scalars(select(Day).order_by(Day.day.desc()).limit(limit)))


def figures(session: Session, day: date, *seen: ColumnElement[bool]) -> DayFigures:
    """What was delivered on `day` and where each pack stands now; of the packs that are `seen` (archive.packs.seen)."""
    came = select(Pack).where(Pack.delivery_day == day, *seen)
    packs = list(session.scalars(came.order_by(Pack.received_at, Pack.id)))
    codes = _open_codes(session, day)
    closed = now() >= calendar.closing(session, day)
    rows = tuple(_row(pack, codes.get(pack.id, ()), closed) for pack in packs)
    places = [row.place for row in rows]
    by_channel: dict[str, int] = {}
    for pack in packs:
        by_channel[str(pack.channel)] = by_channel.get(str(pack.channel), 0) + 1
    return DayFigures(
        day=day,
        delivered=len(rows),
        registered=places.count("registered"),
        shelved=sum(row.shelved for row in rows),
        exceptions=places.count("exception"),
        difference=places.count("open"),
        late=sum(pack.late for pack in packs),
        by_channel=by_channel,
        rows=rows,
    )


def _row(pack: Pack, codes: tuple[str, ...], closed: bool) -> DayRow:
    place = _place(pack, codes)
    shelved = pack.status is PackStatus.STORED
    return DayRow(
        pack_id=pack.id,
        case_id=pack.case_id,
        tracking_no=pack.tracking_no,
        name=pack.listed_name,
        sender=pack.sender,
        channel=str(pack.channel),
        status=str(pack.status),
        place=place,
        codes=codes,
        shelved=shelved,
        overdue=closed and not shelved and place != "exception",
    )


def _place(pack: Pack, codes: tuple[str, ...]) -> str:
    if pack.registered_at is not None:
        return "registered"
    ended = pack.status in (PackStatus.RETURNED, PackStatus.FORWARDED, PackStatus.LOOSE)
    return "exception" if ended or set(codes) & exceptions.HOLDING_UP else "open"


def _open_codes(session: Session, day: date) -> dict[int, tuple[str, ...]]:
    query = (
        select(PackException.pack_id, PackException.code)
        .join(Pack, Pack.id == PackException.pack_id)
        .where(Pack.delivery_day == day, PackException.resolved_at.is_(None))
        .order_by(PackException.code)
        .distinct()
    )
    found: dict[int, tuple[str, ...]] = {}
    for pack_id, code in session.execute(query):
        found[pack_id] = (*found.get(pack_id, ()), code)
    return found


def _closed(session: Session, day: date) -> bool:
    status = session.scalar(select(Day.status).where(Day.day == day))
    return status is DayStatus.CLOSED


def open_days(session: Session) -> int:
    """How many days are not closed yet."""
    return session.scalar(select(func.count()).where(Day.status == DayStatus.OPEN)) or 0


@fsck_check("days_balanced")
def _unbalanced(session: Session) -> Iterator[str]:
    """A closed day's packs are registered or exceptions, and those its figures count (Annex C 3)."""
    closed = select(Day.day, Day.figures).where(Day.status == DayStatus.CLOSED)
    came = dict(session.execute(select(Pack.delivery_day, func.count()).group_by(Pack.delivery_day)).all())
    for day, told in session.execute(closed.order_by(Day.day)):
        delivered, registered, excepted = (told.get(each, 0) for each in ("delivered", "registered", "exceptions"))
        if delivered != registered + excepted:
            yield f"{day} is closed with {delivered} packs, {registered} registered and {excepted} exceptions."
        if delivered != came.get(day, 0):
            yield f"{day} is closed with {delivered} packs, but {came.get(day, 0)} were signed for."
