"""R-REJ and R-ID: what cannot be received goes back by an official channel; first the sender may be asked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, documents
from archive.answers import need, text
from archive.custody import PlaceKind
from archive.packs import desk, exceptions
from archive.packs.models import Pack, PackStatus
from archive.receipts.work import check_scan, keep_photos, noted, pack_of, posted_for_a_cadre
from archive.refusals import wrong
from archive.statuses import Channel
from workflow import history, instances, office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task


@on_completion("receipt.prepare_return", anew=True)
def prepare_return(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The window proposes the return: why (codes), whereto, by which way."""
    pack = pack_of(session, task)
    codes = [code for code in answers.get("return_codes") or [] if code in exceptions.CODES]
    if not codes:
        raise wrong("return_codes", "A return needs at least one reason.")
    before = instances.variables(session, task.instance).get("return_codes_added") or []
    exceptions.seen_anew(session, pack, before, codes, user.name)
    added = [code for code in codes if code not in exceptions.open_codes(pack) or code in before]
    for code in codes:
        exceptions.raise_(session, pack, code, user.name, text(answers, "return_note"))
    keep_photos(pack, answers.get("return_photos"), task.activity_id)
    return_to = need(answers, "return_to", "Say whereto the pack goes.")
    return {"return_codes": codes, "return_codes_added": added, "return_to": return_to}


@on_completion("receipt.confirm_return", anew=True)
def confirm_return(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The director decides: `return`, `forward`, or `contact` the sender first. A return is registered and gets its
    letter; both papers bear one number (Annex D)."""
    pack = pack_of(session, task)
    decision = answers.get("return_decision")
    if decision == "contact":
        return {"return_decision": "contact"}
    return_to = text(answers, "return_to") or pack.sender
    facts = _return_facts(session, pack, return_to, decision, text(answers, "decision_note"))
    letter = documents.issue(session, pack.case, "return_letter", facts, user.name)
    documents.issue(session, pack.case, "return_register", facts, user.name, number=letter.number)
    noted(session, pack, user.name, "return confirmed", number=letter.number, whereto=return_to)
    return {"return_decision": decision, "return_no": letter.number, "return_to": return_to}


@on_completion("receipt.send_back")
def send_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The pack leaves the house; it was never stored."""
    pack = pack_of(session, task)
    channel = Channel(answers.get("return_channel") or Channel.OTHER)
    if channel is Channel.OTHER:
        raise wrong("return_channel", "A pack goes back by confidential post, EMS or an officer only.")
    number = need(answers, "return_tracking_no", "Write down the number it was sent under, or the officer's name.")
    check_scan(answers.get("scanned_no"), pack.tracking_no, "scanned_no")
    forwarded = instances.variables(session, task.instance).get("return_decision") == "forward"
    pack.status, pack.ended_at = PackStatus.FORWARDED if forwarded else PackStatus.RETURNED, now()
    exceptions.resolve(session, pack, set(exceptions.CODES), user.name, str(pack.status))
    place = custody.place(PlaceKind.TRANSIT, f"{channel} {number}")
    custody.record(session, pack, place, user.name, pack.case, str(pack.status))
    return {"returned_under": number, "scanned_no": None}


@on_completion("receipt.contact", anew=True)
def contact(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The sender or the person answered: `clarified` leads back to the open pack, `return` sends it back."""
    pack = pack_of(session, task)
    note = need(answers, "contact_note", "Say whom you reached and what was answered.")
    if answers.get("contact") == "clarified":
        if exceptions.holding_up(pack) == {"E16"} and posted_for_a_cadre(session, pack, desk.id_of(session, pack)):
            raise wrong("contact", "Known here as a cadre: what came by post goes back, whatever is said.")
        exceptions.resolve(session, pack, exceptions.HOLDING_UP, user.name, note)
        pack.id_no_hash = pack.id_no_sealed = None  # what the papers show counts now, not what the list said
        return {"contact": "clarified", "codes": exceptions.open_codes(pack)}
    return {"contact": "return"}


@on_completion("receipt.supervise", anew=True)
def supervise(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The director has looked at an exception that took too long, and said what is to be done."""
    note = need(answers, "supervise_note", "Say what is to be done.")
    noted(session, pack_of(session, task), user.name, "supervised", note=note)


@service_task("receipt.remind")
def remind(session: Session, work: Work) -> Mapping[str, Any]:
    """The other side has not answered in time: the reminder is written down with the letter that asked."""
    pack = pack_of(session, work)
    reminders = int(work.variables.get("reminders") or 0) + 1
    letter = documents.issue(
        session,
        pack.case,
        "reminder",
        {
            **pack_facts(session, pack),
            "addressee": _other_side(pack, work),
            "count": reminders,
            "missing_necessary": [],
        },
        history.SYSTEM,
    )
    noted(session, pack, history.SYSTEM, "reminded", count=reminders, document=letter.id)
    return {"reminders": reminders}


def _other_side(pack: Pack, work: Work) -> str:
    """Who is reminded: the keeper asked about a duplicate, else the sender."""
    asked_keeper = "E09" in exceptions.open_codes(pack) and work.variables.get("query_no")
    return str(work.variables.get("other_keeper") or "") if asked_keeper else pack.sender


def pack_facts(session: Session, pack: Pack) -> dict[str, Any]:
    """What every letter about a pack says of it; the day is the one it came on, working day or not."""
    received = office.of(session).local(pack.received_at).date() if pack.received_at else None
    return {
        "tracking_no": pack.tracking_no,
        "name": pack.listed_name,
        "sender": pack.sender,
        "sender_city": pack.sender_city,
        "channel": CHANNELS[pack.channel],
        "received_on": documents.chinese_day(received) if received else "",
        "codes": [f"{code} {exceptions.CODES[code].zh}" for code in exceptions.open_codes(pack)],
    }


CHANNELS = {
    Channel.CONFIDENTIAL: "机要通信",
    Channel.EMS: "邮政特快专递（EMS）",
    Channel.BY_HAND: "专人送达",
    Channel.OTHER: "其他快递或自带",
}


def _return_facts(session: Session, pack: Pack, return_to: str, decision: Any, note: str) -> dict[str, Any]:
    notes = [found.note for found in pack.exceptions if found.resolved_at is None and found.note]
    return {
        **pack_facts(session, pack),
        "return_to": return_to,
        "way": "转寄" if decision == "forward" else "退回",
        "note": note or "；".join(dict.fromkeys(notes)),
        "received_by": pack.received_by or "",
    }
