"""What can be done, and the answer to why one may not."""

from dataclasses import dataclass

from workflow.errors import Sentence
from workflow.identity import User
from workflow.why.holders import Holders


@dataclass(frozen=True)
class Way:
    """What somebody could do about it, and who."""

    said: Sentence
    holders: Holders


@dataclass(frozen=True)
class Answer:
    """`refused`: why this person may not, the very sentence the verb would refuse with; None when they may. `may`: who
    may. `ways`: who could change it for them."""

    refused: Sentence | None
    may: tuple[User, ...]
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True)
class Act:
    key: str
    label: Sentence
    answer: Answer
