"""Words and colours of the archive's things, for every template of these pages."""

from enum import StrEnum

from flask import Blueprint, g

from archive import custody, id_numbers, persons
from archive.packs.columns import LABELS as LISTED_LABELS
from archive.packs.exceptions import CODES
from archive.packs.models import PackStatus
from archive.persons import Person
from archive.statuses import Channel, DossierStatus
from archive.statuses import label as archive_label
from archive.transfer.work import CHANNELS
from web.i18n import _, language, say
from web.naming import activity_name, person_name
from web.reasons import why_moved
from workflow.errors import sentence

blueprint = Blueprint("words", __name__)

PACK_LABELS = {
    PackStatus.EXPECTED: "Expected",
    PackStatus.SIGNED: "Signed for",
    PackStatus.IN_WORK: "In work",
    PackStatus.STORED: "Stored",
    PackStatus.RETURNED: "Sent back to the sender",
    PackStatus.FORWARDED: "Forwarded",
    PackStatus.LOOSE: "Loose materials",
    PackStatus.MISSING: "Never delivered",
}
DESK_LABELS = {"receipt": "Receiving desk", "reading": "Reading room", "transfer": "Transfer desk"}
CARRIED = {words: channel.value for channel, words in CHANNELS.items()}  # as a dispatch writes it down
POLITICAL_LABELS = {  # GB/T 4762
    "01": "party member",
    "02": "probationary party member",
    "03": "Youth League member",
    "04": "member of the Revolutionary Committee of the Kuomintang",
    "05": "member of the Democratic League",
    "06": "member of the National Democratic Construction Association",
    "07": "member of the Association for Promoting Democracy",
    "08": "member of the Peasants' and Workers' Democratic Party",
    "09": "member of the Zhi Gong Party",
    "10": "member of the Jiusan Society",
    "11": "member of the Taiwan Democratic Self-Government League",
    "12": "without party",
    "13": "citizen",
}
BADGES: dict[StrEnum, str] = {
    PackStatus.STORED: "ok",
    PackStatus.IN_WORK: "info",
    PackStatus.SIGNED: "info",
    PackStatus.RETURNED: "warn",
    PackStatus.FORWARDED: "warn",
    PackStatus.MISSING: "bad",
    DossierStatus.IN_STORE: "ok",
    DossierStatus.TO_SHELVE: "info",
    DossierStatus.TO_REGISTER: "info",
    DossierStatus.LENT: "warn",
    DossierStatus.MISSING: "bad",
    DossierStatus.DAMAGED: "bad",
    DossierStatus.SEALED: "warn",
}


def label(status: StrEnum) -> str:
    """A status or kind of the archive in the reader's language."""
    return _(PACK_LABELS[status] if isinstance(status, PackStatus) else archive_label(status))


def badge(status: StrEnum) -> str:
    """The colour of a status: ok, info, warn, bad or none."""
    return BADGES.get(status, "")


def exception_name(code: str) -> str:
    """What an exception code (E01–E16) means."""
    known = CODES.get(code)
    return code if known is None else known.en if language() == "en" else known.zh


def pack_status_name(value: str) -> str:
    """A pack's status by its stored value."""
    return label(PackStatus(value)) if value in set(PackStatus) else value


def channel_name(value: str) -> str:
    """A channel by its stored value."""
    return label(Channel(value)) if value in set(Channel) else value


def place_name(place: str) -> str:
    """A typed place of the custody chain as people read it; a person by display name, the desk by its own."""
    kind, name = custody.split(place)
    if kind is custody.PlaceKind.DESK and name in DESK_LABELS:
        return _(DESK_LABELS[name])
    if kind is custody.PlaceKind.TRANSIT:
        name = " ".join(channel_name(CARRIED.get(part, part)) for part in name.split())
        return say(sentence(custody.LABELS[kind], name=name))
    if kind is custody.PlaceKind.PERSON:
        return say(sentence(custody.LABELS[kind], name=person_name(name)))
    return say(custody.label(place))


def masked_id(person: Person) -> str:
    """The ID number as pages show it: its last four characters."""
    return persons.masked(g.session, person)


def political_name(code: str) -> str:
    """The political status in words; what is no code of the standard as it stands."""
    return _(POLITICAL_LABELS[code]) if code in POLITICAL_LABELS else code


def listed_label(name: str) -> str:
    """The name of a column of a courier's list; "" for an unknown one."""
    return _(LISTED_LABELS[name]) if name in LISTED_LABELS else ""


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    said = (
        label,
        badge,
        exception_name,
        channel_name,
        pack_status_name,
        place_name,
        listed_label,
        why_moved,
        masked_id,
        political_name,
        person_name,
        activity_name,
    )
    named = {function.__name__: function for function in said}
    return {**named, "mask": id_numbers.mask, "pack_statuses": PACK_LABELS, "exception_codes": CODES}
