"""When a timer is due. Computed when the token arrives, from ISO 8601 text or an expression that gives it."""

from datetime import UTC, datetime
from typing import Any

from workflow.engine.problems import EngineProblem
from workflow.engine.token import Token
from workflow.expressions import Around, times
from workflow.expressions import compile as compile_expression
from workflow.expressions.times import Cycle, Duration


class Timer:
    """The timer of one event. A token remembers `due` (UTC text) and, of a cycle, `every` and how many are `left`."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.expression = None if times.literal(text) else compile_expression(text)

    def due(self, token: Token) -> dict[str, Any]:
        """What the token must remember; raises EngineProblem when the expression gives no time."""
        instance = token.workflow
        value = self.text if self.expression is None else instance.evaluate(self.expression, token)
        try:
            repeated, once = cycle(value, instance.around), moment(value, instance.around)
        except (OverflowError, ValueError):
            repeated = once = None
        if repeated:
            every, first = repeated
            left = None if every.times is None else every.times - 1
            return {"due": first.isoformat(), "every": every.every.isoformat(), "left": left}
        if once is None:
            raise EngineProblem(
                "The timer “{activity}” gives no day, moment or duration but “{value}”.",
                activity_id=token.task_spec.bpmn_id,
                value=str(value)[:40],
            )
        return {"due": once.isoformat()}

    def again(self, token: Token) -> dict[str, Any] | None:
        """What to remember for the next round of a cycle; None when there is none."""
        memory = token.internal_data
        if "every" not in memory or memory["left"] == 0:
            return None
        every = times.parse_duration(memory["every"])
        following, missed = next_due(datetime.fromisoformat(memory["due"]), every, token.workflow.around)
        left = None if memory["left"] is None else max(0, memory["left"] - 1 - missed)
        return {"due": following.isoformat(), "left": left}


def moment(value: Any, around: Around) -> datetime | None:
    """The UTC moment of a day (its beginning), moment or duration from now; None when it is none of these."""
    found = times.parse(value.strip(), around.zone) if isinstance(value, str) else None
    if found is None:
        return None
    if isinstance(found, Duration):
        found = times.later(around.now, found, around.zone)
    elif not isinstance(found, datetime):
        found = times.at_start_of(found, around.zone)
    return found.astimezone(UTC)


def cycle(value: Any, around: Around) -> tuple[Cycle, datetime] | None:
    """A repeating timer and when it is due first; None when it is none."""
    found = times.parse_cycle(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    first = moment(found.first or found.every.isoformat(), around)
    return (found, first) if first else None


def next_due(due: datetime, every: Duration, around: Around) -> tuple[datetime, int]:
    """The first moment after now, and how many were missed on the way there (they are not made up for)."""
    missed = 0
    following = times.later(due, every, around.zone)
    if not every.months and following <= around.now:
        missed = int((around.now - due).total_seconds() // every.seconds) - 1
        following = times.later(due, Duration(0, every.seconds * (missed + 1)), around.zone)
    while following <= around.now:
        following, missed = times.later(following, every, around.zone), missed + 1
    return following.astimezone(UTC), missed
