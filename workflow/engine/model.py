"""A process ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow.diagram.activity import Activity


@dataclass(frozen=True)
class Model:
    """An accepted process: immutable, shared by all its instances and by threads.

    `activities` maps the id of every flow element to what is written there; `starts` are its top-level start events.
    """

    key: str
    name: str
    names: Mapping[str, str]
    activities: Mapping[str, Activity]
    starts: tuple[Activity, ...]
    documentation: str | None = None
    specification: Any = field(default=None, repr=False, compare=False)  # of SpiffWorkflow; for the engine only


def parse(xml: bytes, key: str | None = None) -> Model:
    """Read, check and prepare the process `key` of a BPMN file (default: its only executable one).

    Raises DefinitionRefused with all findings when the file cannot run exactly as drawn.
    """
    raise NotImplementedError
