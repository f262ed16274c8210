"""O3: what keeps a dossier from leaving. Each hold has a kind and says its reason; a legal one stops the clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import dossiers, keepers
from archive.answers import need
from archive.audit import gate
from archive.dossier_tables import Dossier
from archive.loose.models import LooseList, LoosePaper, PaperState
from archive.materials import catalogue
from archive.materials.models import MaterialState
from archive.packs.models import Pack, PackException
from archive.reading.loan_tables import Loan
from archive.scanning import batches
from archive.statuses import DossierStatus
from archive.transfer import deadlines
from archive.transfer.models import Transfer
from archive.transfer.work import transfer_of
from workflow import instances, office
from workflow.around import lawful
from workflow.errors import Conflict
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

LEGAL = frozenset({"sealed", "legal_hold"})  # only these stop the clock (Annex C 18)
SETTLED_HERE = frozenset({"identity", "unit_refuses"})  # by what the owner finds out; the others by the fact itself
AT_WORK = {
    DossierStatus.SORTING: ("sorting", "正在整理"),
    DossierStatus.SCANNING: ("scanning", "正在数字化加工"),
    DossierStatus.STOCKTAKING: ("stocktaking", "正在清点"),
    DossierStatus.MISSING: ("missing", "档案缺失，尚未找回"),
    DossierStatus.DAMAGED: ("damaged", "档案损毁，尚未修复"),
    DossierStatus.TO_SHELVE: ("not_in_store", "尚未入库"),
}


@dataclass(frozen=True)
class Hold:
    """One reason why a dossier may not leave now; `said` names it as papers do."""

    kind: str
    said: str


def of(session: Session, transfer: Transfer, known: Mapping[str, Any]) -> list[Hold]:
    """Every hold of the transfer's dossier now. `known`: id_differs, unit_refuses, settled (kinds found to be none)."""
    settled = set(known.get("settled") or [])
    soft = [("identity", "姓名、身份证号与来函不符", known.get("id_differs"))]
    soft += [("unit_refuses", "存档单位不同意转出", known.get("unit_refuses"))]
    said = [Hold(kind, why) for kind, why, holds in soft if holds and kind not in settled]
    dossier = transfer.dossier
    facts = (*_standing(session, dossier, transfer.case), *_doubts(session, dossier), *_doubles(session, dossier))
    return [*_recorded(session, transfer), *facts, *_loose(session, dossier), *said]


def by_law(session: Session, transfer: Transfer) -> str:
    """The legal holds that stop the transfer's clock now, in words; "" when none does."""
    return _legal(of(session, transfer, {}))


def _legal(found: list[Hold]) -> str:
    return "；".join(each.said for each in found if each.kind in LEGAL)


def _recorded(session: Session, transfer: Transfer) -> Iterator[Hold]:
    if (recorded := lawful.open_hold(session, transfer.case_id)) is not None:
        yield Hold("legal_hold", f"法定暂停：{recorded.said}")


def _standing(session: Session, dossier: Dossier, case: Case) -> Iterator[Hold]:
    """Where it is and who holds it."""
    if dossier.status is DossierStatus.LENT:
        yield Hold("on_loan", _loan(session, dossier))
    elif dossier.status is DossierStatus.SEALED:
        yield Hold("sealed", "经有权机关决定封存")
    elif dossier.status in AT_WORK:
        yield Hold(*AT_WORK[dossier.status])
    elif dossier.status is DossierStatus.LEAVING and dossier.held_by_case_id is None:
        yield Hold("not_in_store", "上次转出已终止，尚未归架")
    holder = dossier.held_by_case_id
    if holder is not None and holder != case.id and dossier.status is DossierStatus.IN_STORE:
        yield Hold("held", f"正在办理：{session.get_one(Case, holder).title}")
    if (batch := batches.undecided(session, dossier)) is not None:
        yield Hold("accepting", f"数字化成果尚未验收：批次 {batch.number}")


def _loan(session: Session, dossier: Dossier) -> str:
    loan = session.scalars(select(Loan).where(Loan.dossier_id == dossier.id, Loan.ended_at.is_(None))).first()
    if loan is None or loan.due_at is None:
        return "查阅中，尚未归库"
    return f"借出未还：{loan.borrower}，应于 {office.of(session).local(loan.due_at).date().isoformat()} 前归还"


def _loose(session: Session, dossier: Dossier) -> Iterator[Hold]:
    """Papers accepted for the dossier that lie in its folder and are not in the catalogue yet."""
    lists = (LooseList.dossier_id == dossier.id, LooseList.ended_at.is_(None))
    asked = select(func.count(LoosePaper.id)).join(LooseList, LooseList.case_id == LoosePaper.case_id)
    if count := session.scalar(asked.where(*lists, LoosePaper.state == PaperState.REGISTERED)):
        yield Hold("loose", f"零散材料待归档：{count} 份")


def _doubts(session: Session, dossier: Dossier) -> Iterator[Hold]:
    for doubt in gate.open_doubts(session, dossier):
        what = " ".join(str(each) for each in doubt.facts.values())
        yield Hold("doubt", f"专项审核存疑：{what}" if what else "专项审核尚未了结")
    for material in catalogue.of(session, dossier, MaterialState.FROZEN):
        yield Hold("doubt", f"材料存疑待核：{material.name}")


def _doubles(session: Session, dossier: Dossier) -> Iterator[Hold]:
    """Another keeper says it has a dossier of this person too, or a pack waits to be judged."""
    for other in keepers.holding(session, dossier.person.id_fingerprint):
        yield Hold("duplicate", f"{other.keeper_name}另存有同一证件号码的档案")
    waiting = (
        select(Pack)
        .join(PackException)
        .where(Pack.dossier_id == dossier.id, PackException.code == "E09", PackException.resolved_at.is_(None))
    )
    for pack in session.scalars(waiting):
        yield Hold("duplicate", f"重复档案待处理：{pack.tracking_no}")


@service_task("transfer.holds")
def look_for_holds(session: Session, work: Work) -> Mapping[str, Any]:
    """O3. Returns `holds` (kind, said) and `held`. Without any the dossier is this case's alone from now on."""
    transfer = transfer_of(session, work)
    found = of(session, transfer, work.variables)
    legal = _legal(found)
    if legal:
        deadlines.pause(session, transfer, legal)
    elif not found:
        dossiers.hold(session, transfer.dossier, transfer.case)
    due = transfer.due_at.isoformat() if transfer.due_at else None
    told = [{"kind": each.kind, "said": each.said} for each in found]
    return {"holds": told, "held": bool(found), "stopped": bool(legal), "due_at": due}


@on_completion("transfer.settle_hold", anew=True)
def settle(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O-HOLD: its owner settled what can be settled, or gives the transfer up (`hold_result` cancel). What is a fact
    (a loan, a seal) is asked anew; only an identity or a unit's consent is cleared by a word, with the reason."""
    transfer = transfer_of(session, task)
    note = need(answers, "hold_note", "Say what was done about it.")
    if answers.get("hold_result") == "cancel":
        in_hand = transfer.dossier.status is DossierStatus.LEAVING  # pulled before the hold came: to its shelf first
        return {"hold_result": "cancel", "cancel_note": note, "in_hand": in_hand}
    known = instances.variables(session, task.instance)
    cleared = SETTLED_HERE & {str(each) for each in answers.get("cleared") or []}
    settled = sorted({*(known.get("settled") or []), *cleared})
    still = of(session, transfer, {**known, "settled": settled})
    if not _legal(still):
        deadlines.go_on(session, transfer, user.name)
    return {"hold_result": "look_again", "settled": settled, "cleared": None}


def refuse_held(session: Session, transfer: Transfer, known: Mapping[str, Any]) -> None:
    """Before it is packed and before it is handed over: nothing has come up meanwhile. Raises Conflict naming it."""
    found = of(session, transfer, known)
    if found:
        raise Conflict("The dossier may not leave: {reasons}.", reasons="；".join(each.said for each in found))
