"""A row struck as written in error (there is no such paper): by who typed it while nobody has passed it, else by two.

Nothing leaves a dossier silently (ZL91): what was accepted into the catalogue leaves by its appraisal, or a second
person agrees that the row is an error of upkeep. Accepted is what a catalogue held when its dossier was passed as
sorted, what came with another matter (papers checked on arrival, a transfer), what has accepted images, what somebody
else wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import sight
from archive.corrections import Correction
from archive.dossier_tables import Dossier
from archive.materials import fixed
from archive.materials.models import Material
from archive.materials.states import Act
from archive.reading import kin
from archive.refusals import wrong
from archive.statuses import SortStatus
from workflow import identity
from workflow.errors import Invalid, sentence
from workflow.identity import User

MAY_AGREE = ("registry", "review", "director")


def accepted(session: Session, dossier: Dossier, materials: Sequence[Material], act: Act) -> set[int]:
    """The ids of those of these materials that `act` alone does not strike."""
    passed, settled = _passed_at(session, dossier), fixed.among(session, [each.id for each in materials])
    here = {None, act.case.id if act.case else None}
    own = (each for each in materials if each.created_by == act.by and each.case_id in here)
    alone = {each.id for each in own if passed is None or each.created_at > passed}
    return {each.id for each in materials} - alone | settled


def agreed(
    session: Session, dossier: Dossier, struck: Mapping[int, Material], act: Act, second: str | None
) -> Mapping[int, str | None]:
    """Who agreed to the striking of which material (by id), where that takes two. `struck`: by row. Raises Invalid
    beside the row (`rows.3.struck`) when nobody did, beside `second` when that is not for them."""
    needing = accepted(session, dossier, list(struck.values()), act)
    if needing and not second:
        said = "“{name}” was accepted into the catalogue: it leaves by its appraisal, or a second person agrees here."
        rows = {row: each.name for row, each in struck.items() if each.id in needing}
        raise Invalid({f"rows.{row}.struck": [sentence(said, name=name)] for row, name in rows.items()})
    if needing:
        require_second(session, dossier, act.by, str(second))
    return dict.fromkeys(needing, second)


def seconds(session: Session, dossier: Dossier, user: User) -> list[User]:
    """Who may agree beside `user`: another of registration, review or direction, sees the dossier, no relative."""
    return [each for each in identity.members(session, MAY_AGREE) if _may_agree(session, dossier, each, user.name)]


def require_second(session: Session, dossier: Dossier, by: str, second: str) -> None:
    """Raises Invalid beside `second` unless this person may agree to what `by` strikes."""
    found = session.get(User, second)
    groups = set(found.group_keys) if found is not None and found.active else set()
    if found is None or not groups & set(MAY_AGREE) or not _may_agree(session, dossier, found, by):
        raise wrong("second", "The second person must be another one of registration, review or direction.")


def _may_agree(session: Session, dossier: Dossier, user: User, by: str) -> bool:
    seen = sight.sees(session, user, dossier.id)
    return user.name != by and seen and not kin.has_declared(session, dossier.person, user.name)


def _passed_at(session: Session, dossier: Dossier) -> datetime | None:
    """When the dossier was last passed as sorted; None when it never was."""
    asked = select(Correction).where(Correction.dossier_id == dossier.id, Correction.field == "sort_status")
    changes = session.scalars(asked.order_by(Correction.id)).all()
    since = [dossier.registered_at, *(each.corrected_at for each in changes)]
    became: Iterable[str | None] = [*(each.old_value for each in changes), str(dossier.sort_status)]
    return max((at for at, value in zip(since, became, strict=True) if value == SortStatus.SORTED), default=None)
