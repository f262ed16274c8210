"""What a plan has to say of an element."""

from dataclasses import dataclass

from workflow.errors import Sentence


@dataclass(frozen=True)
class Problem:
    """What a plan means for an element: `blocks` that nobody who stands there is moved; else only to be known.

    `instances`: how many of those looked at it concerns."""

    element: str
    message: Sentence
    blocks: bool
    instances: int
