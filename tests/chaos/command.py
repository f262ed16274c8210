"""A command that is killed: what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflow.errors import Refusal
from workflow.office import Office

Trial = dict[str, Any]  # names of ids
Act = Callable[[Office, Trial], object]


@dataclass(frozen=True)
class Command:
    """`prepare` makes as many trials as asked; `act` is what the child does and, asked again with the same key, is
    nothing new; `again` brings about what the machine would do later."""

    prepare: Callable[[Office, int], list[Trial]]
    act: Act
    again: Act
    costly: bool = False  # one place of it does for `make test`


def ask_again(act: Act) -> Act:
    """The same request again; that it has been done already is no news."""

    def again(office: Office, trial: Trial) -> None:
        try:
            act(office, trial)
        except Refusal:
            return

    return again
