"""Where and when a process begins in a simulation.

At its plain start event at once. Without one it waits for the first step that brings what one of its start events waits
for: the message, the signal, the time. Where no step does, it begins at once at its only start event.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import engine, sight
from workflow.engine.timing import following
from workflow.errors import sentence
from workflow.lint.findings import did_you_mean
from workflow.models import ProcessStart
from workflow.simulation.answers import Answers, Step, Verb, wrong
from workflow.start_events import MESSAGE, SIGNAL, TIMER

PLAIN = (None, "none")
_NEWS = {Verb.MESSAGE: MESSAGE, Verb.SIGNAL: SIGNAL}


@dataclass(frozen=True)
class Beginning:
    """`start_id`: the start event (None: the plain or only one); `step`: with which step it begins (None: at once)."""

    start_id: str | None = None
    step: Step | None = None

    def waits_for(self, step: Step) -> bool:
        """Whether the process may begin with this step, as long as it has not begun."""
        timed = self.step is not None and self.step.verb is Verb.ADVANCE
        return step is self.step or (timed and step.verb is Verb.ADVANCE)


def beginning(model: engine.Model, answers: Answers) -> Beginning:
    """Where the answers let the process begin; raises AnswersRefused when they must name a start event."""
    starts = {start.id: start for start in model.starts}
    if answers.start is not None:
        if answers.start not in starts:
            said = sentence("“{element}” is not a start event of this process.", element=answers.start)
            raise wrong(said, answers.start, did_you_mean(answers.start, starts))
        return Beginning(answers.start)
    if any(start.event in PLAIN for start in starts.values()):
        return Beginning()
    found = (Beginning(start.id, step) for step in answers.steps for start in starts.values() if _fits(start, step))
    brought = next(found, None)
    if brought is None and len(starts) > 1:
        said = sentence(
            "The process has several start events: name one of {names} with “start”.", names=", ".join(starts)
        )
        raise wrong(said)
    return brought or Beginning(next(iter(starts), None))


def _fits(start: engine.Activity, step: Step) -> bool:
    """Whether the step brings what the start event waits for."""
    if step.verb is Verb.ADVANCE:
        return start.event == TIMER
    return step.verb in _NEWS and (start.event, start.message) == (_NEWS[step.verb], step.target)


def taken_over(
    session: Session, process_key: str, start_id: str | None, until: datetime | None = None
) -> datetime | None:
    """When the timer the process begins by is due; None when it begins by none, or only after `until`.

    Its row then waits for the round after that one: this one the simulation begins itself, as nobody else knows the
    variables."""
    here = (ProcessStart.process_key == process_key, ProcessStart.activity_id == start_id)
    row = session.scalars(select(ProcessStart).where(ProcessStart.kind == TIMER, *here)).first()
    if row is None or row.due_at is None or (until is not None and row.due_at > until):
        return None
    due, (memory, _missed) = row.due_at, following(row.memory, sight.around(session, {}))
    row.due_at = datetime.fromisoformat(memory["due"]) if memory else None
    row.memory = memory or row.memory
    return due
