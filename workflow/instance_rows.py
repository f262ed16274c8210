"""The rows of instances: made before they begin, and their next revision."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import rows, seals, waits
from workflow.clock import now
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.statuses import InstanceStatus


def new(
    session: Session,
    case_id: int,
    by: str,
    of: Sequence[ProcessDefinition],
    parent: ProcessInstance | None = None,
    token_ids: Sequence[str | None] = (None,),
) -> list[ProcessInstance]:
    """Their rows, before any of them begins: a state is sealed for the instance's id."""
    common = {"case_id": case_id, "parent_id": parent.id if parent else None, "started_at": now(), "started_by": by}
    made = rows.new(
        session,
        ProcessInstance,
        *(
            {**common, "definition_id": definition.id, "parent_token_id": token_id, "state": b""}
            for definition, token_id in zip(of, token_ids, strict=True)
        ),
    )
    for instance, definition in zip(made, of, strict=True):
        set_committed_value(instance, "definition", definition)
    return made


def keep(session: Session, instance: ProcessInstance, state: bytes, status: InstanceStatus) -> None:
    """The instance's next revision."""
    set_committed_value(instance, "revision", instance.revision + 1)  # the state is sealed for it
    ended = {} if status in waits.LIVE_INSTANCES else {"status": status, "ended_at": now()}
    sealed = seals.seal(session, instance, state)
    rows.change(session, ProcessInstance, instance.id, revision=instance.revision, state=sealed, **ended)
