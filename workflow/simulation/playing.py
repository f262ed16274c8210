"""Plays a process: the engine and the house do what they always do; the answers stand in for people, machines, time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, engine, incidents, instances, messages, separation, tasks
from workflow.clock import now
from workflow.errors import Refusal, sentence
from workflow.expressions import times
from workflow.expressions.times import Duration
from workflow.identity import User
from workflow.lint.findings import did_you_mean
from workflow.models import ProcessDefinition, UserTask
from workflow.office import Office
from workflow.simulation import stage
from workflow.simulation.answers import Answers, AnswersRefused, Step, Verb, wrong
from workflow.simulation.beginning import Beginning, beginning, taken_over
from workflow.simulation.machine import Machine
from workflow.statuses import TaskStatus

STARTER = "person-1"
NOTHING: Mapping[str, Any] = {}


@dataclass
class Play:
    """One run of a process. `instance_id`: the process played, once it has begun."""

    office: Office
    machine: Machine
    answers: Answers
    instance_id: int | None = None

    def run(self, definition: ProcessDefinition) -> None:
        """Begin the process and take every step, until an incident. Raises AnswersRefused for a step that cannot be
        taken; what was played till then stays."""
        with self.office.database.transaction() as session:
            stage.invent(session, (), [STARTER])
            begins = beginning(definitions.model(session, definition), self.answers)
            if begins.step is None:
                taken_over(session, definition.key, begins.start_id)
        if begins.step is None:
            self._begin(definition, begins)
        for step in self.answers.steps:
            if self.machine.problem is not None:
                return
            if self.instance_id is None and begins.waits_for(step):
                self._begin_with(step, definition, begins)
            else:
                self._take(step)

    def _begin_with(self, step: Step, definition: ProcessDefinition, begins: Beginning) -> None:
        """The step brings what the start event waits for: news, or perhaps the time."""
        if step.verb is not Verb.ADVANCE:
            self._begin(definition, begins, step.variables)
            return
        until = self._until(step)
        with self.office.database.transaction() as session:
            due = taken_over(session, definition.key, begins.start_id, until)
        if due is not None:
            self.machine.advance(max(due, now()))
            self._begin(definition, begins)
        self.machine.advance(until)

    def _begin(self, definition: ProcessDefinition, begins: Beginning, brought: Mapping[str, Any] = NOTHING) -> None:
        def begin(session: Session) -> None:
            case = cases.open_case(session, "simulation", definition.name, definition.key, STARTER)
            given = {**self.answers.variables, **brought}
            self.instance_id = instances.start(session, definition, case, STARTER, given, begins.start_id).id

        self._command("", begin)

    def _take(self, step: Step) -> None:
        match step.verb:
            case Verb.COMPLETE:
                self._command(step.target, lambda session: self._complete(session, step))
            case Verb.MESSAGE:
                said = (step.target, step.key, step.variables, f"simulation-{step.number}")
                self._command("", lambda session: messages.receive(session, *said))
            case Verb.SIGNAL:
                self._command("", lambda session: messages.broadcast(session, step.target, step.variables))
            case Verb.ADVANCE:
                self.machine.advance(self._until(step))

    def _command(self, element: str, act: Callable[[Session], object]) -> None:
        """One transaction, and then all that comes of it by itself."""
        try:
            with self.office.database.transaction() as session:
                act(session)
        except AnswersRefused:
            raise
        except incidents.CannotGoOn:
            self.machine.look()
        except engine.EngineProblem as problem:
            self.machine.stop(problem.sentence, problem.activity_id or element)
        except Refusal as refusal:
            self.machine.stop(refusal.sentence, element)
        self.machine.settle()

    def _complete(self, session: Session, step: Step) -> None:
        query = select(UserTask).where(UserTask.status == TaskStatus.OPEN).order_by(UserTask.id)
        task = session.scalars(query.where(UserTask.activity_id == step.target).limit(1)).first()
        if task is None:
            raise _nothing_open(step, [task.activity_id for task in session.scalars(query)])
        performer = _performer(session, task)
        task.assignee, task.claimed_at = performer.name, now()
        session.flush()  # who completes it must hold it
        tasks.complete(session, task, performer, step.variables, step.outcome)

    def _until(self, step: Step) -> datetime:
        zone = self.office.settings.zone
        try:
            until = _moment(times.parse(step.target, zone), zone)
        except (OverflowError, ValueError):
            until = None
        if until is None or until < now():
            said = sentence(
                "Step {number}: “{text}” is neither a duration such as PT1H nor a moment to come.",
                number=step.number,
                text=step.target[:40],
            )
            raise wrong(said)
        return until


def _nothing_open(step: Step, open_now: list[str]) -> AnswersRefused:
    """“complete” names an element where nobody has anything to do."""
    said = sentence(
        "Step {number}: “{element}” has no open task. Open now: {open}.",
        number=step.number,
        element=step.target,
        open=", ".join(dict.fromkeys(open_now)) or "-",
    )
    return wrong(said, step.target, did_you_mean(step.target, open_now))


def _performer(session: Session, task: UserTask) -> User:
    """Somebody whom no rule of the diagram excludes: who holds the task, the usual one, another, or one more."""
    usual = session.get_one(User, task.assignee or STARTER)
    if separation.why_not(session, task, usual) is None:
        return usual
    people = list(session.scalars(select(User).order_by(User.created_at, User.name)))
    for person in people:
        if separation.why_not(session, task, person) is None:
            return person
    name = f"person-{len(people) + 1}"
    stage.invent(session, (), [name])
    return session.get_one(User, name)


def _moment(found: date | Duration | None, zone: tzinfo) -> datetime | None:
    if isinstance(found, Duration):
        return times.later(now(), found, zone)
    return times.at_start_of(found, zone) if found is not None and not isinstance(found, datetime) else found
