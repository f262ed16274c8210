"""A process as SpiffWorkflow's specification: built once per version, shared by all instances, changed by none."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from workflow.expressions import Expression


@dataclass(frozen=True, slots=True)
class Way:
    """An outgoing sequence flow."""

    id: str
    target: Any  # Element
    condition: Expression | None
    default: bool


class Specification(WorkflowSpec):
    """`task_specs` maps names to elements; `begins` a scope ("" or a sub-process id) to where its tokens begin,
    `handlers` to its event sub-processes."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.begins: dict[str, list[Any]] = {}
        self.handlers: dict[str, list[Any]] = {}
        self.has_conditions = False  # events that wait for a condition

    @cached_property
    def has_inclusive_joins(self) -> bool:
        return any(spec.is_join and spec.node.kind == "inclusiveGateway" for spec in self.task_specs.values())

    def __getitem__(self, name: str) -> Any:
        return self.task_specs[name]
