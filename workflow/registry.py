"""What other folders register with the engine; nothing is listed by hand.

`discover("archive", "forms")` imports every module of those packages, so that their decorators run.
"""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

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


Handler = Callable[[Session, Work], "Mapping[str, Any] | Repeat | None"]
Listener = Callable[[Session, UserTask, User, dict[str, Any]], Mapping[str, Any] | None]
Check = Callable[[Session], Iterable[str]]

service_tasks: dict[str, Handler] = {}
listeners: dict[str, Listener] = {}
functions: dict[str, Callable[..., Any]] = {}
checks: dict[str, Check] = {}
discovered: set[str] = set()  # the packages whose modules are all imported
_stand_in: ContextVar[Handler | None] = ContextVar("stand_in", default=None)


def service_task(topic: str) -> Callable[[Handler], Handler]:
    """Register the handler of a topic. It runs in the job's transaction, must be repeatable, returns variables
    for the process, and may raise BpmnError(code) for a boundary event."""
    return _register(service_tasks, topic)


def on_completion(topic: str) -> Callable[[Listener], Listener]:
    """Register what the domain does in the transaction in which a person completes a task.

    In the diagram: `<camunda:taskListener event="complete" delegateExpression="${topic}"/>`. It gets the checked
    answers, may raise Invalid({field: …}) (→ beside the field) or Conflict, and returns more variables.
    """
    return _register(listeners, topic)


def expression_function(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function for expressions in diagrams and forms: f(session, *arguments)."""
    return _register(functions, name)


def fsck_check(name: str) -> Callable[[Check], Check]:
    """Register an invariant: yields one sentence for each bad row; nothing when all is well."""
    return _register(checks, name)


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
    """Import every module of these packages."""
    discovered.update(packages)
    for package in packages:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, package + "."):
            importlib.import_module(module.name)
