"""O7 to O9: notice and list are written, the pack is sealed by two, and handed to a courier or to two carriers.

The channel rule (TL18 art. 25; LD21): a cadre's or once-cadre's dossier goes by confidential post or two carriers only;
others also by EMS or registered mail. No dossier is ever carried by its person."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, dossiers, numbers, qr_codes
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.dossier_tables import GUARDED
from archive.packs import desk
from archive.reading import relatives
from archive.refusals import wrong
from archive.statuses import Channel, DossierStatus
from archive.steps import name_of
from archive.transfer import codes, deadlines
from archive.transfer.holds import refuse_held
from archive.transfer.models import ALLOWED, Dispatch, NumberCorrection, Transfer, TransferStatus
from archive.transfer.preparing import lines
from archive.transfer.work import CHANNELS, issue, transfer_of
from workflow import history, instances, office
from workflow.clock import now
from workflow.documents import Picture
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

CARRIERS = ("carrier", "carrier_card", "second_carrier", "second_carrier_card")
QR_WIDTH = 22  # millimetres


@on_completion("transfer.pack", anew=True)
def pack(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O7: two people pack and seal; the notice (stub, notice, receipt) and the list of materials (two copies) bear one
    number. Raises Invalid beside `channel` where the rule forbids it."""
    transfer = transfer_of(session, task)
    if answers.get("pack_result") == "cancel":
        return {"pack_result": "cancel", "cancel_note": need(answers, "pack_note", "Say why.")}
    refuse_held(session, transfer, instances.variables(session, task.instance))
    transfer.channel = allowed(transfer, answers.get("channel"))
    transfer.packed_by, transfer.witnessed_by = user.name, second(answers, user)
    transfer.seal_no = need(answers, "seal_no", "Type the number of the seal.")
    notice = _notice(session, transfer, user)
    session.flush()  # constraints speak here
    return {"pack_result": "packed", "notice_no": notice, "channel": transfer.channel.value, "witness": None}


def allowed(transfer: Transfer, chosen: Any) -> Channel:
    """The channel, if this dossier may travel by it; raises Invalid beside `channel`."""
    if chosen not in {each.value for each in ALLOWED}:
        raise wrong("channel", "A dossier goes by confidential post, EMS or two carriers, never with its person.")
    channel = Channel(chosen)
    if transfer.guarded and channel not in GUARDED:
        raise wrong("channel", "A cadre's or former cadre's dossier goes by confidential post or two carriers only.")
    return channel


def second(answers: Mapping[str, Any], user: User) -> str:
    """The second person, who signed with a password; raises Invalid beside `witness`."""
    signed = answers.get("witness")
    name = str(signed.get("by") or "") if isinstance(signed, Mapping) else ""
    if not name or name == user.name:
        raise wrong("witness", "A second person signs here.")
    return name


def _notice(session: Session, transfer: Transfer, user: User) -> str:
    """Numbered late, so that no number is lost; the one of an earlier packing that never left is void."""
    void_unsent(session, transfer, user.name, "重新封装")
    number = numbers.issue(session, "transfer", f"notice of {transfer.case.business_key}")
    transfer.notice_no = number
    more = {
        "qr": Picture(qr_codes.png(codes.of_notice(number, transfer.dossier.dossier_no)), QR_WIDTH),
        "rows": lines(session, transfer),
        "packed_by": name_of(session, transfer.packed_by),
        "witness": name_of(session, transfer.witnessed_by),
        "seal_no": transfer.seal_no,
    }
    issue(session, transfer, "transfer_notice", user.name, number, **more)
    issue(session, transfer, "transfer_list", user.name, number, **more)
    return number


def void_unsent(session: Session, transfer: Transfer, by: str, why: str) -> None:
    """The notice that never left bears a void number from now on."""
    number = transfer.notice_no
    if number and number not in {each.notice_no for each in transfer.dispatches}:
        numbers.void(session, number, by, why)


@on_completion("transfer.hand_over")
def hand_over(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O8 and O9: notice scanned, courier number or two carriers written down; from now on it is on its way. What is
    written here is never rewritten."""
    transfer = transfer_of(session, task)
    if answers.get("sending") == "cancel":
        return {"sending": "cancel", "cancel_note": need(answers, "send_note", "Say why.")}
    check_label(transfer.dossier, answers)
    refuse_held(session, transfer, instances.variables(session, task.instance))
    dispatch = _dispatch(session, transfer, user, answers)
    session.add(dispatch)
    session.flush()  # constraints speak here
    dossier, case = transfer.dossier, transfer.case
    dossiers.change_status(session, dossier, DossierStatus.ON_THE_WAY, user.name, case, "handed over to be carried")
    custody.record(session, dossier, dispatch.place, user.name, case, "handed over to be carried")
    transfer.status = TransferStatus.SENT
    name = office.of(session).settings.office_name
    told = f"{dossier.person.name}：您的人事档案已由{name}转往{transfer.keeper.name if transfer.keeper else ''}。"
    return {
        "sending": "sent",
        "scan_label": None,
        "track_no": dispatch.track_no,
        "notice_text": told,
        **deadlines.waiting(session, transfer, dispatch.sent_at),
    }


def _dispatch(session: Session, transfer: Transfer, user: User, answers: Mapping[str, Any]) -> Dispatch:
    channel = transfer.channel
    assert channel is not None
    by_hand = channel is Channel.BY_HAND
    carriers = {field: text(answers, field) for field in CARRIERS} if by_hand else {}
    number = (
        "" if by_hand else desk.tracking_number(need(answers, "track_no", "Type the courier's number."), "track_no")
    )
    if by_hand:
        _require_two(carriers)
        _refuse_kin(session, transfer, carriers)
    way = f"{carriers['carrier']}、{carriers['second_carrier']}" if by_hand else number
    return Dispatch(
        case_id=transfer.case_id,
        seq=len(transfer.dispatches) + 1,
        notice_no=transfer.notice_no,
        channel=channel,
        guarded=transfer.guarded,
        track_no=number,
        place=custody.place(PlaceKind.TRANSIT, f"{CHANNELS[channel]} {way}"),
        sent_at=now(),
        sent_by=user.name,
        **carriers,
    )


def _require_two(carriers: Mapping[str, str]) -> None:
    for field in CARRIERS:
        if not carriers[field]:
            raise wrong(field, "Two people carry it: the name and work card of each.")
    if carriers["carrier"] == carriers["second_carrier"]:
        raise wrong("second_carrier", "Two different people carry it.")


def _refuse_kin(session: Session, transfer: Transfer, carriers: Mapping[str, str]) -> None:
    """Never the person of the dossier nor a relative (TL18 art. 25): by name, since that is what a carrier shows."""
    person = transfer.dossier.person
    kept_away = {person.name} | {each.name for each in relatives.of(session, person) if each.ended_at is None}
    for field in ("carrier", "second_carrier"):
        if carriers[field] in kept_away:
            said = "{name} has the name of the dossier's person or of a relative: somebody else carries it."
            raise wrong(field, said, name=carriers[field])


def correct_number(session: Session, dispatch: Dispatch, number: str, by: User, witness: str, why: str) -> str:
    """Write down the right courier number beside the wrong one, which stays. Two people, in the transfer's case.

    Raises Invalid beside `right_no` or `witness`."""
    if witness == by.name:
        raise wrong("witness", "A second person signs here.")
    fresh = desk.tracking_number(number, "right_no")
    row = NumberCorrection(track_no=fresh, why=why, at=now(), by=by.name, witnessed_by=witness)
    dispatch.corrections.append(row)
    session.flush()
    history.record(
        session, dispatch.case_id, by.name, "number_corrected", before=dispatch.track_no, after=fresh, why=why
    )
    return fresh
