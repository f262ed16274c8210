"""Whether the bytes kept of a dossier's images are those that were read (Annex C 5), and whether they are again."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import defects
from archive.images.defect_tables import Defect, ImageDefect
from archive.images.models import ImageFile
from archive.images.pages import Placed
from archive.materials.models import Material
from workflow import history, office
from workflow.errors import Sentence, sentence
from workflow.models import Case

SAID = {  # by what FileStore.whole answers
    None: "The file {name} is missing in the store.",
    False: "The file {name} is not what was read.",
}


def examine(session: Session, dossier: Dossier, case: Case | None = None) -> list[ImageDefect]:
    """Read the bytes of every current image of the dossier; those that are gone or others than were read become the
    defect `altered`. Safe to repeat; a change that comes twice is open twice."""
    found = []
    for image in session.scalars(_current(dossier)):
        said = _wrong(session, image)
        if said is not None:
            place = Placed(image.material, image.page, image.kind)
            defect = defects.mark(session, place, Defect.ALTERED, history.SYSTEM, str(said), case)
            defect.settled_at = defect.settled_by = None
            found.append(defect)
    return found


def settle_restored(session: Session, dossier: Dossier) -> int:
    """Settle what was `altered` and has its bytes again, as after the firm has brought them once more; how many."""
    restored = [
        each
        for each in defects.open_defects(session, dossier)
        if each.code == Defect.ALTERED and each.image is not None and _wrong(session, each.image) is None
    ]
    for each in restored:
        defects.settle(session, each, history.SYSTEM, "原始字节已恢复，与入库时一致")
    return len(restored)


def _wrong(session: Session, image: ImageFile) -> Sentence | None:
    """What is wrong with the bytes kept; None when nothing is."""
    whole = office.of(session).files.whole(image.sha256)
    return None if whole else sentence(SAID[whole], name=image.name)


def _current(dossier: Dossier) -> Select[tuple[ImageFile]]:
    asked = select(ImageFile).join(Material, Material.id == ImageFile.material_id)
    current = (Material.dossier_id == dossier.id, ImageFile.superseded_at.is_(None))
    return asked.where(*current).order_by(ImageFile.id)
