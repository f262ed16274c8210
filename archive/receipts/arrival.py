"""R1 and R2: the pack arrives, is signed for and looked at from outside."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, days
from archive.answers import need, text
from archive.custody import PlaceKind
from archive.dossiers import DESK
from archive.packs import exceptions
from archive.packs.exceptions import Treatment
from archive.packs.models import Pack, PackStatus
from archive.receipts.work import check_scan, keep_photos, noted, pack_of
from archive.refusals import wrong
from archive.statuses import Channel
from workflow import office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

# what an unticked check means
CHECKS = {"channel": "E03", "seal": "E01", "seam": "E02", "addressee": "E04"}
OTHER_PROBLEMS = ("E05", "E10", "E16")


@on_completion("receipt.sign")
def sign(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R1. `arrival`: delivered or missing (E13). `scanned_no` must be the pack's when given."""
    pack = pack_of(session, task)
    check_scan(answers.get("scanned_no"), pack.tracking_no, "scanned_no")
    if answers.get("arrival") == "missing":
        exceptions.raise_(session, pack, "E13", user.name, text(answers, "arrival_note"))
        return {"arrived": False, **dict.fromkeys(("arrival", "scanned_no"))}
    pack.channel = Channel(answers.get("channel") or pack.channel)
    pack.courier = text(answers, "courier")
    _take_in(session, pack, user)
    keep_photos(pack, answers.get("arrival_photos"), task.activity_id)
    return {
        "arrived": True,
        "channel": str(pack.channel),
        "delivery_day": pack.delivery_day.isoformat(),
        "scanned_no": None,  # each step asks for its own scan
    }


@on_completion("receipt.trace_pack", anew=True)
def trace_pack(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """E13: the pack turned up, or it is written off as never delivered."""
    pack = pack_of(session, task)
    found = answers.get("trace_result") == "found"
    if not found:
        need(answers, "trace_note", "Say what the sender and the carrier answered.")
        pack.status, pack.ended_at = PackStatus.MISSING, now()
    exceptions.resolve(session, pack, {"E13"}, user.name, text(answers, "trace_note") or "delivered")
    return {"found": found}


@on_completion("receipt.trace_list", anew=True)
def trace_list(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """E14: the sender sent the list, or said why there is none."""
    note = need(answers, "list_note", "Say what the sender answered.")
    exceptions.resolve(session, pack_of(session, task), {"E14"}, user.name, note)


@on_completion("receipt.check_outside", anew=True)
def check_outside(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R2. `checks` are the four ticks, `problems` what else was seen. The codes follow from them.

    A pack with E01–E05 or E16 is not opened here; a damaged one (E10) is opened by two and its sender asked.
    """
    pack = pack_of(session, task)
    ticked = set(answers.get("checks") or [])
    codes = [code for check, code in CHECKS.items() if check not in ticked]
    codes += [code for code in OTHER_PROBLEMS if code in set(answers.get("problems") or [])]
    _refuse_contradiction(pack, ticked)
    note = text(answers, "outside_note")
    if codes:
        need(answers, "outside_note", "Say what is wrong with the outside.")
    pack.seal_intact, pack.seam_seal = "seal" in ticked, "seam" in ticked
    pack.cover = text(answers, "cover")
    pack.status = PackStatus.IN_WORK
    exceptions.seen_anew(session, pack, {*CHECKS.values(), *OTHER_PROBLEMS}, codes, user.name)
    for code in codes:
        exceptions.raise_(session, pack, code, user.name, note)
    keep_photos(pack, answers.get("outside_photos"), task.activity_id)
    refused = any(exceptions.CODES[code].treatment in (Treatment.RETURN, Treatment.FORWARD) for code in codes)
    return {"outside": "return" if refused else "good", "codes": exceptions.open_codes(pack)}


def _refuse_contradiction(pack: Pack, ticked: set[str]) -> None:
    if pack.channel is Channel.OTHER and "channel" in ticked:
        raise wrong("checks", "The pack came by another courier or was carried by the person: that is not allowed.")


def _take_in(session: Session, pack: Pack, user: User) -> None:
    """Signed for: it counts for its delivery day, and its custody begins at the desk."""
    at = now()
    day = days.delivery_day(session, at)
    pack.received_at, pack.received_by, pack.delivery_day = at, user.name, day
    pack.late = day != office.of(session).local(at).date()
    pack.status = PackStatus.SIGNED
    exceptions.resolve(session, pack, {"E13"}, user.name, "delivered")
    days.open_day(session, day, user.name)
    sender = custody.place(PlaceKind.SENDER, pack.sender or "?")
    custody.record(session, pack, sender, user.name, pack.case, "sent")
    custody.record(session, pack, DESK, user.name, pack.case, "signed for")
    noted(session, pack, user.name, "signed", tracking_no=pack.tracking_no, day=day.isoformat())
