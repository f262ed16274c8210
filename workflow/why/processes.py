"""Of a process: what may be done to it by hand, by whom, and why not by this person."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from workflow import operations
from workflow.errors import NotAllowed, Sentence, sentence
from workflow.identity import User
from workflow.models import ProcessInstance
from workflow.statuses import InstanceStatus
from workflow.waits import LIVE_INSTANCES
from workflow.why.acts import Act, Answer, Way
from workflow.why.holders import of_permission
from workflow.why.tasks import MANAGE

Obstacle = Callable[[ProcessInstance], Sentence | None]


def acts(session: Session, instance: ProcessInstance, user: User) -> list[Act]:
    """What can be done to a running process, each with why this user may not."""
    if instance.status not in LIVE_INSTANCES:
        return []
    stands_still = instance.status is InstanceStatus.SUSPENDED
    key, label = ("resume", "Let it go on") if stands_still else ("suspend", "Let it stand still")
    return [
        _act(session, instance, user, key, sentence(label), operations.SUSPEND, _called_with_another),
        _act(session, instance, user, "change", sentence("Correct a fact"), operations.CHANGE),
        _act(session, instance, user, "move", sentence("Move it, or skip a step"), operations.MOVE),
        _act(
            session, instance, user, "cancel", sentence("End it before its time"), operations.CANCEL, _ends_with_another
        ),
    ]


def _act(
    session: Session,
    instance: ProcessInstance,
    user: User,
    key: str,
    label: Sentence,
    permission: str,
    obstacle: Obstacle = lambda instance: None,
) -> Act:
    holders = of_permission(session, permission)
    if user.may(permission):
        return Act(key, label, Answer(obstacle(instance), holders.people))
    ways = (
        Way(sentence("Can do it"), holders),
        Way(sentence("Can permit it to you, by a group"), of_permission(session, MANAGE)),
    )
    return Act(key, label, Answer(NotAllowed().sentence, holders.people, ways))


def _called_with_another(instance: ProcessInstance) -> Sentence | None:
    said = "This process was called by another; suspend or resume that one."
    return sentence(said) if instance.parent_id is not None else None


def _ends_with_another(instance: ProcessInstance) -> Sentence | None:
    said = "This process was called by another; cancel that one."
    return sentence(said) if instance.parent_id is not None else None
