"""What must always hold of materials, whoever wrote the rows (Annex C 16 and 20)."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive import partial_dates
from archive.dossier_tables import Dossier
from archive.materials.models import GUARDED, Material, MaterialMove, MaterialState
from workflow.registry import fsck_check

GUARDS_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
}


@fsck_check("materials_stay")
def _vanished(session: Session) -> Iterator[str]:
    """No material was ever deleted (Annex C 16): the database refuses it, each way has its material and is unbroken."""
    dialect = session.get_bind().dialect.name
    guards = set(session.scalars(text(GUARDS_THERE[dialect])))
    for table in GUARDED:
        if f"{table}_stay" not in guards:
            yield f"The database would let rows of {table} be deleted: the trigger {table}_stay is missing."
    orphans = select(MaterialMove.material_id).outerjoin(Material, Material.id == MaterialMove.material_id)
    for lost in session.scalars(orphans.where(Material.id.is_(None)).distinct()):
        yield f"Material {lost} was deleted: its way is known, but not the material."
    yield from _broken_ways(session)


def _broken_ways(session: Session) -> Iterator[str]:
    asked = select(MaterialMove.material_id, MaterialMove.seq, MaterialMove.from_state, MaterialMove.to_state)
    ended: dict[int, tuple[int, str | None]] = {}
    for material, seq, before, after in session.execute(asked.order_by(MaterialMove.material_id, MaterialMove.seq)):
        count, state = ended.get(material, (0, None))
        if seq != count + 1 or before != state:
            yield f"The way of material {material} is broken at move {seq}."
        ended[material] = (seq, after)
    for material, state in session.execute(select(Material.id, Material.state)):
        if ended.get(material, (0, None))[1] != state:
            yield f"Material {material} is {state}, but its way ends otherwise."


@fsck_check("catalogue_gapless")
def _gaps(session: Session) -> Iterator[str]:
    """Within each class of each dossier the materials count 1, 2, 3 … (Annex C 20)."""
    kept = (Material.dossier_id, Material.code, func.count(), func.max(Material.seq))
    asked = select(*kept).where(Material.state == MaterialState.KEPT).group_by(Material.dossier_id, Material.code)
    for dossier, code, count, last in session.execute(asked.order_by(Material.dossier_id, Material.code)):
        if count != last:  # numbers are unique and at least 1
            yield f"Class {code} of dossier {dossier} counts to {last}, but holds {count} materials."


@fsck_check("catalogue_counts")
def _counts(session: Session) -> Iterator[str]:
    """A dossier with a catalogue says as many materials and pages as its catalogue holds."""
    held = (
        select(Material.dossier_id, func.count().label("materials"), func.sum(Material.pages).label("pages"))
        .where(Material.state.in_((MaterialState.KEPT, MaterialState.LOOSE)))
        .group_by(Material.dossier_id)
        .subquery()
    )
    said = select(Dossier.dossier_no, Dossier.material_count, Dossier.page_count, held.c.materials, held.c.pages)
    for number, materials, pages, found, counted in session.execute(said.join(held, held.c.dossier_id == Dossier.id)):
        if (materials, pages) != (found, counted):
            yield f"Dossier {number} says {materials} materials, {pages} pages; it holds {found} and {counted}."


@fsck_check("materials_dated")
def _unreadable(session: Session) -> Iterator[str]:
    """Every date in a catalogue is a year, a month or a day."""
    dated = select(Material.id, Material.formed).where(Material.formed != "")
    for formed, found in groupby(session.execute(dated.order_by(Material.formed)), lambda row: row.formed):
        try:
            whole = partial_dates.read(formed) == formed
        except ValueError:
            whole = False
        if not whole:
            yield from (f"Material {row.id} is dated {formed}." for row in found)
