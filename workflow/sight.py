"""What expressions see: variables, the clock, the functions of the house."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from workflow import office, registry
from workflow.clock import now
from workflow.expressions import Around


def around(session: Session, known: Mapping[str, Any]) -> Around:
    """The world of an evaluation with these variables."""
    functions = {name: partial(function, session) for name, function in registry.functions.items()}
    return Around(known, now(), functions, office.of(session).settings.zone)
