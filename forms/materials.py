"""The papers of the dossier a task is about, as choices."""

from collections.abc import Iterator

from archive import sight
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.models import PRESENT
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("materials")
def materials(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """What lies in the dossier of the variable dossier_id, for those who may read dossiers."""
    dossier_id = context.variables.get("dossier_id")
    dossier = context.session.get(Dossier, dossier_id) if isinstance(dossier_id, int) else None
    if dossier is None or not context.user.may(sight.READ):
        return
    if context.task is None and not sight.sees(context.session, context.user, dossier.id):
        return  # a task shows what it is about, whatever else its performer sees
    for material in catalogue.of(context.session, dossier, *PRESENT):
        place = f"{material.code or ''}-{material.seq}" if material.seq else material.code or ""
        yield Choice(str(material.id), " ".join(filter(None, (place, material.name, material.formed))))
