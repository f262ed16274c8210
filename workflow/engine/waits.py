"""Tells what an instance waits for, from its tokens."""

from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from workflow.engine.instance import Instance
from workflow.engine.shapes import Wait, WaitKind
from workflow.engine.token import Token

_WAITING_STATE = {
    WaitKind.USER_TASK: TaskState.READY,
    WaitKind.JOB: TaskState.STARTED,
    WaitKind.CALL: TaskState.STARTED,
    WaitKind.TIMER: TaskState.WAITING,
    WaitKind.MESSAGE: TaskState.WAITING,
    WaitKind.SIGNAL: TaskState.WAITING,
    WaitKind.CONDITION: TaskState.WAITING,
}


def waits(instance: Instance) -> tuple[Wait, ...]:
    """Every reason why the instance stands still."""
    return tuple(_wait(token) for token in instance.tasks.values() if is_waiting(token))


def is_waiting(token: Token, *kinds: WaitKind) -> bool:
    """Whether the token waits for somebody outside (for one of these kinds)."""
    kind = token.task_spec.waits_as
    return kind is not None and token.has_state(_WAITING_STATE[kind]) and (not kinds or kind in kinds)


def _wait(token: Token) -> Wait:
    spec, memory = token.task_spec, token.internal_data
    activity = spec.node.activity
    due = memory.get("due")
    return Wait(
        kind=spec.waits_as,
        token_id=token.id,
        activity_id=spec.bpmn_id,
        due_at=datetime.fromisoformat(due) if due else None,
        name=memory.get("name") or spec.topic or activity.message,
        correlation_key=memory.get("key"),
        variables=dict(token.data),
    )
