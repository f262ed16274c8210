"""What expressions see: variables, the clock, the functions of the house."""

from collections.abc import Callable, Iterator, Mapping
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


def functions(session: Session, instance: ProcessInstance | None = None) -> Mapping[str, Callable[..., Any]]:
    """The functions of the house by name, as expressions call them."""
    return _Bound(session, instance)


class _Bound(Mapping[str, Callable[..., Any]]):
    """Each is bound when it is asked for: most evaluations call none."""

    def __init__(self, session: Session, instance: ProcessInstance | None) -> None:
        self._session, self._instance = session, instance

    def __getitem__(self, name: str) -> Callable[..., Any]:
        told = {"instance": self._instance} if self._instance is not None and name in registry.of_a_case else {}
        return partial(registry.functions[name], self._session, **told)

    def __iter__(self) -> Iterator[str]:
        return iter(registry.functions)

    def __len__(self) -> int:
        return len(registry.functions)
