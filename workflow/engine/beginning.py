"""How the instances of one list begin: where the way to the first waits asks nothing of the world, it is gone once, and
the next ones get the same step with tokens of their own."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from workflow.engine import codec
from workflow.engine.commands import start
from workflow.engine.model import Model
from workflow.engine.shapes import Happening, Step, Wait
from workflow.engine.token import fresh_ids
from workflow.expressions import Around


class Beginning:
    """The start `start_id` of a model (as `start` takes it), at which any number of instances begin."""

    def __init__(self, model: Model, start_id: str | None = None) -> None:
        self._model, self._start_id = model, start_id
        self._same: Step | None = None  # what every instance begins with
        self._tokens: list[str] = []

    def step(self, around: Around) -> Step:
        """What `start` gives for one more instance."""
        if self._same is not None:
            return _renamed(self._same, dict(zip(self._tokens, fresh_ids(len(self._tokens)), strict=True)))
        watched = _Watched(around.variables, around.now, around.functions, around.zone)
        step = start(self._model, watched, self._start_id)
        if not watched.looked_at:
            told = (happening.token_id for happening in step.happenings)
            self._same, self._tokens = step, list(dict.fromkeys([*codec.token_ids(step.state), *told]))
        return step


class _Watched(Around):
    """Notices when anything in it is looked at."""

    looked_at = False

    def __getattribute__(self, name: str) -> Any:
        if name in _WORLD:
            object.__setattr__(self, "looked_at", True)
        return super().__getattribute__(name)


_WORLD = frozenset(each.name for each in fields(Around))


def _renamed(step: Step, fresh: Mapping[str, str]) -> Step:
    """The same step of other tokens: old id → its own. An id is like no other text."""
    state = step.state
    for old, new in fresh.items():
        state = state.replace(old.encode(), new.encode())
    happenings = (
        Happening(each.kind, each.activity_id, fresh[each.token_id], _told(each.data, fresh))
        for each in step.happenings
    )
    return Step(
        state=state,
        finished=step.finished,
        waits=tuple(_wait(each, fresh) for each in step.waits),
        happenings=tuple(happenings),
        thrown=step.thrown,
        variables=_told(step.variables, fresh),
    )


def _wait(wait: Wait, fresh: Mapping[str, str]) -> Wait:
    return Wait(
        kind=wait.kind,
        token_id=fresh[wait.token_id],
        activity_id=wait.activity_id,
        due_at=wait.due_at,
        name=wait.name,
        correlation_key=wait.correlation_key,
        variables=_told(wait.variables, fresh),
    )


def _told(value: Any, fresh: Mapping[str, str]) -> Any:
    """A JSON value in which tokens may be named."""
    if isinstance(value, str):
        return fresh.get(value, value)
    if isinstance(value, dict):
        return {name: _told(each, fresh) for name, each in value.items()}
    return [_told(each, fresh) for each in value] if isinstance(value, list) else value
