"""The dossiers the office keeps: registered once, numbered once, and moved only as Annex B allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import corrections, custody, numbers, parameters
from archive.dossier_facts import checked
from archive.dossier_tables import Dossier, StatusChange
from archive.persons import Person
from archive.scans import halved, normalise
from archive.statuses import ENDED, MOVES, DossierKind, DossierStatus, DossierVersion, label
from workflow import history, office
from workflow.clock import now
from workflow.errors import Conflict, NotFound, sentence
from workflow.models import Case
from workflow.registry import fsck_check

__all__ = ["Dossier", "StatusChange"]  # the tables, at home in dossier_tables

DESK = custody.place(custody.PlaceKind.DESK, "receipt")


def register(
    session: Session,
    person: Person,
    facts: Mapping[str, Any],
    by: str,
    case: Case | None = None,
    at: str = DESK,
    keeper: str | None = None,
) -> Dossier:
    """Give `person` a dossier with the next number; it is now to be shelved, and its custody begins at place `at`.
    `keeper`: the code of the office of this house that keeps it; by default the parameter keeper_code.

    `facts` maps FIELDS to values; other keys are left alone. Who was a cadre once stays one (Annex C 8), whatever
    `facts` say. Raises Invalid beside a wrong field, and Conflict when the person has an active dossier of this version
    here (Annex C 1).
    """
    fresh = checked({**facts, "ex_cadre": facts.get("ex_cadre") or was_cadre(session, person)})
    keeper = keeper or parameters.value(session, "keeper_code")
    version = fresh.get("version", DossierVersion.ORIGINAL)
    _refuse_second(session, person, keeper, version)
    dossier = Dossier(
        dossier_no=numbers.issue(session, "dossier", f"dossier of person {person.id}"),
        keeper_code=keeper,
        person_id=person.id,
        status=DossierStatus.TO_SHELVE,
        registered_at=now(),
        registered_by=by,
        updated_at=now(),
        previous_id=_earlier(session, person, keeper, version),
        **fresh,
    )
    dossier.receive_date = dossier.receive_date or office.of(session).today()
    try:
        with session.begin_nested():
            session.add(dossier)
            session.flush()
    except IntegrityError:
        raise Conflict("{name} has an active dossier here already.", name=person.name) from None
    _log(session, dossier, None, by, case, "registered")
    if case is not None:
        history.record(session, case, by, "dossier_registered", dossier_no=dossier.dossier_no)
    custody.record(session, dossier, at, by, case, "registered")
    return dossier


def was_cadre(session: Session, person: Person) -> bool:
    """Whether a dossier of this person, wherever in this house and whenever, was a cadre's."""
    cadre = (Dossier.kind == DossierKind.CADRE) | Dossier.ex_cadre
    return session.scalar(select(Dossier.id).where(Dossier.person_id == person.id, cadre).limit(1)) is not None


def by_no(session: Session, dossier_no: str, *seen: ColumnElement[bool]) -> Dossier:
    """The dossier with this number, as typed or scanned, one of those `seen` (archive.sight); raises NotFound."""
    found = session.scalars(select(Dossier).where(Dossier.dossier_no == normalise(dossier_no), *seen)).first()
    if found is None:
        raise NotFound("There is no dossier with the number {number}.", number=halved(dossier_no))
    return found


def active_of(session: Session, person: Person) -> list[Dossier]:
    """The person's dossiers kept here now."""
    query = select(Dossier).where(Dossier.person_id == person.id, Dossier.status.not_in(ENDED))
    return list(session.scalars(query.order_by(Dossier.id)))


def update_facts(
    session: Session,
    dossier: Dossier,
    facts: Mapping[str, Any],
    by: str,
    case: Case | None = None,
    why: str = "",
    *,
    beside: bool = False,
) -> list[str]:
    """Correct what the record says (never its number, person or status); returns the fields that changed.

    Every old value is kept (archive.corrections). Raises Invalid beside a wrong field, Conflict when another case
    holds the dossier; not for what a case says of its own work `beside` it.
    """
    if not beside:
        _refuse_held(session, dossier, case)
    fresh = checked(facts, {"kind": dossier.kind, "ex_cadre": dossier.ex_cadre, "channel": dossier.channel})
    changed = [field for field, value in fresh.items() if getattr(dossier, field) != value]
    for field in changed:
        corrections.keep(session, dossier, field, getattr(dossier, field), by, case, why)
        setattr(dossier, field, fresh[field])
    if changed:
        dossier.updated_at, dossier.revision = now(), dossier.revision + 1
        session.flush()  # a constraint speaks here, not at the commit
    return changed


def change_status(
    session: Session, dossier: Dossier, to: DossierStatus, by: str, case: Case | None = None, why: str = ""
) -> None:
    """Move the dossier to status `to`, as Annex B allows.

    Raises Conflict when the move is not allowed, when another case holds the dossier, or when somebody was faster.
    """
    before, to = dossier.status, DossierStatus(to)
    if to not in MOVES[before]:
        raise Conflict(
            "Dossier {number} is “{before}” and cannot become “{after}”.",
            number=dossier.dossier_no,
            before=sentence(label(before)),
            after=sentence(label(to)),
        )
    _refuse_held(session, dossier, case)
    moved = session.execute(
        update(Dossier)
        .where(Dossier.id == dossier.id, Dossier.status == before)
        .values(status=to, updated_at=now(), revision=Dossier.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        raise Conflict("Dossier {number} was changed by somebody else meanwhile.", number=dossier.dossier_no)
    session.refresh(dossier)
    _log(session, dossier, before, by, case, why)


def hold(session: Session, dossier: Dossier, case: Case) -> None:
    """Let `case` alone move this dossier until it lets go. Safe to repeat. Conflict when another case holds it."""
    held = session.execute(
        update(Dossier)
        .where(Dossier.id == dossier.id, Dossier.held_by_case_id.is_(None) | (Dossier.held_by_case_id == case.id))
        .values(held_by_case_id=case.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(dossier)
    if not held.rowcount:
        _refuse_held(session, dossier, case)


def let_go(session: Session, dossier: Dossier, case: Case) -> None:
    """End the hold of `case`. Does nothing when it holds nothing."""
    session.execute(
        update(Dossier)
        .where(Dossier.id == dossier.id, Dossier.held_by_case_id == case.id)
        .values(held_by_case_id=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(dossier)


def status_changes(session: Session, dossier: Dossier) -> list[StatusChange]:
    """Every status the dossier had, oldest first."""
    return list(
        session.scalars(select(StatusChange).where(StatusChange.dossier_id == dossier.id).order_by(StatusChange.seq))
    )


def _refuse_second(session: Session, person: Person, keeper: str, version: DossierVersion) -> None:
    second = select(Dossier.dossier_no).where(
        Dossier.keeper_code == keeper,
        Dossier.person_id == person.id,
        Dossier.version == version,
        Dossier.status.not_in(ENDED),
    )
    if number := session.scalars(second).first():
        raise Conflict("{name} has an active dossier here already: {number}.", name=person.name, number=number)


def _refuse_held(session: Session, dossier: Dossier, case: Case | None) -> None:
    holder = dossier.held_by_case_id
    if holder is None or (case is not None and case.id == holder):
        return
    raise Conflict(
        "Dossier {number} is held by another case: {title}.",
        number=dossier.dossier_no,
        title=session.get_one(Case, holder).title,
    )


def _earlier(session: Session, person: Person, keeper: str, version: DossierVersion) -> int | None:
    """The record of the person's last stay here: coming back is a new receipt, linked to the old one."""
    query = select(func.max(Dossier.id)).where(
        Dossier.keeper_code == keeper, Dossier.person_id == person.id, Dossier.version == version
    )
    return session.scalar(query)


def _log(
    session: Session, dossier: Dossier, before: DossierStatus | None, by: str, case: Case | None, why: str
) -> None:
    seq = session.scalar(select(func.max(StatusChange.seq)).where(StatusChange.dossier_id == dossier.id)) or 0
    session.add(
        StatusChange(
            dossier_id=dossier.id,
            seq=seq + 1,
            from_status=before,
            to_status=dossier.status,
            at=now(),
            by=by,
            case_id=case.id if case else None,
            why=why,
        )
    )
    session.flush()  # the next change counts on from this one


@fsck_check("one_active_dossier")
def _doubles(session: Session) -> Iterator[str]:
    """One active dossier for each keeper, person and version (Annex C 1)."""
    crowded = (
        select(Dossier.keeper_code, Dossier.person_id, Dossier.version, func.count())
        .where(Dossier.status.not_in(ENDED))
        .group_by(Dossier.keeper_code, Dossier.person_id, Dossier.version)
        .having(func.count() > 1)
    )
    for keeper, person_id, version, count in session.execute(crowded):
        yield f"Person {person_id} has {count} active dossiers ({version}) at keeper {keeper}."


@fsck_check("dossier_status_paths")
def _status_paths(session: Session) -> Iterator[str]:
    """Each dossier's status is the end of an unbroken chain of legal moves (Annex B)."""
    last: dict[int, tuple[int, str | None]] = {}
    changes = select(StatusChange.dossier_id, StatusChange.seq, StatusChange.from_status, StatusChange.to_status)
    for dossier_id, seq, before, after in session.execute(changes.order_by(StatusChange.dossier_id, StatusChange.seq)):
        count, ended = last.get(dossier_id, (0, None))
        if seq != count + 1 or before != ended:
            yield f"The status history of dossier {dossier_id} is broken at change {seq}."
        last[dossier_id] = (seq, after)
    for dossier_id, number, status in session.execute(select(Dossier.id, Dossier.dossier_no, Dossier.status)):
        if last.get(dossier_id, (0, None))[1] != status:
            yield f"Dossier {number} is {status}, but its history ends otherwise."
