"""What a check of the watchdog says: one thing amiss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow.errors import Sentence
from workflow.models import ProcessInstance
from workflow.statuses import FindingKind


@dataclass(frozen=True)
class Found:
    """`subject` says what it is about, the same in every look ("task 7"); `row_id` the row of that task, timer, job,
    incident or subscription."""

    kind: FindingKind
    subject: str
    said: Sentence
    case_id: int | None = None
    instance_id: int | None = None
    activity_id: str | None = None
    token_id: str | None = None
    row_id: int | None = None


Check = Callable[[Session, int | None], Iterator[Found]]  # of one instance, or of everything


def named(instance: ProcessInstance, activity_id: str | None) -> str:
    """The name of an element as the diagram says it, else its id."""
    activity = instance.definition.activities.get(activity_id or "") or {}
    return activity.get("name") or activity_id or instance.definition.name
