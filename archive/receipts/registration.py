"""R5 to R7: what is in the pack, what is missing, the record, and another person's eyes on it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import checklists, documents, dossiers, id_numbers, persons
from archive.answers import need, text
from archive.dossiers import Dossier
from archive.packs import desk, exceptions
from archive.packs.models import Pack
from archive.receipts.returns import pack_facts
from archive.receipts.work import check_scan, noted, pack_of, posted_for_a_cadre
from archive.refusals import wrong
from archive.statuses import EntrustKind
from workflow import cases, history, instances, office
from workflow.clock import now
from workflow.errors import Conflict
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

ENTRUSTED = {"GRAD": EntrustKind.GRADUATE, "UNIT": EntrustKind.UNIT, "PERSON": EntrustKind.PERSON}
INCOMPLETE = frozenset({"E07", "E08"})


@on_completion("receipt.tick", anew=True)
def tick(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R5. `list_kind` GRAD, UNIT or PERSON; `present`: the materials ticked. What is missing is told, not refused."""
    pack = pack_of(session, task)
    missing = checklists.missing(
        answers.get("list_kind"), answers.get("present") or [], bool(answers.get("party_member"))
    )
    necessary, other = [item for item in missing if item.necessary], [item for item in missing if not item.necessary]
    found = {code: items for code, items in (("E07", necessary), ("E08", other)) if items}
    exceptions.seen_anew(session, pack, INCOMPLETE, found, user.name)
    for code, items in found.items():
        exceptions.raise_(session, pack, code, user.name, "、".join(item.zh for item in items))
    told = {
        "missing_necessary": [item.zh for item in necessary],
        "missing_other": [item.zh for item in other],
        "materials": "necessary" if necessary else "other" if other else "complete",
        "codes": exceptions.open_codes(pack),
    }
    if missing:
        facts = {**pack_facts(session, pack), **told, "until": ""}
        told["notice_no"] = documents.issue(session, pack.case, "missing", facts, user.name).number
    return told


@on_completion("receipt.notice", anew=True)
def notice(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R-NOTE: the person was told and undertook, or could not be reached. Either way the pack goes on
    (告知承诺制: missing materials are no reason to refuse)."""
    pack = pack_of(session, task)
    undertaken = bool(answers.get("undertaken"))
    if not undertaken:
        need(answers, "notice_note", "Say why there is no undertaking.")
    exceptions.resolve(session, pack, {"E08"}, user.name, "undertaken" if undertaken else text(answers, "notice_note"))
    noted(session, pack, user.name, "told of missing material", by_way=answers.get("told_by"), undertaken=undertaken)
    return {"undertaken": undertaken, "codes": exceptions.open_codes(pack)}


@on_completion("receipt.follow")
def follow(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The missing material came (`supplied` lists it), or it is closed with a reason. The mark follows."""
    pack = pack_of(session, task)
    known = instances.variables(session, task.instance)
    supplied = set(answers.get("supplied") or [])
    if not supplied:
        need(answers, "follow_note", "Say why it is closed without the material.")
    left = [name for name in known.get("missing_necessary") or [] if name not in supplied]
    exceptions.resolve(session, pack, {"E07"}, user.name, text(answers, "follow_note") or "、".join(sorted(supplied)))
    if pack.dossier_id:
        dossier = session.get_one(Dossier, pack.dossier_id)
        rest = [name for name in dossier.missing if name not in supplied]
        dossiers.update_facts(session, dossier, {"missing": rest}, user.name, pack.case, "material supplied")
    return {"missing_necessary": left, "codes": exceptions.open_codes(pack)}


@service_task("receipt.chase")
def chase(session: Session, work: Work) -> Mapping[str, Any]:
    """After 30 working days the sender and the person are asked again, by letter."""
    pack = pack_of(session, work)
    facts = {
        **pack_facts(session, pack),
        "missing_necessary": work.variables.get("missing_necessary") or [],
        "addressee": pack.sender,
        "count": 1,
    }
    letter = documents.issue(session, pack.case, "reminder", facts, history.SYSTEM)
    noted(session, pack, history.SYSTEM, "chased", document=letter.id)
    return {"chased_at": now().isoformat()}


@on_completion("receipt.register", anew=True)
def register(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R6: the master data, with the ID number typed a second time. The number is given here, once.

    Back from review, the same record is corrected. In a merge the old dossier keeps its number.
    """
    pack = pack_of(session, task)
    check_scan(answers.get("scanned_no"), pack.tracking_no, "scanned_no")
    id_no = _second_typing(session, pack, answers)
    if not pack.dossier_id and posted_for_a_cadre(session, pack, id_no):  # known by now, not yet at the opening
        raise wrong(
            "id_no_again",
            "Known as a cadre by now, and the pack came by post: send it back to its opening, where it is held up.",
        )
    known = instances.variables(session, task.instance)
    phone = text(answers, "phone") or desk.phone_of(session, pack)
    facts = {**answers, "id_no": id_no, "phone": phone, **_facts_of(session, pack, known)}
    try:
        dossier = _recorded(session, pack, facts, known, user)
    except Conflict as refused:
        raise wrong(
            "id_no_again",
            "{reason} Send the pack back to its opening: it is looked up once more there, and judged.",
            reason=refused.sentence,
        ) from None
    pack.dossier_id, pack.registered_at = dossier.id, pack.registered_at or now()
    cases.add_key(session, pack.case, dossier.dossier_no)
    noted(session, pack, user.name, "registered", dossier_no=dossier.dossier_no)
    return {
        "dossier_id": dossier.id,
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        **dict.fromkeys(("id_no_again", "phone", "scanned_no")),  # sealed with the person; the process forgets them
    }


@on_completion("receipt.review", anew=True)
def review(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R7: another person compares the record with the papers; `back` needs a reason."""
    pack = pack_of(session, task)
    if answers.get("review") == "back":
        return {"review": "back", "review_note": need(answers, "review_note", "Say what is to be corrected.")}
    dossier = session.get_one(Dossier, pack.dossier_id)
    dossiers.update_facts(session, dossier, {"checked_by": user.name}, user.name, pack.case, "reviewed")
    return {"review": "agrees", "review_note": ""}


def _second_typing(session: Session, pack: Pack, answers: dict[str, Any]) -> str:
    """The ID number typed again, equal to the first typing at the opening."""
    again = id_numbers.check(str(answers.get("id_no_again") or ""), "id_no_again")
    if not pack.id_no_hash or not desk.same_id(session, pack, again):
        raise wrong("id_no_again", "This is not the ID number typed when the pack was opened. Compare with the papers.")
    return again


def _facts_of(session: Session, pack: Pack, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the process knows already and nobody types again."""
    kind = known.get("list_kind")
    return {
        "receive_date": office.of(session).local(pack.received_at).date(),
        "channel": pack.channel,
        "track_no": pack.tracking_no,
        "source_unit": pack.sender,
        "source_place": pack.sender_city,
        "entrust_kind": ENTRUSTED.get(kind),
        "ex_cadre": known.get("ex_cadre"),
        "missing": [*(known.get("missing_necessary") or []), *(known.get("missing_other") or [])],
    }


def _recorded(session: Session, pack: Pack, facts: dict[str, Any], known: Mapping[str, Any], user: User) -> Dossier:
    """The dossier of this pack: corrected, joined, or new."""
    person = persons.by_id_no(session, facts["id_no"])
    if person is None:
        person = persons.register(session, facts, user.name)
    else:
        persons.update(session, person, facts, user.name, pack.case, "receipt")
    if pack.dossier_id:
        dossier = session.get_one(Dossier, pack.dossier_id)
        dossiers.update_facts(session, dossier, facts, user.name, pack.case, "corrected after review")
        return dossier
    if known.get("merging"):
        dossier = dossiers.by_no(session, known["dossier_no"])
        joined = {"volumes": facts.get("volumes"), "remark": facts.get("remark")}
        dossiers.update_facts(session, dossier, joined, user.name, pack.case, "materials merged")
        return dossier
    return dossiers.register(session, person, facts, user.name, pack.case)
