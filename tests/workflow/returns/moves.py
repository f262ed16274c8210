"""All that people do with tasks and cases, at random: what is possible is tried, what is refused changes nothing."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow import made
from tests.workflow.engine.drawing import bpmn
from tests.workflow.engine.oracle_scopes import Blocks
from workflow import (
    definitions,
    engine,
    fsck,
    instances,
    jobs,
    messages,
    operations,
    returns,
    signing,
    substitutes,
    tasks,
    timers,
)
from workflow.ballots import OUTCOME
from workflow.clock import now
from workflow.errors import Refusal
from workflow.identity import User
from workflow.models import Case, ProcessInstance, Subscription, Timer, UserTask
from workflow.office import Office
from workflow.signing.agreeing import OPINION
from workflow.statuses import InstanceStatus, SignerPlace, TaskKind, TaskStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES

STEPS = 26
CROWD = 40  # open tasks above which a process that only makes more of them is left
PATIENCE = 300
PEOPLE = ("anna", "bob")
OTHER = "start s\nuser i candidateGroups=registry\nuser k candidateGroups=registry\nend e\ns -> i -> k -> e"
Move = Callable[["Life", Session], object]


class Life:
    """One case, begun by anna, and what was done with it: verb → how often it was done and how often refused."""

    def __init__(self, office: Office, clock, seed: int, tally: Counter, verbs: Sequence[Move]) -> None:
        self.office, self.clock, self.seed, self.tally, self.verbs = office, clock, seed, tally, verbs
        self.chance = random.Random(seed)
        self.blocks = Blocks(self.chance)
        self.endless = False  # a step was refused since the facts let the machine go round for ever
        self.drawing = "\n".join(map(_offered, self.blocks.drawing.splitlines()))

    def begin(self) -> bool:
        """Whether the process is one that can run and comes to rest."""
        try:
            with self.office.database.transaction() as session:
                definitions.deploy(session, bpmn(OTHER, "other"), {}, "eve")
                definition = definitions.deploy(session, bpmn(self.drawing, f"life{self.seed}"), {}, "eve")
                case = made.case(session, f"life {self.seed}", key=f"life-{self.seed}", by="anna")
                instances.start(session, definition, case, "anna", self.blocks.chosen())
                self.case_id = case.id
        except Refusal:
            return False
        return True

    def live(self) -> None:
        for _ in range(STEPS):
            verb = self.chance.choice(self.verbs)
            self._worked()
            if self.chance.random() < 0.6:
                self.attempt(_resume)
            done = self.attempt(verb)
            self.tally[verb.__name__.strip("_") + ("" if done else " refused")] += 1
            if self.crowded():
                return

    def attempt(self, verb: Move) -> bool:
        """In a transaction of its own; whether it was done."""
        try:
            with self.office.database.transaction() as session:
                return verb(self, session) is not None
        except Refusal as refused:
            self.endless |= isinstance(refused, engine.BudgetExceeded)
            return False

    def end(self) -> str:
        """Everything open is done, until the case is closed."""
        self.attempt(_resume)
        for _ in range(PATIENCE):
            if self.closed():
                return "closed"
            if self.crowded():
                return "crowded"
            if not self._answer_something():
                return "stuck"
        return "crowded"

    def closed(self) -> bool:
        with self.office.database.reading() as session:
            return session.get_one(Case, self.case_id).closed_at is not None

    def crowded(self) -> bool:
        with self.office.database.reading() as session:
            return len(self.open_tasks(session)) > CROWD

    def amiss(self) -> list[fsck.Problem]:
        with self.office.database.reading() as session:
            return fsck.run(session)

    def _answer_something(self) -> bool:
        with self.office.database.reading() as session:
            open_ones = [each.id for each in self.open_tasks(session)]
        self.chance.shuffle(open_ones)
        if any(self._finished(task_id) for task_id in open_ones):
            return True
        ways = (_news, _time, _give_all_away, _change_facts)
        return bool(self._worked()) or any(self.attempt(each) for each in ways)

    def _finished(self, task_id: int) -> bool:
        return self.attempt(lambda life, session: life.complete(session, session.get_one(UserTask, task_id)))

    def _worked(self) -> int:
        done = jobs.sweep(self.office.database)
        return done and done + jobs.sweep(self.office.database)

    def complete(self, session: Session, task: UserTask) -> UserTask:
        user = session.get_one(User, task.assignee or self.chance.choice(PEOPLE))
        if task.assignee is None:
            tasks.claim(session, task, user)
        return tasks.complete(session, task, user, self.blocks.chosen() | self._signed(task))

    def _signed(self, task: UserTask) -> dict[str, str]:
        """Who was asked to sign agrees, as a rule."""
        if task.kind is not TaskKind.SIGNER:
            return {}
        return {OUTCOME: "reject" if self.chance.random() < 0.2 else "approve", OPINION: "why"}

    # What there is to choose from

    def open_tasks(self, session: Session) -> list[UserTask]:
        mine = (UserTask.case_id == self.case_id, UserTask.status == TaskStatus.OPEN)
        return list(session.scalars(select(UserTask).where(*mine).order_by(UserTask.id)))

    def task(self, session: Session, **held: bool) -> UserTask | None:
        found = [each for each in self.open_tasks(session) if "held" not in held or bool(each.assignee) is held["held"]]
        return self.chance.choice(found) if found else None

    def instance(self, session: Session, *statuses: InstanceStatus) -> ProcessInstance | None:
        mine = (ProcessInstance.case_id == self.case_id, ProcessInstance.status.in_(statuses or LIVE_INSTANCES))
        found = session.scalars(select(ProcessInstance).where(*mine).order_by(ProcessInstance.id)).all()
        return self.chance.choice(found) if found else None

    def user(self, session: Session, name: str | None = None) -> User:
        return session.get_one(User, name or self.chance.choice(PEOPLE))


def _offered(line: str) -> str:
    words = line.split()
    return f"{line} candidateGroups=registry" if words[:1] == ["user"] else line


def _claim(life: Life, session: Session) -> object:
    task = life.task(session, held=False)
    return task and tasks.claim(session, task, life.user(session))


def _release(life: Life, session: Session) -> object:
    task = life.task(session, held=True)
    return task and tasks.release(session, task, life.user(session, task.assignee))


def _assign(life: Life, session: Session) -> object:
    task = life.task(session)
    return task and tasks.assign(session, task, life.user(session, "dora"), life.user(session), "why")


def _complete(life: Life, session: Session) -> object:
    task = life.task(session)
    return task and life.complete(session, task)


def _send_back(life: Life, session: Session) -> object:
    task = life.task(session)
    if task is None:
        return None
    if task.assignee is None:
        tasks.claim(session, task, life.user(session))
    user = life.user(session, task.assignee)
    offered = [(each, mode) for each in returns.targets(session, task, user) for mode in each.modes]
    if not offered:
        return None
    target, mode = life.chance.choice(offered)
    if life.chance.random() < 0.3:
        returns.preview(session, task, user, target.key, mode)
    made_ = returns.send_back(session, task, user, target.key, mode, "why", ["x"])
    life.tally[f"sent back {mode.value}"] += 1
    return made_


def _recall(life: Life, session: Session) -> object:
    found = [each for each in life.open_tasks(session) if each.parent_id is not None]
    if not found:
        return None
    sender = session.get_one(UserTask, found[0].parent_id)
    return returns.recall(session, found[0], life.user(session, sender.assignee), "why") or True


def _withdraw(life: Life, session: Session) -> object:
    mine = (UserTask.case_id == life.case_id, UserTask.status == TaskStatus.COMPLETED)
    last = session.scalars(select(UserTask).where(*mine).order_by(UserTask.id.desc())).all()
    for task in last:
        user = life.user(session, task.completed_by)
        if returns.why_not_withdraw(session, task, user) is None:
            return returns.withdraw(session, task, user, "why")
    return None


def _withdraw_case(life: Life, session: Session) -> object:
    if life.chance.random() < 0.8:
        return None
    return (
        returns.withdraw_case(session, session.get_one(Case, life.case_id), life.user(session, "anna"), "why") or True
    )


def _reopen(life: Life, session: Session) -> object:
    case = session.get_one(Case, life.case_id)
    if case.closed_at is None:
        return None
    found = returns.entrances(session, case)
    return found and returns.reopen(session, case, life.user(session, "dora"), life.chance.choice(found).key, "why")


def _move(life: Life, session: Session) -> object:
    instance = life.instance(session)
    if instance is None:
        return None
    model, seen = definitions.model(session, instance.definition), instance.revision
    places = [each for each in operations.standing(session, instance) if each.moves]
    place = life.chance.choice(places)
    target = life.chance.choice(engine.targets(model, instances.state(instance), place.token_id))
    dora = life.user(session, "dora")
    operations.move(session, instance, dora, place.token_id, target.activity_id, "why", target.others, seen)
    return True


def _skip(life: Life, session: Session) -> object:
    instance = life.instance(session)
    places = [each for each in operations.standing(session, instance) if each.skips] if instance else []
    if not places:
        return None
    operations.skip(session, instance, life.user(session, "dora"), life.chance.choice(places).token_id, "why")
    return True


def _cancel(life: Life, session: Session) -> object:
    instance = life.instance(session)
    if instance is None or life.chance.random() < 0.9:
        return None
    return operations.cancel(session, instance, life.user(session, "dora"), "why") or True


def _suspend(life: Life, session: Session) -> object:
    instance = life.instance(session, InstanceStatus.RUNNING) if life.chance.random() < 0.4 else None
    return instance and (operations.suspend(session, instance, life.user(session, "dora"), "why") or True)


def _resume(life: Life, session: Session) -> object:
    mine = (ProcessInstance.case_id == life.case_id, ProcessInstance.status == InstanceStatus.SUSPENDED)
    root = session.scalars(select(ProcessInstance).where(*mine, ProcessInstance.parent_id.is_(None))).first()
    return root and (operations.resume(session, root, life.user(session, "dora"), "why") or True)


def _delegate(life: Life, session: Session) -> object:
    task = life.task(session, held=True)
    return task and tasks.delegate(session, task, life.user(session, task.assignee), life.user(session), "why")


def _give_back(life: Life, session: Session) -> object:
    task = next((each for each in life.open_tasks(session) if each.delegated_by), None)
    return task and tasks.give_back(session, task, life.user(session, task.assignee))


def _stand_in(life: Life, session: Session) -> object:
    if life.chance.random() < 0.6:
        return None
    principal, substitute = life.chance.sample(PEOPLE, 2)
    until = now() + timedelta(hours=2)
    return substitutes.grant(
        session,
        life.user(session, principal),
        life.user(session, substitute),
        now(),
        until,
        [],
        life.user(session, "dora"),
        "why",
    )


def _add_signer(life: Life, session: Session) -> object:
    task = life.task(session, held=True)
    if task is None:
        return None
    where = life.chance.choice(list(SignerPlace))
    signing.add(session, task, life.user(session, task.assignee), life.user(session), where, "why")
    return True


def _remove_signer(life: Life, session: Session) -> object:
    task = life.task(session)
    return task and (signing.remove(session, task, life.user(session, "dora"), "why") or True)


def _time(life: Life, session: Session) -> object:
    mine = select(Timer).where(Timer.status == TimerStatus.WAITING).order_by(Timer.due_at, Timer.id)
    timer = session.scalars(mine).first()
    if timer is None:
        return None
    life.clock.set(max(now(), timer.due_at))
    timers.fire(session, timer)
    return True


def _news(life: Life, session: Session) -> object:
    awaited = session.scalars(select(Subscription).order_by(Subscription.id)).all()
    if not awaited:
        return None
    name, number = life.chance.choice(awaited).name, life.chance.randrange(10**9)
    messages.receive(session, name, "", life.blocks.chosen(), f"{name}-{number}")
    messages.broadcast(session, name, life.blocks.chosen())
    return True


def _change_facts(life: Life, session: Session) -> object:
    """What waits for a condition may hear of it, and what went round for ever may end; else somebody waits in vain."""
    instance = life.instance(session, InstanceStatus.RUNNING)
    if instance is None or not (life.endless or _waits_for_a_condition(session, instance)):
        return None
    life.endless = False
    instances.set_variables(session, instance, life.blocks.chosen(), "dora")
    return True


def _waits_for_a_condition(session: Session, instance: ProcessInstance) -> bool:
    waits = engine.waits_of(definitions.model(session, instance.definition), instances.state(instance))
    return any(each.kind is engine.WaitKind.CONDITION for each in waits)


def _give_all_away(life: Life, session: Session) -> object:
    """Whatever stands in the way of somebody goes to somebody else."""
    gave = False
    for task in life.open_tasks(session):
        to = next((name for name in PEOPLE if name != task.assignee), PEOPLE[0])
        try:
            with session.begin_nested():
                tasks.assign(session, task, life.user(session, "dora"), life.user(session, to), "why")
                gave = True
        except Refusal:
            continue
    return gave or None


BACK = [_send_back] * 6 + [_withdraw] * 3 + [_recall, _withdraw_case, _reopen]
PLAIN = (
    [_claim] * 3 + [_complete] * 8 + [_release, _assign, _delegate, _give_back, _stand_in, _add_signer, _remove_signer]
)
BY_HAND = [_move, _skip, _cancel, _suspend, _resume, _resume]
VERBS: list[Move] = [*BACK, *PLAIN, *BY_HAND, _time, _news]
