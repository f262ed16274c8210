"""What is done once: a step whose completion the house has taken up in a way that cannot be repeated."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from workflow import definitions, registry
from workflow.errors import Sentence, sentence
from workflow.models import UserTask


def why_not(session: Session, done: Iterable[UserTask]) -> Sentence | None:
    """Why these completed steps cannot be done anew: one of them has a listener that may not hear of it a second time
    (registry.on_completion)."""
    for task in done:
        activity = definitions.model(session, task.definition).activities.get(task.activity_id)
        listeners = activity.listeners if activity is not None else ()
        if not all(map(registry.is_repeatable_in_turn, listeners)):
            said = "“{step}” has been done, and what it brought about cannot be done a second time."
            return sentence(said, step=task.name)
    return None
