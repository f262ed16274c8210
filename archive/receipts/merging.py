"""XG4: the person has a dossier already, here (D1) or with another keeper (D2); or the pack holds loose materials."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, dossiers, persons, storage
from archive.answers import need, text
from archive.dossiers import DESK, Dossier
from archive.loose import sending
from archive.packs import desk, exceptions
from archive.packs.models import Pack, PackStatus
from archive.receipts.returns import pack_facts
from archive.receipts.work import check_scan, noted, pack_of
from archive.refusals import wrong
from archive.statuses import ENDED, LABELS, DossierStatus
from workflow import history, instances
from workflow.clock import now
from workflow.errors import NotFound, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

DOUBT = frozenset({"E09"})


@service_task("receipt.query")
def query_keeper(session: Session, work: Work) -> Mapping[str, Any]:
    """D2: the letter of inquiry to the other keeper."""
    pack = pack_of(session, work)
    facts = {**pack_facts(session, pack), "keeper": work.variables.get("other_keeper") or ""}
    letter = documents.issue(session, pack.case, "query", facts, history.SYSTEM)
    return {"query_no": letter.number}


@on_completion("receipt.hold", anew=True)
def hold(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """D2: the other keeper answered. `receive` lets the pack go on, `judge` leaves it to review."""
    pack = pack_of(session, task)
    note = need(answers, "keeper_note", "Say what the other keeper answered.")
    if answers.get("keeper_answer") != "receive":
        return {"keeper_answer": "judge"}
    exceptions.resolve(session, pack, DOUBT, user.name, note)
    return {"keeper_answer": "receive", "codes": exceptions.open_codes(pack)}


@on_completion("receipt.judge", anew=True)
def judge(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """`merge` into the dossier `kept_dossier_no`, hand over as `loose` materials of it, or `wrong_id`."""
    pack = pack_of(session, task)
    judgement = answers.get("judgement")
    note = need(answers, "merge_note", "Say how you came to this.")
    if judgement not in ("merge", "loose"):
        exceptions.raise_(session, pack, "E06", user.name, note)
        return {"judgement": "wrong_id", "codes": exceptions.open_codes(pack)}
    dossier = _kept(session, pack, text(answers, "kept_dossier_no"))
    if judgement == "merge":
        _require_at_hand(dossier, pack)
    exceptions.seen_anew(session, pack, {"E06"}, (), user.name)
    return {"judgement": judgement, "kept_dossier_no": dossier.dossier_no}


@on_completion("receipt.confirm_merge")
def confirm_merge(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The director agrees: the number is kept, the old dossier comes to the desk and the materials join it."""
    pack = pack_of(session, task)
    if answers.get("merge_decision") != "approve":
        note = need(answers, "refusal_note", "Say why not.")
        exceptions.raise_(session, pack, "E06", user.name, note)
        return {"merge_agreed": False, "codes": exceptions.open_codes(pack)}
    known = instances.variables(session, task.instance)
    dossier = _kept(session, pack, known["kept_dossier_no"])
    _require_at_hand(dossier, pack)
    dossiers.hold(session, dossier, pack.case)
    if dossier.status is DossierStatus.IN_STORE:
        storage.take_out(session, dossier, DESK, DossierStatus.SORTING, user.name, pack.case, "materials are merged")
    facts = {**pack_facts(session, pack), "dossier_no": dossier.dossier_no, "why": known.get("merge_note") or ""}
    record = documents.issue(session, pack.case, "merge", facts, user.name)
    exceptions.resolve(session, pack, DOUBT, user.name, record.number)
    noted(session, pack, user.name, "merge approved", dossier_no=dossier.dossier_no, number=record.number)
    return {
        "merge_agreed": True,
        "merging": True,
        "merge_no": record.number,
        "dossier_no": dossier.dossier_no,
        "codes": exceptions.open_codes(pack),
    }


def _require_at_hand(dossier: Dossier, pack: Pack) -> None:
    """Papers join a dossier that stands on its shelf, or at this very desk: one on its way would be gone by then."""
    if dossier.status is not DossierStatus.IN_STORE and dossier.held_by_case_id != pack.case_id:
        raise wrong(
            "kept_dossier_no",
            "Dossier {number} is “{status}”: nothing can join it now. Hand the papers over as loose materials or wait.",
            number=dossier.dossier_no,
            status=sentence(LABELS[DossierStatus][dossier.status]),
        )


@on_completion("receipt.hand_over")
def hand_over(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """P-MAT takes over: the loose material is with the people who file it, named by the dossier it belongs to."""
    pack = pack_of(session, task)
    check_scan(answers.get("scanned_no"), pack.tracking_no, "scanned_no")
    receiver = need(answers, "handed_to", "Say who took the material.")
    pack.status, pack.ended_at = PackStatus.LOOSE, now()
    exceptions.resolve(session, pack, set(exceptions.CODES), user.name, "loose material")
    noted(session, pack, user.name, "handed over", receiver=receiver)
    dossier = _kept(session, pack, str(instances.variables(session, task.instance).get("kept_dossier_no") or ""))
    sent = sending.from_pack(session, dossier, pack.case, pack.sender, pack.tracking_no, user.name)
    return {"handed_to": receiver, "scanned_no": None, "loose_case": sent.business_key}


def _kept(session: Session, pack: Pack, number: str) -> Dossier:
    """The active dossier the pack belongs to; it must be the same person's."""
    if not number:
        raise wrong("kept_dossier_no", "Name the dossier the papers belong to.")
    try:
        dossier = dossiers.by_no(session, number)
    except NotFound as missing:
        raise wrong("kept_dossier_no", missing.sentence.template, **missing.sentence.facts) from None
    id_no = desk.id_of(session, pack)
    if id_no and persons.id_no(session, dossier.person) != id_no:
        raise wrong("kept_dossier_no", "Dossier {number} is another person's: the ID numbers differ.", number=number)
    if dossier.status in ENDED:
        raise wrong("kept_dossier_no", "Dossier {number} is no longer kept here.", number=dossier.dossier_no)
    return dossier
