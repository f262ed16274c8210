"""A pack enters the house: it gets its row, its case and its receipt process."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import id_numbers, scans, vault
from archive.packs import exceptions
from archive.packs.models import CourierList, Pack
from archive.refusals import wrong
from archive.statuses import Channel
from workflow import cases, definitions, history, instances
from workflow.clock import now
from workflow.errors import Conflict, NotFound

PROCESS = "receipt"
ID_PURPOSE = "packs.id_no"
PHONE_PURPOSE = "packs.phone"
_TRACKING = re.compile(r"[0-9A-Z]{4,60}")
_KEPT_AS_LISTED = ("school", "major", "education", "grad_date", "sent_date", "remark")


class AlreadyKnown(Conflict):
    """Duplicate level D4: one tracking number, one pack."""

    message = "Tracking number {tracking_no} is already known: {name}."

    def __init__(self, pack: Pack) -> None:
        super().__init__(tracking_no=pack.tracking_no, name=pack.listed_name or "—")
        self.pack = pack


def tracking_number(text: str, field: str = "tracking_no") -> str:
    """The number as it is stored: half width, capitals, no blanks or hyphens. Raises Invalid beside `field`."""
    number = scans.normalise(text).replace("-", "")
    if not _TRACKING.fullmatch(number):
        raise wrong(field, "A tracking number has 4 to 60 letters and digits.")
    return number


def by_tracking_no(session: Session, tracking_no: str) -> Pack | None:
    """The pack with this number as stored, or None."""
    return session.scalars(select(Pack).where(Pack.tracking_no == tracking_no)).first()


def find(session: Session, pack_id: int) -> Pack:
    """The pack; raises NotFound."""
    pack = session.get(Pack, pack_id)
    if pack is None:
        raise NotFound
    return pack


def expect(
    session: Session, facts: Mapping[str, Any], id_no: str | None, by: str, courier_list: CourierList | None = None
) -> Pack:
    """Open the pack's case and start its process; the pack is expected at the desk.

    `facts` as a list row has them (tracking_no and name at least); `id_no` checked and normalised, sealed here.
    Raises AlreadyKnown for a number that has a pack (D4), Invalid for one that is none.
    """
    (pack,) = expect_all(session, [(facts, id_no)], by, courier_list)
    return pack


def expect_all(
    session: Session,
    announced: Sequence[tuple[Mapping[str, Any], str | None]],
    by: str,
    courier_list: CourierList | None = None,
) -> list[Pack]:
    """The same for several, each of (facts, ID number), in few round trips. Refuses all as `expect` does one."""
    packs = [_pack(session, facts, id_no, courier_list) for facts, id_no in announced]
    known = known_among(session, (pack.tracking_no for pack in packs))
    for pack in packs:
        if pack.tracking_no in known:
            raise AlreadyKnown(known[pack.tracking_no])
    session.add_all(packs)
    _open_cases(session, packs, by)
    return packs


def known_among(session: Session, tracking_nos: Iterable[str]) -> dict[str, Pack]:
    """The packs that these numbers, as stored, have already."""
    found = session.scalars(select(Pack).where(Pack.tracking_no.in_(list(tracking_nos))))
    return {pack.tracking_no: pack for pack in found}


def _pack(session: Session, facts: Mapping[str, Any], id_no: str | None, courier_list: CourierList | None) -> Pack:
    pack = Pack(
        tracking_no=tracking_number(facts.get("tracking_no", "")),
        channel=Channel(facts.get("channel") or Channel.OTHER),
        courier=facts.get("courier", ""),
        sender=facts.get("sender", ""),
        sender_city=facts.get("sender_city", ""),
        addressee=facts.get("addressee", ""),
        listed_name=facts.get("name", ""),
        listed={key: facts[key] for key in _KEPT_AS_LISTED if facts.get(key)},
        list_id=courier_list.id if courier_list else None,
        expected_at=now(),
    )
    if id_no:
        seal_id(session, pack, id_no)
    if facts.get("phone"):
        pack.phone_sealed = vault.seal(session, facts["phone"], PHONE_PURPOSE)
    return pack


def receive_unlisted(session: Session, facts: Mapping[str, Any], by: str) -> Pack:
    """A pack that stands at the desk and on no list (E14). It goes the same way as the others; its list is chased.

    `facts`: tracking_no, channel, and what the cover says (sender, sender_city, name, id_no).
    """
    id_no = id_numbers.check(facts["id_no"]) if facts.get("id_no") else None
    if not str(facts.get("sender") or "").strip():
        raise wrong("sender", "Write down who sent the pack, as the cover says.")
    pack = expect(session, facts, id_no, by)
    exceptions.raise_(session, pack, "E14", by)
    return pack


def seal_id(session: Session, pack: Pack, id_no: str) -> None:
    """Keep the (checked) ID number with the pack, sealed, with its fingerprint for comparing."""
    pack.id_no_sealed = vault.seal(session, id_no, ID_PURPOSE)
    pack.id_no_hash = vault.fingerprint(session, id_no, ID_PURPOSE)


def same_id(session: Session, pack: Pack, id_no: str) -> bool:
    """Whether this (checked) number is the one kept with the pack."""
    return pack.id_no_hash == vault.fingerprint(session, id_no, ID_PURPOSE)


def id_of(session: Session, pack: Pack) -> str | None:
    """The ID number kept with the pack, opened; None when none is kept."""
    return vault.open_(session, pack.id_no_sealed, ID_PURPOSE) if pack.id_no_sealed else None


def phone_of(session: Session, pack: Pack) -> str | None:
    """The telephone the list gave, opened; None when it gave none."""
    return vault.open_(session, pack.phone_sealed, PHONE_PURPOSE) if pack.phone_sealed else None


def _open_cases(session: Session, packs: Sequence[Pack], by: str) -> None:
    titled = [(f"REC-{pack.tracking_no}", f"{pack.listed_name or pack.sender} · {pack.tracking_no}") for pack in packs]
    opened = cases.open_cases(session, titled, PROCESS, by)
    for pack, case in zip(packs, opened, strict=True):
        cases.add_key(session, case, pack.tracking_no)
    for pack, case in zip(packs, opened, strict=True):
        pack.case_id = case.id
    session.flush()  # each process keeps its pack's id
    begun = [(case, _first_variables(pack)) for pack, case in zip(packs, opened, strict=True)]
    instances.start_all(session, definitions.latest(session, PROCESS), begun, by)


def _first_variables(pack: Pack) -> dict[str, Any]:
    return {
        "pack_id": pack.id,
        "tracking_no": pack.tracking_no,
        "listed": pack.list_id is not None,
        "channel": str(pack.channel),
        "sender": pack.sender,
        "sender_city": pack.sender_city,
        "addressee": pack.addressee,
        "name": pack.listed_name,
        **{f"listed_{key}": value for key, value in pack.listed.items()},
    }


def note_history(session: Session, pack: Pack, by: str, kind: str, **data: Any) -> None:
    """An event of the pack's own story (signed, excepted, shelved …) in its case."""
    if pack.case_id is not None:
        history.record(session, pack.case_id, by, kind, **data)
