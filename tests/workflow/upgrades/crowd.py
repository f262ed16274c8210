"""Many running instances of one process, and what is so of each: to compare before and after."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow import made
from tests.workflow.engine.drawing import bpmn
from tests.workflow.upgrades.models import mark_of
from workflow import definitions, engine, instances, jobs, tasks, timers
from workflow.clock import now
from workflow.identity import User
from workflow.models import Job, ProcessDefinition, ProcessInstance, Subscription, TaskDraft, Timer, UserTask
from workflow.office import Office
from workflow.statuses import InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.waits import LIVE_JOBS

AT_ONCE = 50  # instances in one transaction, to be quicker


@dataclass
class Seen:
    """One instance as it is: row → what it says. `tokens`: token id → activity."""

    definition_id: int
    revision: int
    state: bytes
    tokens: dict[str, str]
    rows: dict[tuple[str, int], dict[str, Any]]


class Crowd:
    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.done: Counter[tuple[int, str]] = Counter()  # (instance, mark) → times completed

    def deploy(self, drawing: str) -> ProcessDefinition:
        with self.office.database.transaction() as session:
            return definitions.deploy(session, bpmn(drawing, "p"), {}, "eve")

    def start(self, definition: ProcessDefinition, number: int) -> None:
        for begin in range(0, number, AT_ONCE):
            with self.office.database.transaction() as session:
                definition = session.merge(definition, load=False)
                for each in range(begin, min(number, begin + AT_ONCE)):
                    case = made.case(session, f"件 {each}", by="anna")
                    instances.start(session, definition, case, "anna", self._chosen())

    def wander(self, steps: int, portions: int | None = None) -> None:
        """The instances (of a few portions, or all) take up to so many steps; then some tasks are claimed and some have
        drafts."""
        found = self._portions()
        for ids in found if portions is None else self.chance.sample(found, min(portions, len(found))):
            for _ in range(self.chance.randint(0, steps)):
                with self.office.database.transaction() as session:
                    for instance_id in ids:
                        if self.chance.random() < 0.7:
                            self._step(session, instance_id)
        with self.office.database.transaction() as session:
            anna = session.get_one(User, "anna")
            for task in session.scalars(_open_tasks()):
                if task.assignee is None and self.chance.random() < 0.3:
                    tasks.claim(session, task, anna)
                    tasks.save_draft(session, task, anna, {"note": str(task.id)})

    def finish(self) -> None:
        """Lead all to their ends, until nothing moves any more: no event at an edge comes, no loop goes round again."""
        self._calm()
        before = None
        while (reached := self._revisions()) and reached != before:
            before = reached
            for ids in self._portions():
                with self.office.database.transaction() as session:
                    for instance_id in ids:
                        self._go_on(session, instance_id)
            self._work()

    def _calm(self) -> None:
        """No loop goes round again: one with nothing but machine work in it would, as nobody answers there."""
        for ids in self._portions():
            with self.office.database.transaction() as session:
                for instance_id in ids:
                    instance = session.get_one(ProcessInstance, instance_id)
                    instances.set_variables(session, instance, {"v1": 0, "v2": 0, "v3": 0}, "system")

    def _revisions(self) -> list[tuple[int, int]]:
        """The running instances and how far each has come."""
        query = select(ProcessInstance.id, ProcessInstance.revision).order_by(ProcessInstance.id)
        with self.office.database.reading() as session:
            found = session.execute(query.where(ProcessInstance.status == InstanceStatus.RUNNING))
            return [(row.id, row.revision) for row in found]

    def running(self) -> dict[int, list[int]]:
        """definition → its running instances."""
        query = select(ProcessInstance.definition_id, ProcessInstance.id)
        found: dict[int, list[int]] = {}
        with self.office.database.reading() as session:
            for definition_id, instance_id in session.execute(
                query.where(ProcessInstance.status == InstanceStatus.RUNNING).order_by(ProcessInstance.id)
            ):
                found.setdefault(definition_id, []).append(instance_id)
        return found

    def look(self, ids: list[int]) -> dict[int, Seen]:
        with self.office.database.reading() as session:
            seen = {}
            for instance in session.scalars(select(ProcessInstance).where(ProcessInstance.id.in_(ids))):
                state = instances.state(instance)
                tokens = engine.live_tokens(definitions.model(session, instance.definition), state)
                seen[instance.id] = Seen(instance.definition_id, instance.revision, state, tokens, {})
            for instance_id, row, said in _rows(session, ids):
                seen[instance_id].rows[row] = said
        return seen

    def _portions(self) -> list[list[int]]:
        ids = [each for found in self.running().values() for each in found]
        return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]

    def _chosen(self) -> dict[str, int]:
        return {name: self.chance.randrange(3) for name in ("v1", "v2", "v3")}

    def _step(self, session: Session, instance_id: int) -> None:
        """Something happens to the instance: mostly a person does a task."""
        open_tasks = session.scalars(_open_tasks(instance_id)).all()
        kind = self.chance.choice(["task", "task", "task", "job", "event"])
        if kind == "task" and open_tasks:
            self._complete(session, self.chance.choice(open_tasks), self._chosen())
        elif kind == "job":
            self._work_off(session, instance_id)
        elif kind == "event" and (timer := session.scalars(_timers(instance_id)).first()):
            timers.fire(session, timer)

    def _complete(self, session: Session, task: UserTask, answers: dict[str, int]) -> None:
        user = session.get_one(User, task.assignee or "anna")
        if task.assignee is None:
            tasks.claim(session, task, user)
        tasks.complete(session, task, user, answers)
        self.done[task.instance_id, mark_of(task.name)] += 1

    def _work_off(self, session: Session, instance_id: int) -> None:
        """As a worker does, without its leases."""
        live = (Job.instance_id == instance_id, Job.status == JobStatus.WAITING)
        job = session.scalars(select(Job).where(*live).order_by(Job.id)).first()
        if job is not None:
            instance = instances.lock(session, instance_id)
            job.status, job.done_at = JobStatus.DONE, now()
            model = definitions.model(session, instance.definition)
            sight = instances.around(session, instances.variables(session, instance))
            step = engine.complete(model, instances.state(instance), job.token_id or "", sight)
            instances.settle(session, instance, step, "system")

    def _go_on(self, session: Session, instance_id: int) -> None:
        for task in session.scalars(_open_tasks(instance_id)).all():
            session.refresh(task)
            if task.status is TaskStatus.OPEN:
                self._complete(session, task, {"v1": self.chance.choice((0, 2)), "v2": 0, "v3": 0})
        while session.scalar(select(Job.id).where(Job.instance_id == instance_id, Job.status == JobStatus.WAITING)):
            self._work_off(session, instance_id)
        for timer in session.scalars(_timers(instance_id)).all():
            instance = session.get_one(ProcessInstance, instance_id)
            if definitions.activities(session, instance.definition)[timer.activity_id]["kind"] != "boundaryEvent":
                timers.fire(session, timer)

    def _work(self) -> None:
        while jobs.sweep(self.office.database):
            pass


def _open_tasks(instance_id: int | None = None):
    query = select(UserTask).where(UserTask.status == TaskStatus.OPEN).order_by(UserTask.id)
    return query if instance_id is None else query.where(UserTask.instance_id == instance_id)


def _timers(instance_id: int):
    waiting = (Timer.instance_id == instance_id, Timer.status == TimerStatus.WAITING)
    return select(Timer).where(*waiting).order_by(Timer.id)


def _rows(session: Session, ids: list[int]):
    """(instance, (table, id), what matters of the row) of all that waits."""
    drafts = {(draft.task_id, draft.user_name): draft.values for draft in session.scalars(select(TaskDraft))}
    for task in session.scalars(_open_tasks().where(UserTask.instance_id.in_(ids))):
        draft = drafts.get((task.id, task.assignee))
        said = {"assignee": task.assignee, "due_at": task.due_at, "draft": draft, "definition": task.definition_id}
        yield task.instance_id, ("task", task.id), {"token": task.token_id, "activity": task.activity_id, **said}
    for job in session.scalars(select(Job).where(Job.instance_id.in_(ids), Job.status.in_(LIVE_JOBS))):
        yield (
            job.instance_id,
            ("job", job.id),
            {"token": job.token_id, "activity": job.activity_id, "tries": job.attempts},
        )
    waiting = select(Timer).where(Timer.instance_id.in_(ids), Timer.status == TimerStatus.WAITING)
    for timer in session.scalars(waiting):
        said = {"token": timer.token_id, "activity": timer.activity_id, "due_at": timer.due_at}
        yield timer.instance_id, ("timer", timer.id), said
    for news in session.scalars(select(Subscription).where(Subscription.instance_id.in_(ids))):
        yield (
            news.instance_id,
            ("news", news.id),
            {"token": news.token_id, "activity": news.activity_id, "name": news.name},
        )
