"""Who may touch a running process by hand, and under what conditions: a permission, a reason, the case held."""

from sqlalchemy.orm import Session

from workflow import cases, instances
from workflow.errors import Conflict, Invalid, NotAllowed, sentence
from workflow.identity import User
from workflow.models import ProcessInstance
from workflow.waits import LIVE_INSTANCES

SUSPEND = "instances.suspend"  # permission to suspend and resume processes
CANCEL = "instances.cancel"  # … to end them before their time
MOVE = "instances.move"  # … to move their tokens and to skip work
CHANGE = "instances.change"  # … to change their variables and to send them news
PERMISSIONS = (SUSPEND, CANCEL, MOVE, CHANGE)
LONGEST_REASON = 500


def required(reason: str) -> str:
    """The reason, trimmed; raises Invalid when there is none."""
    if not reason.strip():
        raise Invalid({"reason": [sentence("Say why; the history keeps it.")]})
    return reason.strip()[:LONGEST_REASON]


def require(session: Session, instance: ProcessInstance, user: User, permission: str) -> None:
    """Raises NotAllowed without the permission, NotFound for a case the user may not see."""
    if not user.may(permission):
        raise NotAllowed
    cases.find(session, instance.case_id, user)


def held(
    session: Session, instance: ProcessInstance, user: User, permission: str, reason: str, seen: int | None = None
) -> tuple[ProcessInstance, str]:
    """The instance as it is now, held, and the trimmed reason; raises whatever speaks against touching it."""
    require(session, instance, user, permission)
    reason = required(reason)
    found = instances.lock(session, instance.id, instance.case_id)
    if found.status not in LIVE_INSTANCES:
        raise Conflict("The process is not running any more.")
    if seen is not None and found.revision != seen:
        raise Conflict("The process has gone on meanwhile. See how it stands now and choose again.")
    return found, reason
