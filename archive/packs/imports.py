"""Importing a courier's list: stored at once, then made into packs by a background job, 25 rows at a time.

Safe to break off anywhere: a portion is one transaction, a row is done when its status says so, and a tracking
number makes one pack only. So the same list imported twice brings nothing new the second time.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive import days, vault
from archive.packs import desk, lists
from archive.packs.lists import ListRow
from archive.packs.models import CourierList, CourierRow, ListStatus, Pack, RowStatus
from workflow import jobs
from workflow.clock import now
from workflow.errors import Invalid, NotFound, Refusal
from workflow.kept_sentences import kept
from workflow.registry import Repeat, Work, fsck_check, service_task

TOPIC = "packs.import"
PORTION = 25
ID_PURPOSE = "courier_rows.id_no"
PHONE_PURPOSE = "courier_rows.phone"


@dataclass(frozen=True)
class Progress:
    """How far an import is. rows = accepted + rejected + waiting."""

    rows: int
    accepted: int
    rejected: int
    waiting: int

    @property
    def percent(self) -> int:
        return 100 * (self.accepted + self.rejected) // self.rows if self.rows else 100


def begin(session: Session, content: bytes, name: str, by: str) -> CourierList:
    """Keep the list and leave its rows to a job. Raises Invalid when the file cannot be used; nothing is kept then."""
    preview = lists.parse(content, name)
    courier_list = CourierList(name=name[:255], sha256=preview.sha256, imported_at=now(), imported_by=by)
    session.add(courier_list)
    session.flush()  # its rows and its job name it
    session.add_all(_kept_row(session, courier_list, row) for row in preview.rows)
    courier_list.job_id = jobs.add(session, TOPIC, {"list_id": courier_list.id}).id
    return courier_list


def find(session: Session, list_id: int, *seen: ColumnElement[bool]) -> CourierList:
    """The list, one of those `seen`; raises NotFound."""
    found = session.scalars(select(CourierList).where(CourierList.id == list_id, *seen)).first()
    if found is None:
        raise NotFound
    return found


def latest(session: Session, limit: int = 50, *seen: ColumnElement[bool]) -> list[CourierList]:
    """The imported lists, newest first, all or those `seen` (archive.packs.seen.lists_seen_by)."""
    return list(session.scalars(select(CourierList).where(*seen).order_by(CourierList.id.desc()).limit(limit)))


def progress(session: Session, courier_list: CourierList, *seen: ColumnElement[bool]) -> Progress:
    """Counts of the list's rows by what became of them, all or those `seen` (archive.packs.seen.rows)."""
    asked = select(CourierRow.status, func.count()).where(CourierRow.list_id == courier_list.id, *seen)
    counted = dict(session.execute(asked.group_by(CourierRow.status)).all())
    by_status = {status: counted.get(status, 0) for status in RowStatus}
    return Progress(
        rows=sum(by_status.values()),
        accepted=by_status[RowStatus.ACCEPTED],
        rejected=by_status[RowStatus.REJECTED],
        waiting=by_status[RowStatus.WAITING],
    )


def rows(
    session: Session, courier_list: CourierList, status: RowStatus | None = None, *seen: ColumnElement[bool]
) -> list[CourierRow]:
    """The rows in the file's order, all or those of one status, all or those `seen`; `kept_sentences.spoken` says their
    `reason`."""
    query = select(CourierRow).where(CourierRow.list_id == courier_list.id, *seen).order_by(CourierRow.number)
    return list(session.scalars(query.where(CourierRow.status == status) if status else query))


@service_task(TOPIC)
def import_portion(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """The next rows of a list become packs; repeats until none waits."""
    courier_list = find(session, work.payload["list_id"])
    if courier_list.status is ListStatus.WAITING:
        courier_list.status = ListStatus.RUNNING
        days.open_day(session, days.delivery_day(session, now()), courier_list.imported_by)
    waiting = (
        select(CourierRow)
        .where(CourierRow.list_id == courier_list.id, CourierRow.status == RowStatus.WAITING)
        .order_by(CourierRow.number)
        .limit(PORTION)
    )
    portion = list(session.scalars(waiting))
    together = _bring_in_together(session, courier_list, _clear(session, portion))
    for row in portion:
        if row not in together:
            _bring_in(session, courier_list, row)
    if len(portion) == PORTION:
        return Repeat()
    courier_list.status, courier_list.done_at = ListStatus.DONE, now()
    return {}


def _kept_row(session: Session, courier_list: CourierList, row: ListRow) -> CourierRow:
    phone = row.facts.get("phone")
    return CourierRow(
        list_id=courier_list.id,
        number=row.number,
        facts={field: value for field, value in row.facts.items() if field != "phone"},
        id_no_sealed=vault.seal(session, row.id_no, ID_PURPOSE) if row.id_no else None,
        phone_sealed=vault.seal(session, phone, PHONE_PURPOSE) if phone else None,
        warnings=[kept(said) for said in row.warnings],
        status=RowStatus.REJECTED if row.problems else RowStatus.WAITING,
        reason=kept(row.problems[0]) if row.problems else None,
    )


def _clear(session: Session, portion: Sequence[CourierRow]) -> list[CourierRow]:
    """The rows of the portion that nothing is known to speak against: their number is one, new, and theirs alone."""
    numbered: dict[str, CourierRow] = {}
    for row in portion:
        with contextlib.suppress(Invalid):
            numbered.setdefault(desk.tracking_number(row.facts.get("tracking_no", "")), row)
    known = desk.known_among(session, numbered)
    return [row for number, row in numbered.items() if number not in known]


def _bring_in_together(
    session: Session, courier_list: CourierList, clear: Sequence[CourierRow]
) -> Sequence[CourierRow]:
    """Make packs of these rows in few round trips: all of them, or none when one of them is refused after all."""
    announced = [_announced(session, row) for row in clear]
    try:
        with session.begin_nested():
            packs = desk.expect_all(session, announced, courier_list.imported_by, courier_list) if clear else []
    except Refusal:
        return []
    for row, pack in zip(clear, packs, strict=True):
        row.status, row.pack_id = RowStatus.ACCEPTED, pack.id
    return clear


def _bring_in(session: Session, courier_list: CourierList, row: CourierRow) -> None:
    facts, id_no = _announced(session, row)
    try:
        with session.begin_nested():
            pack = desk.expect(session, facts, id_no, courier_list.imported_by, courier_list)
    except Refusal as refused:
        row.status, row.reason = RowStatus.REJECTED, kept(refused.sentence)
    else:
        row.status, row.pack_id = RowStatus.ACCEPTED, pack.id


def _announced(session: Session, row: CourierRow) -> tuple[dict[str, Any], str | None]:
    """What the row says of its pack, and the ID number; both opened."""
    id_no = vault.open_(session, row.id_no_sealed, ID_PURPOSE) if row.id_no_sealed else None
    phone = vault.open_(session, row.phone_sealed, PHONE_PURPOSE) if row.phone_sealed else None
    return {**row.facts, "phone": phone}, id_no


@fsck_check("lists_add_up")
def _every_row_ended(session: Session) -> Any:
    """A list that is done has no waiting row, and every accepted row its pack (Annex C 19)."""
    left = (
        select(CourierList.id, func.count())
        .join(CourierRow, CourierRow.list_id == CourierList.id)
        .where(CourierList.status == ListStatus.DONE, CourierRow.status == RowStatus.WAITING)
        .group_by(CourierList.id)
    )
    for list_id, count in session.execute(left):
        yield f"List {list_id} is done, but {count} of its rows are neither accepted nor rejected."


@fsck_check("packs_have_a_case")
def _every_pack_in_a_case(session: Session) -> Any:
    """Every pack is worked on in a case."""
    for tracking_no in session.scalars(select(Pack.tracking_no).where(Pack.case_id.is_(None))):
        yield f"Pack {tracking_no} has no case."
