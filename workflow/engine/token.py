"""A token: SpiffWorkflow's Task, used as a place where the process stands.

SpiffWorkflow keeps every task that ever was and predicts those that may come. Here the tree of tasks is the tree of
*containment* only: a token's parent is the instance, sub-process, multi-instance, event gateway or (for boundary
events) activity it is inside of. Finished tokens leave the tree at once, so neither its size nor its depth grows.
"""

import secrets
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_BYTES = 8  # of chance in an id
LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):
    """`data`: local variables (items of multi-instances around it); `internal_data`: what its element remembers."""

    def __init__(
        self, workflow: Any, spec: Any, parent: "Token | None", state: int, token_id: str | None = None
    ) -> None:
        super().__init__(workflow, spec, parent, state, token_id or fresh_id())
        if parent is not None:
            self.data = parent.data

    def _set_state(self, value: int) -> None:
        """Without SpiffWorkflow's log lines and times."""
        self._state = value

    def move_to(self, container: "Token") -> None:
        """Take the token out of its container and put it into another."""
        self.parent._children.remove(self.id)
        self.parent = container
        container._children.append(self.id)

    @property
    def alive(self) -> bool:
        return self.id in self.workflow.tasks and self.has_state(LIVE)


def fresh_id() -> str:
    """An id that no other token has, of any instance."""
    (fresh,) = fresh_ids(1)
    return fresh


def fresh_ids(number: int) -> list[str]:
    """So many of them: chance is asked once."""
    said = secrets.token_hex(_BYTES * number)
    return [said[at : at + 2 * _BYTES] for at in range(0, len(said), 2 * _BYTES)]
