"""R3 and R4: two people open the pack and compare it with its notice; the machine looks for duplicates."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import duplicates, id_numbers, persons
from archive.answers import need, text
from archive.dossier_tables import GUARDED
from archive.duplicates import Duplicate, Level
from archive.packs import desk, exceptions
from archive.packs.models import OVER, Pack
from archive.receipts.work import check_scan, keep_photos, noted, pack_of, posted_for_a_cadre
from archive.refusals import wrong
from archive.scans import normalise
from archive.transfer import letters
from workflow import cases, history, identity
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

CONTENTS = {"empty": "E11", "several": "E12", "illegible": "E15"}
FOUND_INSIDE = {*CONTENTS.values(), "E06"}


@on_completion("receipt.open", anew=True)
def open_pack(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R3. `contents`: dossier, loose, empty, several, illegible; `identity`: agrees or differs; `witness`: the second
    person, who signed with a password. The ID number stays with the pack, sealed; the process forgets it."""
    pack = pack_of(session, task)
    id_no = answers.get("id_no")
    check_scan(answers.get("scanned_no"), pack.tracking_no, "scanned_no")
    witness = _witness(session, user, answers)
    codes = _codes(session, pack, answers, id_no)
    if codes and not text(answers, "opening_note"):
        raise wrong("opening_note", "Held up by {codes}: say what does not agree.", codes=" ".join(codes))
    note = text(answers, "opening_note")
    exceptions.seen_anew(session, pack, FOUND_INSIDE, codes, user.name)
    for code in codes:
        exceptions.raise_(session, pack, code, user.name, note)
    pack.opened_at, pack.opened_by, pack.witnessed_by = now(), user.name, witness
    _keep_identity(session, pack, text(answers, "name"), id_no, user)
    if id_no:
        letters.recognise(session, pack, persons.fingerprint(session, id_no), user.name)
    keep_photos(pack, answers.get("opening_photos"), task.activity_id)
    held = exceptions.holding_up(pack)
    noted(session, pack, user.name, "opened", witness=witness, codes=sorted(held))
    return {
        "opening": "contact" if held else "agrees",
        "contents": "loose" if answers.get("contents") == "loose" else "dossier",
        "ex_cadre": bool(answers.get("ex_cadre")),  # as it was judged this time
        "name": pack.listed_name,
        "codes": exceptions.open_codes(pack),
        "witnessed_by": witness,
        **dict.fromkeys(("id_no", "witness", "scanned_no")),
    }


@service_task("receipt.duplicates")
def find_duplicates(session: Session, work: Work) -> Mapping[str, Any]:
    """R4. The gravest level decides the way: D1 and D2 hold the pack up, D3 is only shown."""
    pack = pack_of(session, work)
    found = duplicates.check(session, _facts(session, pack))
    shown = [_shown(duplicate) for duplicate in found if duplicate.level is not Level.D4]  # refused at the desk
    shown += [
        {"level": "D1", "note": f"{other.tracking_no} {other.listed_name}", "number": ""}
        for other in _same_id_in_work(session, pack)
    ]
    level = min((each["level"] for each in shown), default="none")
    if level in ("D1", "D2"):
        exceptions.raise_(session, pack, "E09", history.SYSTEM, "；".join(each["note"] for each in shown))
    else:
        exceptions.seen_anew(session, pack, {"E09"}, (), history.SYSTEM)
    numbers = [each["number"] for each in shown if each["level"] == "D1" and each["number"]]
    keepers = [each["where"] for each in shown if each["level"] == "D2"]
    return {
        "duplicate_level": level,
        "duplicates": shown,
        "known_dossier_no": numbers[0] if numbers else "",
        "other_keeper": keepers[0] if keepers else "",
        "codes": exceptions.open_codes(pack),
    }


def _witness(session: Session, user: User, answers: dict[str, Any]) -> str:
    signed = answers.get("witness")
    name = signed["by"] if isinstance(signed, Mapping) else ""
    if not name:
        raise wrong("witness", "A pack is opened by two people: the second one signs here.")
    if name == user.name:
        raise wrong("witness", "The second person must be another one than you.")
    if name not in {member.name for member in identity.members(session, ["registry", "review"])}:
        raise wrong("witness", "The second person must belong to registration or review.")
    return name


def _codes(session: Session, pack: Pack, answers: Mapping[str, Any], id_no: str | None) -> list[str]:
    """What was seen, and what the machine sees by comparing with the list."""
    contents = answers.get("contents") or "dossier"
    if contents in CONTENTS:
        return [CONTENTS[contents]]
    if not id_no:
        raise wrong("id_no", "Type the ID number as the papers show it.")
    need(answers, "name", "Type the name as the papers show it.")
    codes = []
    if answers.get("identity") == "differs" or _differs_from_list(session, pack, answers, id_no):
        codes.append("E06")
    if answers.get("ex_cadre") and pack.channel not in GUARDED or posted_for_a_cadre(session, pack, id_no):
        codes.append("E16")
    return codes


def _differs_from_list(session: Session, pack: Pack, answers: Mapping[str, Any], id_no: str) -> bool:
    if pack.id_no_hash and not desk.same_id(session, pack, id_no):
        return True
    listed = pack.listed_name if pack.id_no_hash else ""  # after the sender answered, the papers count
    return bool(listed) and _bare(listed) != _bare(text(answers, "name"))


def _keep_identity(session: Session, pack: Pack, name: str, id_no: str | None, user: User) -> None:
    if id_no:
        desk.seal_id(session, pack, id_no)
    if name and name != pack.listed_name:
        pack.listed_name = name
        cases.rename(session, pack.case, f"{name} · {pack.tracking_no}", user.name)


def _facts(session: Session, pack: Pack) -> dict[str, Any]:
    id_no = desk.id_of(session, pack)
    birth = id_numbers.birth(id_no).isoformat() if id_no else ""
    return {"name": pack.listed_name, "id_no": id_no, "birth": birth, "pack_id": pack.id}


def _same_id_in_work(session: Session, pack: Pack) -> list[Pack]:
    """Other packs of the same person that are on their way to the shelf, not registered yet."""
    if not pack.id_no_hash:
        return []
    query = select(Pack).where(
        Pack.id_no_hash == pack.id_no_hash,
        Pack.id < pack.id,
        Pack.opened_at.is_not(None),
        Pack.dossier_id.is_(None),
        Pack.status.not_in(OVER),
    )
    return list(session.scalars(query.order_by(Pack.id)))


def _shown(duplicate: Duplicate) -> dict[str, Any]:
    first = duplicate.records[0]
    keeper = first.where if duplicate.level is Level.D2 else ""
    return {
        "level": duplicate.level.value,
        "note": " ".join(filter(None, (first.number, first.name, keeper))),
        "number": first.number,
        "where": first.where,
        "name": first.name,
    }


def _bare(name: str) -> str:
    return normalise(name).replace("·", "").replace(".", "")
