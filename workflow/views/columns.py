"""What the cases of a list know, for columns of one's own."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import UserTask, Variable

MOST_COLUMNS = 6


def values(session: Session, tasks: Iterable[UserTask], names: Sequence[str]) -> dict[int, dict[str, Any]]:
    """task id → variable → value, of the tasks' own instances."""
    shown = list(tasks)
    if not shown or not names:
        return {}
    instance_ids = {task.instance_id for task in shown}
    query = select(Variable.instance_id, Variable.name, Variable.value)
    found: dict[int, dict[str, Any]] = {}
    for row in session.execute(query.where(Variable.instance_id.in_(instance_ids), Variable.name.in_(names))):
        found.setdefault(row.instance_id, {})[row.name] = row.value
    return {task.id: {**found.get(task.instance_id, {}), **_local(task, names)} for task in shown}


def _local(task: UserTask, names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in task.local_variables.items() if name in names}
