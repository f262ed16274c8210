"""The rows of instances: made before they begin, and their next revision."""

from collections.abc import Iterable
from itertools import repeat

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import footing, rows, seals, variable_rows, waits
from workflow.clock import now
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.statuses import InstanceStatus


def new(
    session: Session,
    by: str,
    wanted: Iterable[tuple[ProcessDefinition, int]],
    parent: ProcessInstance | None = None,
    token_ids: Iterable[str | None] = repeat(None),
) -> list[ProcessInstance]:
    """Rows for instances of definitions in cases (by id), before any of them begins: a state is sealed for the id."""
    common = {"parent_id": parent.id if parent else None, "started_at": now(), "started_by": by, "state": b""}
    wanted = list(wanted)
    each = [
        {**common, "definition_id": definition.id, "case_id": case_id, "parent_token_id": token_id}
        for (definition, case_id), token_id in zip(wanted, token_ids, strict=False)
    ]
    made = rows.new(session, ProcessInstance, *each)
    for instance, (definition, _) in zip(made, wanted, strict=True):
        set_committed_value(instance, "definition", definition)
    return made


def keep(session: Session, instance: ProcessInstance, state: bytes, status: InstanceStatus) -> None:
    """The instance's next revision."""
    footing.note_state(session, instance)
    set_committed_value(instance, "revision", instance.revision + 1)  # the state is sealed for it
    ended = {} if status in waits.LIVE_INSTANCES else {"status": status, "ended_at": now()}
    sealed = seals.seal(session, instance, state)
    rows.change(session, ProcessInstance, instance.id, revision=instance.revision, state=sealed, **ended)
    if ended:
        variable_rows.keep_live(session, instance.id, False)
