"""What goes into the engine and comes out of it: plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class WaitKind(StrEnum):
    USER_TASK = "user_task"  # a person completes it: complete()
    JOB = "job"  # a worker completes it: complete(), or throw_error()
    TIMER = "timer"  # due at due_at: fire()
    MESSAGE = "message"  # `name` with `correlation_key` arrives: deliver()
    SIGNAL = "signal"  # `name` is broadcast: deliver()
    CONDITION = "condition"  # variables change: reconsider(); nothing else is needed of the host
    CALL = "call"  # the called process (`name`) ends: complete(), or throw_error()


@dataclass(frozen=True)
class Wait:
    """One reason why the process stands still. An activity with boundary events has one Wait of its own and one for
    each boundary timer, message or signal, each with its own token id. The token id stays the same over save and load.
    """

    kind: WaitKind
    token_id: str
    activity_id: str
    due_at: datetime | None = None  # TIMER only; aware UTC
    name: str | None = None  # MESSAGE, SIGNAL: its name; JOB: the topic; CALL: the called process
    correlation_key: str | None = None  # MESSAGE only; None: any instance's message of that name
    variables: Mapping[str, Any] = field(default_factory=dict)  # local: item and loopCounter of a multi-instance


@dataclass(frozen=True)
class Happening:
    """One fact of the run, in order: entered, completed, cancelled, thrown, caught, decided.

    `decided` carries {"flows": [ids taken], "values": {variable: value used}}.
    """

    kind: str
    activity_id: str
    token_id: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Thrown:
    """Something leaves the process: kind message, signal, escalation or error.

    A signal has already reached the waits of this instance; the host takes it to all the others. A message goes out to
    one token of any instance, this one included. An error means: the process has ended with this code uncaught.
    """

    kind: str
    name: str
    correlation_key: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Where the process stands after one command. `waits` is complete (not a difference); `happenings` and `thrown`
    are those of this command. `variables` are changes made by the engine itself (outputs of a multi-instance)."""

    state: bytes
    finished: bool
    waits: tuple[Wait, ...]
    happenings: tuple[Happening, ...]
    thrown: tuple[Thrown, ...]
    variables: dict[str, Any]
