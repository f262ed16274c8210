"""The choices the archive has to offer."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select

from archive import id_numbers, search, sight, statuses, storage, units
from archive.packs import exceptions
from archive.units import Unit
from forms.choices import MOST, Choice, choices
from forms.context import FormContext
from workflow.errors import Invalid

SUGGESTED = 12
_LISTS: dict[str, type[StrEnum]] = {
    "channels": statuses.Channel,
    "dossier-kinds": statuses.DossierKind,
    "dossier-versions": statuses.DossierVersion,
    "entrust-kinds": statuses.EntrustKind,
    "secret-levels": statuses.SecretLevel,
}


def _labelled(name: str, members: type[StrEnum]) -> None:
    @choices(name)
    def provide(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
        for member in members:
            yield Choice(member.value, context.say(statuses.label(member)))


for _name, _members in _LISTS.items():
    _labelled(_name, _members)


@choices("id-kinds")
def id_kinds(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Kinds of identity papers."""
    for paper, label in id_numbers.LABELS.items():
        yield Choice(paper.value, context.say(label))


@choices("exceptions")
def exception_codes(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """E01 to E16; with an argument, those of that treatment: "exceptions:return"."""
    for code in exceptions.CODES.values():
        if argument in ("", code.treatment):
            yield Choice(code.code, f"{code.code} {code.zh}", f"{code.code} {code.en}")


@choices("units")
def unit_names(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Units by name; the answer is the name, or with the argument "code" its code."""
    found = (
        units.find(context.session, typed, SUGGESTED)
        if typed
        else context.session.scalars(select(Unit).where(Unit.active).order_by(Unit.pinyin, Unit.code).limit(MOST))
    )
    for unit in found:
        yield Choice(unit.code if argument == "code" else unit.name, unit.name)


@choices("dossiers")
def kept_dossiers(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Dossiers kept here that fit what was typed, for those who may read dossiers; none for nothing."""
    if not context.user.may(sight.READ):
        return
    seen = sight.seen_by(context.session, context.user)
    for dossier in search.dossiers(context.session, typed, SUGGESTED, active=True, seen=seen):
        yield Choice(dossier.dossier_no, f"{dossier.dossier_no} {dossier.person.name}")


@choices("positions")
def free_positions(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Free positions, of the room named by the argument; the nearest to what was typed."""
    try:
        near = storage.code_of(typed) if typed else None
    except Invalid:
        near = None
    for position in storage.free_positions(context.session, argument or None, near, SUGGESTED):
        yield Choice(position.code, position.code)
