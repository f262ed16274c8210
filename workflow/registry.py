"""What other folders register with the engine; nothing is listed by hand.

`discover("archive", "forms")` imports every module of those packages, so that their decorators run.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
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


def discover(*packages: str) -> None:
    """Import every module of these packages."""
    for package in packages:
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, package + "."):
            importlib.import_module(module.name)
