"""What must always hold of losses, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.losses.models import Loss, LossKind, Resolution
from archive.statuses import DossierStatus
from workflow.registry import fsck_check


@fsck_check("losses_hold_their_dossiers")
def _held(session: Session) -> Iterator[str]:
    """A running loss alone has its dossier in hand."""
    asked = select(Dossier.dossier_no, Loss.case_id).join(Loss, Loss.dossier_id == Dossier.id)
    free = Dossier.held_by_case_id.is_distinct_from(Loss.case_id)
    for number, case_id in session.execute(asked.where(Loss.ended_at.is_(None), free).order_by(Loss.case_id)):
        yield f"Dossier {number} is in the loss of case {case_id}, which does not hold it."


@fsck_check("losses_settled_as_they_say")
def _settled(session: Session) -> Iterator[str]:
    """What was proved was permitted, and proved damage stands as such; what is missing does so while it is searched."""
    asked = select(Loss, Dossier).join(Dossier, Dossier.id == Loss.dossier_id).order_by(Loss.case_id)
    for loss, dossier in session.execute(asked):
        if loss.resolution in (Resolution.PROVED, Resolution.REBUILT) and loss.permitted_by is None:
            yield f"The loss of case {loss.case_id} is {loss.resolution}, but nobody permitted it."
        proved = loss.resolution is Resolution.PROVED and loss.kind is LossKind.DAMAGED
        if proved and dossier.status is not DossierStatus.DAMAGED:
            yield f"Dossier {dossier.dossier_no} is proved to be damaged, but is {dossier.status}."
