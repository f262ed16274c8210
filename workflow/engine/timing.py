"""When a timer is due. Computed when the token arrives, from ISO 8601 text or an expression that gives it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workflow.engine.problems import EngineProblem
from workflow.engine.token import Token
from workflow.expressions import Around, times
from workflow.expressions import compile as compile_expression
from workflow.expressions.times import Cycle, Duration

DAY, LONGEST_MONTH, LONGER_DAY = 86_400, 31 * 86_400, 2 * 3600  # seconds; a day may be so much longer (daylight saving)


class Timer:
    """The timer of one event. A token remembers `due` (UTC text) and, of a cycle, `every`, the `first` moment, the
    number of the `round` that is due (0 is the first), and how many rounds are `left` after it."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.expression = None if times.literal(text) else compile_expression(text)

    def due(self, token: Token) -> dict[str, Any]:
        """What the token must remember; raises EngineProblem when the expression gives no time."""
        instance = token.workflow
        value = self.text if self.expression is None else instance.evaluate(self.expression, token)
        memory = begun(value, instance.around)
        if memory is None:
            raise EngineProblem(
                "The timer “{activity}” gives no day, moment or duration but “{value}”.",
                activity_id=token.task_spec.bpmn_id,
                value=str(value)[:40],
            )
        return memory

    def again(self, token: Token) -> dict[str, Any] | None:
        """What to remember for the next round of a cycle; None when there is none."""
        return following(token.internal_data, token.workflow.around)[0]

    def missed(self, token: Token) -> int:
        """How many rounds of a cycle have passed unnoticed since the one that comes now; they are not made up for."""
        return following(token.internal_data, token.workflow.around)[1]


def begun(value: Any, around: Around) -> dict[str, Any] | None:
    """What to remember of a timer that begins now, from the text of its time; None when it is no time."""
    try:
        repeated, once = cycle(value, around), moment(value, around)
    except (OverflowError, ValueError):
        return None
    if repeated:
        every, first = repeated
        left = None if every.times is None else every.times - 1
        due = first.isoformat()
        return {"due": due, "every": every.every.isoformat(), "left": left, "first": due, "round": 0}
    return None if once is None else {"due": once.isoformat()}


def following(memory: Mapping[str, Any], around: Around) -> tuple[dict[str, Any] | None, int]:
    """What to remember for the next round after the one that comes now (None: there is none), and how many rounds have
    passed unnoticed since that one."""
    if "every" not in memory:
        return None, 0
    left, (first, number) = memory["left"], _begun(memory)
    due, then = next_round(first, times.parse_duration(memory["every"]), number, around)
    missed = then - number - 1
    if left is not None and missed >= left:
        return None, left
    kept = {"due": due.isoformat(), "every": memory["every"], "left": None if left is None else left - missed - 1}
    return {**kept, "first": first.isoformat(), "round": then}, missed


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


def next_round(first: datetime, every: Duration, number: int, around: Around) -> tuple[datetime, int]:
    """The moment (UTC) and number of the first round after the round `number` that is still to come."""
    passed = (around.now - first).total_seconds()
    longest = every.months * LONGEST_MONTH + every.seconds
    following = max(number + 1, int((passed - LONGER_DAY) // longest))
    while (at := occurrence(first, every, following, around)) <= around.now:
        following += 1
    return at, following


def occurrence(first: datetime, every: Duration, number: int, around: Around) -> datetime:
    """The moment (UTC) of a round of a cycle. Months and whole days are those of the office's calendar: the clock on
    its wall shows the same each time, and the 31st becomes the last of a short month and is the 31st again in the next.
    Hours and less are exact (ISO 8601-1:2019, 5.6: the n-th is the start and n durations)."""
    days, seconds = divmod(every.seconds, DAY)
    on_the_wall = times.later(first.astimezone(around.zone), Duration(every.months * number, 0), around.zone)
    on_the_wall += timedelta(days=days * number)  # of the same zone: the time of day is kept
    return on_the_wall.astimezone(UTC) + timedelta(seconds=seconds * number)


def _begun(memory: Mapping[str, Any]) -> tuple[datetime, int]:
    """The first moment of a cycle and the round that is due; the first release kept only the latter's moment."""
    return datetime.fromisoformat(memory.get("first") or memory["due"]), memory.get("round", 0)
