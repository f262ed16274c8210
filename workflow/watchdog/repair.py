"""One thing that can be done about a finding."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow.errors import Sentence


@dataclass(frozen=True)
class Repair:
    """`key` names it among the repairs of a finding, `label` is what its button says, `permission` what it takes; `act`
    does it, for a reason."""

    key: str
    label: Sentence
    permission: str
    act: Callable[[str], object]
