"""What expressions see: variables, the clock, the functions of the house."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from workflow import office, registry
from workflow.clock import now
from workflow.expressions import Around
from workflow.models import ProcessInstance


def around(session: Session, known: Mapping[str, Any], instance: ProcessInstance | None = None) -> Around:
    """The world of an evaluation with these variables, inside this instance (None: before or beside any)."""
    return Around(known, now(), functions(session, instance), office.of(session).settings.zone)


def functions(session: Session, instance: ProcessInstance | None = None) -> dict[str, Callable[..., Any]]:
    """The functions of the house by name, as expressions call them."""
    found = {name: partial(function, session) for name, function in registry.functions.items()}
    if instance is not None:
        found |= {name: partial(registry.functions[name], session, instance=instance) for name in registry.of_a_case}
    return found
