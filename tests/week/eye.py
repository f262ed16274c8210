"""What the simulator sees of the office before it lets a person act: read from the database, changed by nothing."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, instances, operations, returns, tasks
from workflow.db import Database
from workflow.errors import Refusal
from workflow.identity import User
from workflow.models import Case, ChecklistItem, ProcessInstance, Subscription, UserTask
from workflow.statuses import InstanceStatus, ReturnMode, TaskKind, TaskStatus
from workflow.waits import LIVE_INSTANCES

LOOKED_AT = 12  # tasks of a list a person chooses from


@dataclass(frozen=True)
class Seen:
    """A task as a person sees it. `places`: in whose place they could take it."""

    id: int
    case_id: int
    instance_id: int
    process: str
    activity: str
    kind: TaskKind
    assignee: str | None
    delegated_by: str | None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """Where a task can be sent back to, and how."""

    key: str
    mode: ReturnMode


@dataclass(frozen=True)
class Standing:
    """A process by hand: where a token of it stands, and where that could be moved to."""

    case_id: int
    instance_id: int
    token_id: str
    target: str


class Eye:
    def __init__(self, database: Database) -> None:
        self.database = database

    def listed(self, login: str, view: str, chance: random.Random, most: int = LOOKED_AT) -> list[Seen]:
        """What stands on the first page of a list of theirs, in any order."""
        with self.database.reading() as session:
            user = session.get_one(User, login)
            rows = tasks.inbox(session, user, view, {}, "", None, most).rows
            found = [_seen(each, tuple(tasks.places(session, each, user))) for each in rows]
        chance.shuffle(found)
        return found

    def one(self, query: Select, chance: random.Random):
        """Any one row of what is asked for; None when there is none."""
        with self.database.reading() as session:
            found = session.execute(query.limit(LOOKED_AT)).all()
        return chance.choice(found) if found else None

    def done_by(self, login: str, chance: random.Random):
        """A step this person completed lately: (task, case)."""
        mine = (UserTask.completed_by == login, UserTask.status == TaskStatus.COMPLETED)
        return self.one(
            select(UserTask.id, UserTask.case_id).where(*mine).order_by(UserTask.ended_at.desc(), UserTask.id), chance
        )

    def ways_back(self, login: str, task_id: int) -> list[Way]:
        with self.database.reading() as session:
            task = session.get_one(UserTask, task_id)
            try:
                offered = returns.targets(session, task, session.get_one(User, login))
            except Refusal:
                return []
            return [Way(each.key, mode) for each in offered for mode in each.modes]

    def corrections_of(self, login: str, chance: random.Random):
        """An open correction asked for by this person: (task, case)."""
        mine = select(UserTask.id).where(UserTask.assignee == login, UserTask.status == TaskStatus.OPEN)
        open_ = (UserTask.kind == TaskKind.CORRECTION, UserTask.status == TaskStatus.OPEN, UserTask.parent_id.in_(mine))
        return self.one(select(UserTask.id, UserTask.case_id).where(*open_).order_by(UserTask.id), chance)

    def facts(self, instance_id: int) -> dict[str, str]:
        """What the start form said, for who has to say it again."""
        with self.database.reading() as session:
            known = instances.variables(session, session.get_one(ProcessInstance, instance_id))
        return {name: str(known.get(name, "")) for name in ("subject", "ref")}

    def to_tick(self, task_id: int) -> Sequence[int]:
        with self.database.reading() as session:
            open_ = (ChecklistItem.task_id == task_id, ChecklistItem.done_at.is_(None))
            return session.scalars(select(ChecklistItem.id).where(*open_).order_by(ChecklistItem.id)).all()

    def awaited(self, chance: random.Random) -> str | None:
        """The key of a reply some process waits for."""
        waiting = select(Subscription.correlation_key).where(Subscription.name == "week.reply")
        row = self.one(waiting.order_by(Subscription.id), chance)
        return row[0] if row else None

    def all_awaited(self) -> list[tuple[int, str]]:
        """Every reply some process waits for: (which waiting, key)."""
        waiting = select(Subscription.id, Subscription.correlation_key).where(Subscription.name == "week.reply")
        with self.database.reading() as session:
            return [(number, ref) for number, ref in session.execute(waiting.order_by(Subscription.id))]

    def entrance(self, case_id: int, chance: random.Random) -> str | None:
        """Where a closed case could go on."""
        with self.database.reading() as session:
            found = [each.key for each in returns.entrances(session, session.get_one(Case, case_id))]
        return chance.choice(found) if found else None

    def running(self, chance: random.Random, status: InstanceStatus = InstanceStatus.RUNNING):
        """A process of the week nobody called: (instance, case)."""
        query = select(ProcessInstance.id, ProcessInstance.case_id).join(Case, Case.id == ProcessInstance.case_id)
        mine = (ProcessInstance.status == status, ProcessInstance.parent_id.is_(None), Case.process_key.like("week-%"))
        return self.one(query.where(*mine).order_by(ProcessInstance.id.desc()), chance)

    def movable(self, chance: random.Random, skips: bool) -> Standing | None:
        """A place a process can be moved from (or a step that can be skipped)."""
        found = self.running(chance)
        if found is None:
            return None
        with self.database.reading() as session:
            instance = session.get_one(ProcessInstance, found[0])
            if instance.status not in LIVE_INSTANCES:
                return None
            places = [each for each in operations.standing(session, instance) if (each.skips if skips else each.moves)]
            if not places:
                return None
            place, target = chance.choice(places), ""
            if not skips:
                targets = _targets(session, instance, place.token_id)
                if not targets:
                    return None
                target = chance.choice(targets)
            return Standing(instance.case_id, instance.id, place.token_id, target)


def _targets(session: Session, instance: ProcessInstance, token_id: str) -> list[str]:
    model = definitions.model(session, instance.definition)
    found = engine.targets(model, instances.state(instance), token_id)
    return [each.activity_id for each in found if not each.others]


def _seen(task: UserTask, places: tuple[str, ...] = ()) -> Seen:
    facts = (task.id, task.case_id, task.instance_id, task.process_key, task.activity_id, task.kind)
    return Seen(*facts, task.assignee, task.delegated_by, places)
