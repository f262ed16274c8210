"""How processes stood before a person's step: kept, so that the step can be taken back while nobody has acted on it.

While a step is completed, what it moves is watched: of each instance the state and the variables as they were. One row
for each instance: that of the last step.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import rows
from workflow.clock import now
from workflow.db import Database
from workflow.models import Footing, ProcessInstance
from workflow.statements import Statement

KEPT = timedelta(days=7)  # a step can be taken back for so long
_WATCHED = "footing"  # in the session's info
_INSERT = insert(Footing)
_COLUMNS = Footing.__table__.c.keys()
_KEEP = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["instance_id"],
        set_={name: getattr(_INSERT.excluded, name) for name in _COLUMNS if name != "instance_id"},
    ),
    _COLUMNS,
    apart=("instance_id",),
)


@dataclass
class Stood:
    """One instance before the step."""

    instance: ProcessInstance
    revision: int
    state: bytes
    variables: dict[str, Any] = field(default_factory=dict)


@contextmanager
def watching(session: Session) -> Iterator[dict[int, Stood]]:
    """What is moved inside the block, by instance id."""
    seen: dict[int, Stood] = {}
    session.info[_WATCHED] = seen
    try:
        yield seen
    finally:
        session.info.pop(_WATCHED, None)


def note_state(session: Session, instance: ProcessInstance) -> None:
    """The instance is about to get its next revision."""
    _stood(session, instance)


def note_variables(
    session: Session, instance: ProcessInstance, known: Mapping[str, Any], changed: Mapping[str, Any]
) -> None:
    """These variables are about to be written; `known` are all there are."""
    stood = _stood(session, instance)
    if stood is not None:
        for name in changed:
            stood.variables.setdefault(name, [known[name]] if name in known else [])


def keep(session: Session, task_id: int, seen: Mapping[int, Stood]) -> None:
    """The step is done: keep how what it moved stood before."""
    at = now()
    rows.write(
        session,
        *(
            _KEEP(
                instance_id=instance_id,
                task_id=task_id,
                revision_before=stood.revision,
                revision_after=stood.instance.revision,
                moved=len(seen),
                state=stood.state or None,
                variables=stood.variables,
                kept_at=at,
            )
            for instance_id, stood in seen.items()
        ),
    )


def forget(database: Database) -> int:
    """Drop what is too old to be gone back to; how many there were."""
    old = Footing.kept_at < now() - KEPT
    with database.reading() as session:
        if session.scalar(select(Footing.instance_id).where(old).limit(1)) is None:
            return 0
    with database.transaction() as session:
        return session.execute(delete(Footing).where(old)).rowcount


def _stood(session: Session, instance: ProcessInstance) -> Stood | None:
    seen: dict[int, Stood] | None = session.info.get(_WATCHED)
    if seen is None:
        return None
    return seen.setdefault(instance.id, Stood(instance, instance.revision, instance.state))
