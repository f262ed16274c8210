"""Changes of post (职务变动): where and as what somebody works since when, by which document. The last one is what the
record says now; a row written by mistake is struck, never deleted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, partial_dates, persons, rosters, upkeep
from archive.audit import gate
from archive.persons import Person
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved
from workflow import office
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Conflict, NotFound
from workflow.identity import User

HEADERS = {
    "id_no": ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    "name": ("姓名",),
    "since": ("任职时间", "变动时间", "起始时间"),
    "unit": ("工作单位", "单位"),
    "post": ("职务",),
    "rank": ("职级", "职务层次"),
    "document": ("文号", "任职文号", "依据"),
}
NEEDED = ("id_no", "name", "since", "unit")
LONGEST = {"unit": 200, "post": 120, "rank": 120, "document": 200}
STANDS = text("struck_at IS NULL")


class PostChange(Base):
    """One change of post. `since` is YYYY-MM-DD, or as much of it as the document says."""

    __tablename__ = "post_changes"
    __table_args__ = (
        Index(
            "uq_post_changes_standing",
            "person_id", "since", "unit", "post",
            unique=True, sqlite_where=STANDS, postgresql_where=STANDS,
        ),
        CheckConstraint("(struck_at IS NULL) = (struck_by IS NULL)", name="struck_by_someone"),
        CheckConstraint("struck_at IS NULL OR struck_why <> ''", name="struck_for_a_reason"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    since: Mapped[str] = mapped_column(columns.code(10))
    unit: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(120), default="")
    rank: Mapped[str] = mapped_column(String(120), default="")
    document: Mapped[str] = mapped_column(String(200), default="")
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(60))
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str | None] = mapped_column(String(60))
    struck_why: Mapped[str] = mapped_column(String(500), default="")


def of(session: Session, person: Person) -> list[PostChange]:
    """Every change of post of a person, newest first, those struck out too."""
    query = select(PostChange).where(PostChange.person_id == person.id)
    return list(session.scalars(query.order_by(PostChange.since.desc(), PostChange.id.desc())))


def note(session: Session, person: Person, facts: Mapping[str, Any], user: User) -> Outcome:
    """Write a change of post down; written again it stays one. The record says the latest one. `facts`: since, unit,
    post, rank, document. Raises NotAllowed, Invalid beside the field that is wrong; and beside `since` when the special
    audit stops an appointment from then on (TL18 ch. 5)."""
    upkeep.require(session, user, person)
    fresh = _checked(session, facts)
    for each in of(session, person):
        if each.struck_at is None and all(getattr(each, key) == fresh[key] for key in ("since", "unit", "post")):
            return _again(session, person, each, fresh, user)
    if gate.stops_appointment(session, person, fresh["since"]):
        raise wrong("since", "The special audit is not settled: no appointment takes effect until it is.")
    session.add(PostChange(person_id=person.id, noted_at=now(), noted_by=user.name, **fresh))
    session.flush()
    _follow(session, person, user)
    return Outcome.ADDED


def strike(session: Session, change: PostChange, user: User, why: str) -> None:
    """A row written by mistake counts no more; it stays to be seen. Raises NotAllowed, Invalid beside `why`."""
    person = session.get_one(Person, change.person_id)
    upkeep.require(session, user, person)
    if change.struck_at is not None:
        raise Conflict("This change of post is struck out already.")
    if not halved(why):
        raise wrong("why", "Say why it is struck out.")
    change.struck_at, change.struck_by, change.struck_why = now(), user.name, halved(why)[:500]
    session.flush()
    _follow(session, person, user)


def find(session: Session, person: Person, change_id: int) -> PostChange:
    """A change of post of this person; raises NotFound."""
    found = session.get(PostChange, change_id)
    if found is None or found.person_id != person.id:
        raise NotFound
    return found


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], user: User) -> list[RowResult]:
    """Note every row (number in the list, facts); one result for each."""

    def take(opened: Session, row: Row) -> Outcome:
        return note(opened, upkeep.person_of(opened, row, user), row, user)

    return rosters.take_all(session, rows, take)


def _again(session: Session, person: Person, known: PostChange, fresh: Mapping[str, str], user: User) -> Outcome:
    """The same change once more, perhaps with its document or rank."""
    told = {key: fresh[key] for key in ("rank", "document") if fresh[key] and fresh[key] != getattr(known, key)}
    if not told:
        return Outcome.SAME
    for key, value in told.items():
        setattr(known, key, value)
    known.noted_at, known.noted_by = now(), user.name
    session.flush()
    _follow(session, person, user)
    return Outcome.CHANGED


def _checked(session: Session, facts: Mapping[str, Any]) -> dict[str, str]:
    fresh = {key: halved(str(facts.get(key) or ""))[:most] for key, most in LONGEST.items()}
    try:
        fresh["since"] = partial_dates.read(halved(str(facts.get("since") or "")))
    except ValueError:
        raise wrong("since", "A date is written 2026-07-01, 2026-07 or 2026.") from None
    if partial_dates.is_after(fresh["since"], office.of(session).today().isoformat()):
        raise wrong("since", "This day lies ahead.")
    if not fresh["unit"]:
        raise wrong("unit", "Say at which unit.")
    return fresh


def _follow(session: Session, person: Person, user: User) -> None:
    """The record says the latest change that stands; without any it stays as it is."""
    last = next((each for each in of(session, person) if each.struck_at is None), None)
    if last is not None:
        told = {"unit": last.unit, "post": last.post, "rank": last.rank}
        why = f"职务变动 {last.since} {last.document}".strip()
        persons.update(session, person, told, user.name, None, why)
