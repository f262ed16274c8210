"""Whether a process can still come to an end from where it stands.

The flows of each scope are played without data from the places its tokens stand at, every decision open, every event
free to come (`markings`): where no play ends, the process can never end by itself, whatever people decide. A scope from
which an event that waits at its edge, or around it, may still lead out is given the benefit of the doubt.
"""

from collections import Counter, deque
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from typing import Any

from workflow.engine import codec
from workflow.engine.markings import MOST, SPAWNED, Marking, Place, Play, place
from workflow.engine.model import Model
from workflow.engine.scopes import Handler, Root, Scope
from workflow.engine.specification import Specification
from workflow.engine.throwing import EndByError, Terminate
from workflow.engine.token import Token

FAR = 10_000  # steps, where no way leads to an end


def stuck(model: Model, state: bytes) -> tuple[str, ...]:
    """Of an instance that is not over, the ids of the elements from which, together, no end can be reached any more; a
    sub-process itself, or "" for the process, if nothing stands in it. Nothing when all is well.

    Too entangled to be sure counts as well. Raises StateCorrupt."""
    found: dict[str, None] = {}
    for token in codec.load(state, model.specification).tasks.values():
        if isinstance(token.task_spec, Scope) and not _may_be_left(token):
            scope, marking = token.task_spec.node.id, _marking(token)
            is_empty = not any(not each.task_spec.stands_by(each) for each in token.children)
            if is_empty or not can_end(model.specification, scope, marking):
                found.update(dict.fromkeys([name for name, _flow in marking] or [scope]))
    return tuple(found)


@lru_cache(maxsize=16_384)
def can_end(specification: Specification, scope: str, marking: Marking) -> bool:
    """Whether a scope ("" or a sub-process) with tokens at these places may still come to its end."""
    return not marking or Ending(specification, scope).comes_to_end(marking)


class Ending(Play):
    """A scope played towards its end. `careful`: every order of moves is tried, not one of each that come to the
    same."""

    careful = False

    def comes_to_end(self, marking: Marking) -> bool:
        """Whether it may, or is too entangled to be sure that it may not."""
        self._goal: Counter[Place] = Counter()
        if self._ends(marking):
            return True
        self.careful = True
        return self._ends(marking)

    def _ends(self, marking: Marking) -> bool:
        """Looks first at what is nearest to an end."""
        seen: set[Marking] = set()
        todo = [(self._left(marking), marking)]
        while todo and len(seen) < MOST:
            _left, here = heappop(todo)
            if self._is_over(here):
                return True
            if here not in seen:
                seen.add(here)
                for each in self._next(here):
                    heappush(todo, (self._left(each), each))
        return bool(todo)

    def _is_over(self, marking: Marking) -> bool:
        standing = [name for name, flow in marking if flow != SPAWNED]
        return not standing or any(isinstance(self._specs[name], Terminate | EndByError) for name in standing)

    def _is_looked_at(self, place: Place, held: Counter[Place]) -> bool:
        return self.careful or super()._is_looked_at(place, held)

    def _left(self, marking: Marking) -> int:
        return sum(self._steps.get(name, FAR) for name, flow in marking if flow != SPAWNED)

    @cached_property
    def _steps(self) -> dict[str, int]:
        """element → flows from there to the nearest end of the scope."""
        before: dict[str, list[str]] = {}
        for name in self._specs:
            for following, _flow in self._following(name):
                before.setdefault(following, []).append(name)
        steps = {name: 0 for name, spec in self._specs.items() if not spec.ways}
        todo = deque(steps)
        while todo:
            name = todo.popleft()
            for each in before.get(name, ()):
                if each not in steps:
                    steps[each] = steps[name] + 1
                    todo.append(each)
        return steps


def _marking(scope: Token) -> Marking:
    """Where the tokens of a scope stand. An event sub-process is a scope of its own and ends by itself."""
    standing = [
        child
        for child in scope.children
        if not child.task_spec.stands_by(child) and not isinstance(child.task_spec, Handler)
    ]
    return tuple(sorted(place(each.task_spec, _arrival(each)) for each in standing))


def _arrival(token: Token) -> str:
    return token.internal_data.get("flow", "")


def _may_be_left(scope: Token) -> bool:
    """Whether an interrupting event waits that would end the scope, or one around it."""
    here: Any = scope
    while True:
        if any(child.task_spec.stands_by(child) and child.task_spec.node.interrupting for child in here.children):
            return True
        if isinstance(here.task_spec, Root):
            return False
        here = here.parent
