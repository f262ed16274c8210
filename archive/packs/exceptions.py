"""The sixteen exceptions of the receiving desk (E01–E16): what each means, how it is treated, and its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.packs.models import Pack, PackException
from workflow.clock import now


class Treatment(StrEnum):
    """What the rules let the office do with an exception."""

    RETURN = "return"  # never registered as stored: back by an official channel, or a note asked for
    FORWARD = "forward"  # to the right addressee, or back
    CONTACT = "contact"  # the sender is asked first
    DECIDE = "decide"  # somebody decides whether it is the same person
    NOTICE = "notice"  # told and undertaken; never a reason to refuse
    CHASE = "chase"  # list and packs are brought together

    @property
    def holds_up(self) -> bool:
        """Whether the pack cannot become a stored dossier while the exception is open."""
        return self not in (Treatment.NOTICE, Treatment.CHASE)


@dataclass(frozen=True)
class Code:
    """One exception code: its name in both languages and its treatment."""

    code: str
    zh: str
    en: str
    treatment: Treatment


CODES = {
    code.code: code
    for code in (
        Code("E01", "封口破损", "seal broken", Treatment.RETURN),
        Code("E02", "骑缝无章", "no seam seal", Treatment.RETURN),
        Code("E03", "本人自带或其他快递", "self-carried or other courier", Treatment.RETURN),
        Code("E04", "收件单位错误", "wrong addressee", Treatment.FORWARD),
        Code("E05", "不属本辖区", "not our area", Treatment.FORWARD),
        Code("E06", "身份信息不符", "identity mismatch", Treatment.CONTACT),
        Code("E07", "缺必备材料", "necessary material missing", Treatment.NOTICE),
        Code("E08", "缺其他材料", "other material missing", Treatment.NOTICE),
        Code("E09", "重复档案", "duplicate", Treatment.DECIDE),
        Code("E10", "破损受潮", "damaged or wet", Treatment.CONTACT),
        Code("E11", "空袋", "empty pack", Treatment.CONTACT),
        Code("E12", "一袋多人", "several persons in one pack", Treatment.CONTACT),
        Code("E13", "有单无件", "list without pack", Treatment.CHASE),
        Code("E14", "有件无单", "pack without list", Treatment.CHASE),
        Code("E15", "字迹不清", "illegible", Treatment.CONTACT),
        Code("E16", "应走机要而邮寄", "should have come by confidential post", Treatment.RETURN),
    )
}
HOLDING_UP = frozenset(code.code for code in CODES.values() if code.treatment.holds_up)


def raise_(session: Session, pack: Pack, code: str, by: str, note: str = "") -> PackException:
    """Record the exception; an open one of the same code is kept and its note renewed. `by` is a login or "system"."""
    found = next((e for e in pack.exceptions if e.code == code and e.resolved_at is None), None)
    if found is None:
        found = PackException(code=CODES[code].code, raised_at=now(), raised_by=by)
        pack.exceptions.append(found)
    found.note = note or found.note or ""
    session.flush()  # days.figures asks the database
    return found


def resolve(session: Session, pack: Pack, codes: frozenset[str] | set[str], by: str, resolution: str) -> None:
    """Close the pack's open exceptions of these codes with what was done."""
    for found in pack.exceptions:
        if found.code in codes and found.resolved_at is None:
            found.resolved_at, found.resolved_by, found.resolution = now(), by, resolution
    session.flush()  # days.figures asks the database


def seen_anew(session: Session, pack: Pack, before: Iterable[str], now_seen: Iterable[str], by: str) -> None:
    """A step was done once more: what it could have found and does not find any more is closed."""
    resolve(session, pack, set(before) - set(now_seen), by, "looked at again")


def open_codes(pack: Pack) -> list[str]:
    """The codes now open on the pack, in order."""
    return sorted({found.code for found in pack.exceptions if found.resolved_at is None})


def holding_up(pack: Pack) -> set[str]:
    """The open codes that keep it from becoming a stored dossier."""
    return set(open_codes(pack)) & HOLDING_UP


def packs_held_up(session: Session) -> list[Pack]:
    """Packs that some open exception keeps from becoming a stored dossier, oldest first."""
    open_rows = select(PackException.pack_id).where(
        PackException.resolved_at.is_(None), PackException.code.in_(HOLDING_UP)
    )
    return list(session.scalars(select(Pack).where(Pack.id.in_(open_rows)).order_by(Pack.received_at, Pack.id)))
