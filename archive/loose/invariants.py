"""What must always hold of loose materials, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.loose.models import LooseList, LoosePaper
from archive.materials.models import Material
from workflow.registry import fsck_check


@fsck_check("loose_papers_in_their_dossier")
def _registered(session: Session) -> Iterator[str]:
    """A registered paper is a material of the dossier its list is for, and came with that list."""
    asked = select(LoosePaper, LooseList, Material).join(LooseList, LooseList.case_id == LoosePaper.case_id)
    asked = asked.join(Material, Material.id == LoosePaper.material_id)
    for paper, sent, material in session.execute(asked.order_by(LoosePaper.id)):
        if material.dossier_id != sent.dossier_id:
            yield f"Paper {paper.seq} of list {sent.case_id} is a material of another dossier."
        elif material.case_id != sent.case_id:
            yield f"Paper {paper.seq} of list {sent.case_id} is a material that came with another case."
