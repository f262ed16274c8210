"""What other folders register with the engine; nothing is listed by hand.

`discover("workflow", "archive", "forms")` imports every module of those packages, so that their decorators run.
"""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workflow.db import Database
from workflow.errors import Sentence
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask


@dataclass(frozen=True)
class Work:
    """One piece of machine work as its handler sees it."""

    job_id: int
    variables: Mapping[str, Any]  # the instance's variables, or the payload of a job outside any process
    payload: Mapping[str, Any]
    instance: ProcessInstance | None  # None outside any process
    activity_id: str | None
    prepared: Any = None  # what was prepared for it (`prepares`)


Handler = Callable[[Session, Work], "Mapping[str, Any] | Repeat | None"]
Preparation = Callable[[Database, Work], Any]
Listener = Callable[[Session, UserTask, User, dict[str, Any]], Mapping[str, Any] | None]
Check = Callable[[Session], Iterable[str]]
Subjects = Callable[[Session, int], Iterable[str]]
Ending = Callable[[Session, int], None]
Bond = Callable[[Session, int], Sentence | None]
Standing = Callable[[Session, int, bool], None]

service_tasks: dict[str, Handler] = {}
preparations: dict[str, Preparation] = {}
listeners: dict[str, Listener] = {}
functions: dict[str, Callable[..., Any]] = {}
of_a_case: set[str] = set()  # those functions that are also told the running instance
checks: dict[str, Check] = {}
subjects_of: dict[str, Subjects] = {}
endings: dict[str, Ending] = {}
bonds: dict[str, Bond] = {}
standings: dict[str, Standing] = {}
messages: set[str] = set()  # names of messages that the house sends by itself, from outside any process
discovered: set[str] = set()  # the packages whose modules are all imported
once: set[str] = set()  # topics whose work is done once in a process, also when it passes there again
repeatable: set[str] = set()  # listeners that may hear of the same completion again
repeatable_in_turn: set[str] = set()  # those that may when the process has come to the step once more
_stand_in: ContextVar[Handler | None] = ContextVar("stand_in", default=None)


def service_task(topic: str, only_once: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a topic. It runs in the job's transaction, must be repeatable, returns variables
    for the process, and may raise BpmnError(code) for a boundary event. `only_once`: when a process is sent back and
    passes the same element again, the work is not done again; what it brought stands."""
    if only_once:
        once.add(topic)
    return _register(service_tasks, topic)


def prepares(topic: str) -> Callable[[Preparation], Preparation]:
    """Register what is done for a topic before its handler's transaction begins, for as long as it takes: f(database,
    work) opens sessions of its own, reads, writes no row; the handler finds what it returns as `work.prepared` (None if
    nothing). By then things may have changed, or it may have been for nothing: the handler looks whether it still fits.
    So nobody waits to write while an image is read (on SQLite a transaction that writes stops all others)."""
    return _register(preparations, topic)


def on_completion(topic: str, again: bool = False, anew: bool = False) -> Callable[[Listener], Listener]:
    """Register what the domain does in the transaction in which a person completes a task.

    In the diagram: `<camunda:taskListener event="complete" delegateExpression="${topic}"/>`. It gets the checked
    answers, may raise Invalid({field: …}) (→ beside the field) or Conflict, and returns more variables. `again`: it may
    hear of the same step again, corrected or taken back and completed anew; without it the step can be neither. `anew`:
    it may when the process has been sent back and comes to the step once more; `again` says so too. Without either the
    step is done once, and nothing that has passed it is redone.
    """
    if again:
        repeatable.add(topic)
    if again or anew:
        repeatable_in_turn.add(topic)
    return _register(listeners, topic)


def is_repeatable(topic: str) -> bool:
    """Whether this listener may hear of the same step again."""
    return topic in repeatable


def is_repeatable_in_turn(topic: str) -> bool:
    """Whether this listener may hear of a step when the process has been sent back and comes there once more."""
    return topic in repeatable_in_turn


def expression_function(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function for expressions in diagrams and forms: f(session, *arguments)."""
    return _register(functions, name)


def case_function(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same for one that asks about the case: f(session, *arguments, instance=None); None outside any instance."""
    of_a_case.add(name)
    return _register(functions, name)


def fsck_check(name: str) -> Callable[[Check], Check]:
    """Register an invariant: yields one sentence for each bad row; nothing when all is well."""
    return _register(checks, name)


def subjects_of_case(name: str) -> Callable[[Subjects], Subjects]:
    """Register who or what a case is about: f(session, case id) yields subjects as declarations of relation name them
    ("id:<fingerprint>", "unit:<code>"); nothing for a case of which the domain knows nothing."""
    return _register(subjects_of, name)


def on_case_over(name: str) -> Callable[[Ending], Ending]:
    """Register what the domain does when a case is over, however it ended: f(session, case id), in the transaction that
    closes it. It must be quick and refuse nothing; a case that is reopened may be over a second time."""
    return _register(endings, name)


def on_legal_hold(name: str) -> Callable[[Standing], Standing]:
    """Register what the domain does when a recorded legal hold of a case begins (True) or is over (False): f(session,
    case id, begins), the case held; it refuses nothing. Tasks' own clocks have been seen to by the engine."""
    return _register(standings, name)


def legal_hold(session: Session, case_id: int, begins: bool) -> None:
    """Tell all of them."""
    for hear in standings.values():
        hear(session, case_id, begins)


def before_ending(name: str) -> Callable[[Bond], Bond]:
    """Register what people must do before they end a case ahead of its time: f(session, case id) → a sentence, or None.
    What fails by itself ends nevertheless."""
    return _register(bonds, name)


def why_not_ended(session: Session, case_id: int) -> Sentence | None:
    """Why people may not end this case by hand now; None when they may."""
    return next((said for bond in bonds.values() if (said := bond(session, case_id)) is not None), None)


def case_over(session: Session, case_id: int) -> None:
    """Tell all of them. Nobody is told while a process is only tried out."""
    if _stand_in.get() is None:
        for end in endings.values():
            end(session, case_id)


def sends(message: str) -> str:
    """Say that the house sends messages of this name, so that waiting for one is not in vain; returns the name."""
    messages.add(message)
    return message


def subjects(session: Session, case_id: int) -> set[str]:
    """All of them."""
    return {each for say in subjects_of.values() for each in say(session, case_id)}


@dataclass(frozen=True)
class Repeat:
    """What a handler returns to be run again for its next portion (an import of many rows): the job stays
    waiting and this transaction is committed."""

    after_seconds: float = 0


def _register(table: dict[str, Any], name: str) -> Callable[[Any], Any]:
    def keep(function: Any) -> Any:
        if table.setdefault(name, function) is not function:
            raise ValueError(f"{name!r} is registered twice")
        return function

    return keep


@contextmanager
def standing_in(stand_in: Handler) -> Iterator[None]:
    """Inside the block `stand_in` does the machine work of every topic, known or not, and nobody listens to
    completions: a process is tried out without touching the house. What the engine itself registers goes on."""
    token = _stand_in.set(stand_in)
    try:
        yield
    finally:
        _stand_in.reset(token)


def handler(topic: str) -> Handler | None:
    """Who does the work of this topic; None when nobody does."""
    own, stand_in = service_tasks.get(topic), _stand_in.get()
    return own if stand_in is None or _is_the_engine_s(own) else stand_in


def listener(topic: str) -> Listener | None:
    """Who listens to completions under this topic; None when nobody does."""
    return listeners.get(topic) if _stand_in.get() is None else _deaf


def topics() -> Collection[str] | None:
    """The topics there are; None when somebody stands in for all of them."""
    return set(service_tasks) if _stand_in.get() is None else None


def listener_topics() -> Collection[str] | None:
    """The same for listeners."""
    return set(listeners) if _stand_in.get() is None else None


def _is_the_engine_s(own: Handler | None) -> bool:
    return own is not None and own.__module__.partition(".")[0] == "workflow"


def _deaf(session: Session, task: UserTask, user: User, given: dict[str, Any]) -> None:
    """Stands in for a listener."""


def discover(*packages: str) -> None:
    """Import every module of these packages; those already discovered are not looked through again."""
    for package in dict.fromkeys(packages):
        if package not in discovered:
            found = importlib.import_module(package)
            for module in pkgutil.walk_packages(found.__path__, package + "."):
                importlib.import_module(module.name)
            discovered.add(package)
