"""The ladder of reminders a diagram draws for a user task, as text: `P-1D: performer; PT0S: performer, head`.

A rung is a duration from the due date (a minus before or after the P: earlier) and whom to tell.
"""

from dataclasses import dataclass

from workflow.errors import Invalid
from workflow.expressions.times import Duration, parse_duration

PROPERTY = "reminders"
MOST_RUNGS = 12
FOLLOW_UP = "follow-up"  # the rung of a drawn date to look at the task again: it hangs on no due date


@dataclass(frozen=True)
class Rung:
    """`text` is the duration as ISO 8601 with the sign in front; `receivers` the words after the colon."""

    text: str
    step: Duration
    receivers: tuple[str, ...]


def rungs(text: str) -> list[Rung]:
    """The rungs in their order; raises Invalid naming the part that cannot be read."""
    parts = [part.strip() for part in text.replace("；", ";").split(";")]
    found = [_rung(part) for part in parts if part]
    if len(found) > MOST_RUNGS:
        raise Invalid(message="A task has at most {most} reminders.", most=MOST_RUNGS)
    if len({rung.text for rung in found}) != len(found):
        raise Invalid(message="Two reminders at the same time: put all who are told into one.")
    return found


def _rung(part: str) -> Rung:
    when, colon, names = part.replace("：", ":").partition(":")
    when = when.strip()
    if when.startswith("P-"):
        when = f"-P{when[2:]}"
    step = parse_duration(when)
    receivers = tuple(name for each in names.replace("、", ",").split(",") if (name := each.strip()))
    if step is None or not colon or not receivers:
        said = "“{part}” is no reminder: write a duration, a colon and whom to tell, as in “P-1D: performer”."
        raise Invalid(message=said, part=part)
    return Rung(step.isoformat(), step, receivers)
