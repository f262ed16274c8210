"""What goes on by itself in a simulation: jobs, timers and messages, in the order of time; one hand moves the clock."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from workflow import files, jobs, scheduler
from workflow.clock import Hand, now
from workflow.db import Database, Moment
from workflow.errors import BpmnError, Sentence, sentence
from workflow.lint import Finding, error
from workflow.models import Incident, Job, Message, ProcessStart, Timer
from workflow.registry import Work
from workflow.simulation.answers import Outcome
from workflow.simulation.circling import Circling
from workflow.start_events import CONDITION
from workflow.statuses import IncidentStatus, JobStatus, MessageStatus, TimerStatus

MOST_MOVES = 4_000  # jobs done, timers fired and messages delivered in one simulation
ACTS = tuple(act for act in scheduler.ROUND if act not in (jobs.sweep, files.sweep))  # who looks at time and news
INCIDENT = "incident"  # the rule of what stopped a process


_NOW = bindparam("now", type_=Moment())
_WAITS = select(  # what there is to do at all: most of the time nothing, and asking this costs little
    exists().where(Job.status == JobStatus.WAITING, Job.due_at <= _NOW).label("jobs"),
    or_(
        exists().where(Timer.status == TimerStatus.WAITING, Timer.due_at <= _NOW),
        exists().where(or_(ProcessStart.due_at <= _NOW, ProcessStart.kind == CONDITION)),
        exists().where(Message.status == MessageStatus.WAITING),
    ).label("others"),
)


class StandIn:
    """Does the work of every topic: what the answers say of the element, else of the topic, else nothing."""

    def __init__(self, services: Mapping[str, tuple[Outcome, ...]]) -> None:
        self.services = services
        self.turns: Counter[str] = Counter()  # how many answers of each were used; the last goes on

    def __call__(self, session: Session, work: Work) -> Mapping[str, Any]:
        names = (work.activity_id or "", session.get_one(Job, work.job_id).topic)
        name = next((name for name in names if name in self.services), None)
        if name is None:
            return {}
        outcomes = self.services[name]
        outcome = outcomes[self.turns[name]]
        self.turns[name] = min(self.turns[name] + 1, len(outcomes) - 1)
        if outcome.error is not None:
            raise BpmnError(outcome.error)
        return outcome.variables


class Machine:
    """Lets everything automatic run. What stops it is kept in `problem`; then nothing moves any more."""

    def __init__(self, database: Database, hand: Hand, stand_in: StandIn) -> None:
        self.database, self.hand, self.stand_in, self.moves = database, hand, stand_in, 0
        self.problem: Finding | None = None

    def settle(self) -> None:
        """Do all that is due now, and what comes of it."""
        circling = Circling(self.database, self.stand_in.turns)
        while self.problem is None:
            with self.database.reading() as session:
                waits = session.execute(_WAITS, {"now": now()}).one()
            moved = (waits.jobs and self._work()) or (waits.others and self._look_at_time_and_news())
            if not moved:
                break
            self.moves += moved
            if circling.come_back():
                self.stop(sentence("The process goes round for ever: nothing has changed since it was here before."))
            self.look()
        self.look()

    def advance(self, until: datetime) -> None:
        """Move the clock on, stopping at each moment something is due."""
        while self.problem is None and (due := self._next_due()) is not None and due <= until:
            self.hand.set(due)
            self.settle()
        if self.problem is None:
            self.hand.set(until)
            self.settle()

    def look(self) -> None:
        """See whether something stands still that nobody but a person can move on."""
        self.problem = self.problem or self._stopped()

    def stop(self, said: Sentence, element: str | None = None) -> None:
        """Nothing goes on after this."""
        self.problem = error(INCIDENT, element or "", said)

    def _look_at_time_and_news(self) -> int:
        """Let the house do what it does in each of its rounds; how much was done."""
        return next((done for act in ACTS if (done := act(self.database))), 0)

    def _work(self) -> int:
        """Do the jobs that are due; how many."""
        query = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= now()).order_by(Job.due_at, Job.id)
        with self.database.reading() as session:
            due = list(session.scalars(query))
        return sum(jobs.perform(self.database, job_id) for job_id in due)

    def _next_due(self) -> datetime | None:
        """When something is due next, after now."""
        timers = select(Timer.due_at).where(Timer.status == TimerStatus.WAITING)
        later = select(Job.due_at).where(Job.status == JobStatus.WAITING)
        due = union_all(timers, later, select(ProcessStart.due_at)).subquery()
        with self.database.reading() as session:
            return session.scalar(select(func.min(due.c.due_at)).where(due.c.due_at > now()))

    def _stopped(self) -> Finding | None:
        """An incident, work that would be tried again only later, or too many moves."""
        with self.database.reading() as session:
            incident = session.scalars(select(Incident).where(Incident.status == IncidentStatus.OPEN)).first()
            failed = session.scalars(select(Job).where(Job.status == JobStatus.WAITING, Job.error.is_not(None))).first()
        if incident is not None:
            return error(INCIDENT, incident.activity_id or "", sentence("{said}", said=incident.message))
        if failed is not None:
            return error(INCIDENT, failed.activity_id or "", sentence("{said}", said=failed.error))
        if self.moves > MOST_MOVES:
            said = sentence(
                "The simulation was stopped: {what} would exceed {limit}.",
                what=sentence("the number of automatic moves"),
                limit=MOST_MOVES,
            )
            return error(INCIDENT, "", said)
        return None
