"""What who does a task has before them: the papers in hand, the label on the folder, the card of the person."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import persons, storage
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.models import PRESENT, Material
from archive.packs.models import Pack
from archive.persons import Person
from archive.statuses import ENDED
from archive.transfer import batches
from archive.transfer.letter_tables import OPEN, Letter
from archive.transfer.models import RUNNING, Transfer, TransferStatus
from workflow import instances
from workflow.models import Case, HistoryEvent, ProcessInstance, UserTask
from workflow.statuses import TaskKind, TaskStatus

LEAVING = ("transfer-out", "transfer-in")


@dataclass
class Facts:
    """Of one task: its step, whose matter it is, the dossier in hand."""

    activity: str = ""
    process: str = ""
    form: str = ""
    case_id: int = 0
    variables: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    id_no: str = ""
    dossier_no: str = ""
    dossier_id: int = 0
    pages: int = 0
    volumes: int = 1
    home: str = ""
    guarded: bool = False
    notice: str = ""
    keeper: str = ""  # the office of this house that keeps the person's dossier
    receiver: str = ""  # the office of this house that wrote the letter for it
    kept_no: str = ""  # and its number there
    awaits: bool = False  # something from outside is to come first
    packed: int = 0  # of a batch that leaves together: packs sealed for carriers
    void: bool = False  # nothing is left to be done: its matter can only be ended
    materials: list[tuple[int, int]] = field(default_factory=list)  # (id, pages)


def of_task(session: Session, task: UserTask, cards: dict[str, str]) -> Facts:
    """`cards`: name → ID number of the invented people."""
    known = {**instances.variables(session, task.instance), **task.local_variables}
    facts = Facts(task.activity_id, task.process_key, task.form_key or "", task.case_id, known)
    of_case(session, facts, cards)
    facts.awaits |= _is_being_corrected(session, task)
    return facts


def _is_being_corrected(session: Session, task: UserTask) -> bool:
    """It was sent straight back to an earlier step, and waits for whoever corrects that."""
    asked = select(UserTask.id).where(UserTask.parent_id == task.id, UserTask.kind == TaskKind.CORRECTION)
    return session.scalars(asked.where(UserTask.status == TaskStatus.OPEN).limit(1)).first() is not None


def of_case(session: Session, facts: Facts, cards: dict[str, str]) -> None:
    """Whose dossier a matter is about, and all that stands on it."""
    dossier = dossier_of(session, facts.case_id, facts.variables)
    pack = session.scalars(select(Pack).where(Pack.case_id == facts.case_id)).first()
    letter = session.get(Letter, facts.case_id)
    said = [dossier.person.name if dossier else letter.name if letter else pack.listed_name if pack else ""]
    said += [facts.variables.get("person_name"), facts.variables.get("name"), _at_first(session, facts.case_id)]
    facts.name = next((each for each in said if each in cards), "") or next(filter(None, said), "")
    facts.id_no = cards.get(facts.name, "")
    if transfer := session.get(Transfer, facts.case_id):
        facts.notice = transfer.notice_no or ""
    if letter:
        facts.guarded = letter.guarded or letter.cadre
        facts.notice = _notice_inside(session, letter)
    facts.packed = len(batches.packed(session, facts.case_id))
    facts.keeper, facts.kept_no = _kept(session, facts.name)
    facts.receiver = _written_by(session, facts)
    facts.awaits = facts.activity == "receive_pack" and _is_awaited(session, letter)
    if facts.activity == "count_out" and not facts.packed:
        facts.awaits = _may_be_packed(session, facts)
        facts.void = not facts.awaits
    if dossier:
        _lay_open(session, facts, dossier)


def _at_first(session: Session, case_id: int) -> str:
    """The name the matter began with, before anybody typed something else at the opening."""
    began = select(HistoryEvent.data).where(HistoryEvent.case_id == case_id, HistoryEvent.kind == "started")
    told = session.scalars(began.order_by(HistoryEvent.id).limit(1)).first() or {}
    return str(told.get("variables", {}).get("name") or "")


def _written_by(session: Session, facts: Facts) -> str:
    """Whose letter lies before one who is to accept it."""
    number = facts.variables.get("letter_no")
    asked = select(Letter.receiver_code).where(Letter.name == facts.name, Letter.number == number)
    return session.scalars(asked).first() or "" if number and facts.process == "transfer-out" else ""


def _may_be_packed(session: Session, facts: Facts) -> bool:
    """Whether any dossier of the batch is still on its way through the house."""
    coming = (TransferStatus.ASKED, TransferStatus.ACCEPTED, TransferStatus.READY)
    mine = (Transfer.batch_case_id == facts.case_id, Transfer.status.in_(coming))
    return session.scalars(select(Transfer.case_id).where(*mine).limit(1)).first() is not None


def _kept(session: Session, name: str) -> tuple[str, str]:
    """The keeper and the number of the dossier somebody has here."""
    asked = select(Dossier.keeper_code, Dossier.dossier_no).join(Person, Person.id == Dossier.person_id)
    found = session.execute(asked.where(Person.name == name, Dossier.status.not_in(ENDED))).first()
    return (found.keeper_code, found.dossier_no) if found else ("", "")


def _is_awaited(session: Session, letter: Letter) -> bool:
    """Nobody can receive yet: a mobile person's pack comes to the desk, that of the other office is not sent."""
    if not letter.cadre and not letter.keeper.inside:
        return True
    sent = (Transfer.letter_no == letter.number, Transfer.status == TransferStatus.SENT)
    return letter.keeper.inside and session.scalars(select(Transfer.case_id).where(*sent)).first() is None


def _notice_inside(session: Session, letter: Letter) -> str:
    """What stands on the pack another office of this house has sent for the letter."""
    asked = select(Transfer.notice_no).where(Transfer.letter_no == letter.number, Transfer.letter_no != "")
    return session.scalars(asked.order_by(Transfer.case_id.desc())).first() or ""


def _lay_open(session: Session, facts: Facts, dossier: Dossier) -> None:
    facts.dossier_no, facts.dossier_id, facts.volumes = dossier.dossier_no, dossier.id, dossier.volumes
    facts.guarded |= dossier.ex_cadre or dossier.kind == "cadre"
    facts.home = storage.home(session, dossier) or ""
    rows: list[Material] = catalogue.rows(session, dossier)
    facts.materials = [(each.id, each.pages) for each in rows]
    within = catalogue.of(session, dossier, *PRESENT)
    facts.pages = sum(each.pages for each in within) if within else dossier.page_count
    facts.id_no = facts.id_no or persons.id_no(session, dossier.person)


def dossier_of(session: Session, case_id: int, variables: dict[str, Any]) -> Dossier | None:
    """By the case that holds it, or by what the process says."""
    number, key = variables.get("dossier_no"), variables.get("dossier_id")
    if isinstance(key, int) and (found := session.get(Dossier, key)):
        return found
    if isinstance(number, str) and number:
        return session.scalars(select(Dossier).where(Dossier.dossier_no == number)).first()
    held = session.scalars(select(Dossier).where(Dossier.held_by_case_id == case_id)).all()
    pack = session.scalars(select(Pack.dossier_id).where(Pack.case_id == case_id)).first()
    return held[0] if len(held) == 1 else session.get(Dossier, pack) if pack else None


def leaves(session: Session, dossier_id: int, name: str) -> bool:
    """Whether it is asked for already, by a letter from outside or from the other office."""
    running = select(Transfer.case_id).where(Transfer.dossier_id == dossier_id, Transfer.status.in_(RUNNING))
    asked = select(Letter.case_id).where(Letter.name == name, Letter.status.in_(OPEN))
    wanted = select(Case.id).where(Case.closed_at.is_(None), Case.title.contains(name), Case.process_key.in_(LEAVING))
    return any(session.scalars(each.limit(1)).first() is not None for each in (running, asked, wanted))


def process_of(session: Session, case_id: int) -> ProcessInstance | None:
    """The case's own process."""
    own = (ProcessInstance.case_id == case_id, ProcessInstance.parent_id.is_(None))
    return session.scalars(select(ProcessInstance).where(*own).order_by(ProcessInstance.id.desc())).first()


def cases_of(session: Session, process: str) -> list[int]:
    return list(session.scalars(select(Case.id).where(Case.process_key == process).order_by(Case.id)))
