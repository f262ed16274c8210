"""Who opens page images to check them, and as whom: who takes part in a batch under way that the dossier is in.

Everybody else reads them by a grant (archive.reading). Who opened which stands in the history of the batch's case.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from archive import sight
from archive.acceptance.models import Acceptance, AcceptanceRound
from archive.dossier_tables import Dossier
from archive.images import rounds
from archive.images.defect_tables import ImageDefect, Stage
from archive.scanning import batches
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.statuses import ENDED
from workflow import history
from workflow.errors import Conflict, NotAllowed, Refusal
from workflow.identity import User
from workflow.models import Case, HistoryEvent, UserTask

CHECK = "images.check"
CHECKS = ("check_first", "check_second", "recheck_sample")  # the steps of who checks for the archive
SCANNED = (ScanStatus.OUT, ScanStatus.DIFFERS, ScanStatus.BACK)
OPENED = "images_opened"


@dataclass(frozen=True)
class Look:
    """A dossier whose images are open, in this case. `owner`: to somebody who checks for the archive."""

    dossier: Dossier
    case: Case
    owner: bool

    def stage(self, asked: Stage | None) -> Stage:
        """What is written now belongs to; raises NotAllowed for the firm in the archive's place."""
        if not self.owner and asked is Stage.OWNER:
            raise NotAllowed("Only who checks this round for the archive may do this.")
        return Stage.OWNER if self.owner else asked or Stage.FIRM


def find(session: Session, user: User, dossier_id: int) -> Look:
    """The dossier with its images open; NotFound when the user does not see it, NotAllowed or Conflict when they are
    shut to them."""
    dossier = sight.find(session, user, dossier_id, CHECK, bench=True)
    rounds.refuse_kin(session, dossier, user)
    if dossier.status in ENDED:
        raise Conflict("The dossier is no longer kept here; its images are shut.")
    entered = (ScanDossier.dossier_id == dossier.id, ScanDossier.status.in_(SCANNED))
    asked = select(ScanBatch, _checks(user)).join(ScanDossier, ScanDossier.batch_id == ScanBatch.id)
    found = session.execute(asked.where(*entered, taken_part_in_by(user)).order_by(ScanBatch.id.desc())).first()
    if found is None:
        raise NotAllowed(
            "Only who takes part in scanning or accepting it opens these images. To read them, apply for a reading."
        )
    return Look(dossier, found[0].case, found[1])


def refuse_settling(session: Session, look: Look, defect: ImageDefect) -> None:
    """Raises NotAllowed for who does not check for the archive, where somebody who does found the defect: the firm does
    not say of its own work that it is in order after all."""
    checked = _checks_of(look.case.id).where(_had_by(defect.found_by))
    if not look.owner and session.scalar(checked.limit(1)) is not None:
        raise NotAllowed("What was found in checking for the archive is settled by who checks for the archive.")


def opens(session: Session, user: User, dossier: Dossier) -> bool:
    """Whether the images of this dossier would open to the user."""
    try:
        return user.may(CHECK) and find(session, user, dossier.id) is not None
    except Refusal:
        return False


def takes_part(session: Session, user: User, batch: ScanBatch) -> bool:
    """Whether the images of this batch open to the user."""
    asked = select(ScanBatch.id).where(ScanBatch.id == batch.id, taken_part_in_by(user))
    return user.may(CHECK) and session.scalar(asked) is not None


def taken_part_in_by(user: User) -> ColumnElement[bool]:
    """The condition on ScanBatch that it is under way and a task of it is the user's or offered to them, or that they
    check its present round."""
    duty = or_(sight.has_duty(user, ScanBatch.case_id), _checks(user))
    return ScanBatch.status.in_(batches.RUNNING) & duty


def note(session: Session, look: Look, by: str) -> None:
    """Write into the case that these images were opened; once for each person."""
    history.record(session, look.case.id, by, OPENED, dossier_no=look.dossier.dossier_no)


def is_noted(session: Session, look: Look, by: str) -> bool:
    """Whether that is written already."""
    mine = (HistoryEvent.case_id == look.case.id, HistoryEvent.actor == by, HistoryEvent.kind == OPENED)
    told = session.scalars(select(HistoryEvent.data).where(*mine))
    return any(each["dossier_no"] == look.dossier.dossier_no for each in told)


def _checks(user: User) -> ColumnElement[bool]:
    """The condition on ScanBatch that it is handed in, and a check of its present round is or was the user's."""
    turns = select(func.max(AcceptanceRound.opened_at)).join(Acceptance).where(Acceptance.batch_id == ScanBatch.id)
    mine = _checks_of(ScanBatch.case_id).where(_had_by(user.name))
    mine = mine.where(UserTask.created_at >= turns.correlate(ScanBatch).scalar_subquery())
    return (ScanBatch.status == BatchStatus.DELIVERED) & mine.correlate(ScanBatch).exists()


def _checks_of(case_id: Any) -> Select[tuple[int]]:
    """The steps of who checks for the archive."""
    return select(UserTask.id).where(UserTask.case_id == case_id, UserTask.activity_id.in_(CHECKS))


def _had_by(name: str) -> ColumnElement[bool]:
    return or_(UserTask.assignee == name, UserTask.completed_by == name)
