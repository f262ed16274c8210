"""A random process in a real database, for `engine/walking.py`: deployed, begun, moved by tasks, jobs, timers, messages
and signals as in life. What it waits for is read from the rows, and compared with what the engine's state says."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from tests.workflow import made
from tests.workflow.engine.drawing import bpmn
from tests.workflow.engine.walking import Open
from tests.workflow.engine.wild import Wild
from workflow import clock, definitions, engine, instances, jobs, messages, tasks, timers, variable_rows, wakeups
from workflow.engine import WaitKind
from workflow.errors import BpmnError
from workflow.identity import User
from workflow.models import Job, Message, ProcessInstance, Subscription, Timer, UserTask
from workflow.office import Office
from workflow.outgoing import BROADCAST, DELIVER
from workflow.registry import Work, service_task
from workflow.statuses import InstanceStatus, JobStatus, TaskStatus, TimerStatus

CALLED = """
start s
user w candidateGroups=registry
xor x
end e
end k1 error=K1
end k2 error=K2
end k3 error=K3
s -> w -> x
x -> k1 if ends = "K1"
x -> k2 if ends = "K2"
x -> k3 if ends = "K3"
x -> e default
"""


def _rows(kind: Any, table: Any, token: Any, activity: Any, told: Any, *live: Any) -> Select:
    """(kind, token, activity, row id, what the row tells of the token's own variables) of an instance."""
    kind = literal(str(kind)) if isinstance(kind, str) else kind
    return select(kind, token, activity, table.id, told).where(*live)


_ID, _NOTHING = bindparam("instance_id"), null()
_HEARD, _DONE, SENT = bindparam("message"), bindparam("job"), (BROADCAST, DELIVER)
WAITING = union_all(
    _rows(
        WaitKind.USER_TASK,
        UserTask,
        UserTask.token_id,
        UserTask.activity_id,
        cast(UserTask.local_variables, Text),
        UserTask.instance_id == _ID,
        UserTask.status == TaskStatus.OPEN,
    ),
    _rows(
        WaitKind.JOB,
        Job,
        Job.token_id,
        Job.activity_id,
        cast(Job.payload, Text),
        Job.instance_id == _ID,
        Job.status == JobStatus.WAITING,
    ),
    _rows(
        WaitKind.TIMER,
        Timer,
        Timer.token_id,
        Timer.activity_id,
        _NOTHING,
        Timer.instance_id == _ID,
        Timer.status == TimerStatus.WAITING,
    ),
    _rows(
        Subscription.kind,
        Subscription,
        Subscription.token_id,
        Subscription.activity_id,
        _NOTHING,
        Subscription.instance_id == _ID,
    ),
    _rows(
        WaitKind.CALL,
        ProcessInstance,
        ProcessInstance.parent_token_id,
        _NOTHING,
        _NOTHING,
        ProcessInstance.parent_id == _ID,
        ProcessInstance.status == InstanceStatus.RUNNING,
    ),
    _rows("message left", Message, null(), Message.name, _NOTHING, Message.id > _HEARD, Message.name.like("to-%")),
    _rows("news left", Job, null(), Job.topic, cast(Job.payload, Text), Job.id > _DONE, Job.topic.in_(SENT)),
)
LEAVES = ("message left", "news left")
_next: dict[str, Any] = {}  # what the next job does: its variables, or the code of its error


@service_task("test.work")
def work(session: Session, work: Work) -> dict[str, Any]:
    if "error" in _next:
        raise BpmnError(_next["error"])
    return dict(_next["variables"])


class Stored:
    """One instance in an office whose clock is held by `hand`. `by`: who does every task."""

    runs_away = False
    sees = ("message", "signal")

    def __init__(self, office: Office, hand: clock.Hand, by: User) -> None:
        self.office, self.hand, self.by, self.number = office, hand, by, 0
        self.looked: tuple[bool, list[Open]] | None = None  # finished, open; until something is done
        self.heard = self.done = 0  # numbers of the last message and job that were seen leaving
        self.left: list[Any] = []

    # What is seen

    def open(self) -> list[Open]:
        """From the rows; what waits for a condition has none."""
        if self.looked is None:
            self.looked = self._look()
        return self.looked[1]

    def finished(self) -> bool:
        self.open()
        return self.looked[0]

    def _look(self) -> tuple[bool, list[Open]]:
        with self.office.database.reading() as session:
            instance = session.get_one(ProcessInstance, self.id)
            rows = list(session.execute(WAITING, {"instance_id": self.id, "message": self.heard, "job": self.done}))
            waits = {wait.token_id: wait for wait in engine.waits_of(self.model, instances.state(instance))}
            over = instance.status is not InstanceStatus.RUNNING
        self.left = [row for row in rows if row[0] in LEAVES]
        found = [self._seen(waits, *row) for row in rows if row[0] not in LEAVES]
        conditions = [wait for wait in waits.values() if wait.kind is WaitKind.CONDITION]
        assert len(found) + len(conditions) == len(waits), "a row for every wait, a wait for every row"
        return over, found + [Open(each.kind, each.activity_id, _counter(each), None) for each in conditions]

    def _seen(self, waits: dict, kind: str, token: str, activity: str | None, row: int, told: Any) -> Open:
        wait = waits[token]
        counter = None if told is None else json.loads(told).get("loopCounter", 0)
        assert wait.kind == kind and activity in (None, wait.activity_id) and counter in (None, _counter(wait))
        return Open(wait.kind, wait.activity_id, _counter(wait), row)

    def thrown(self) -> Counter[tuple[str, str]]:
        """The messages and signals that have left since this was asked last; they are then delivered."""
        self.open()
        found: Counter[tuple[str, str]] = Counter()
        for kind, _, name, number, told in self.left:
            if kind == "message left":
                self.heard = max(self.heard, number)
                found["message", name] += 1
                continue
            if name == BROADCAST:
                found["signal", json.loads(told)["name"]] += 1
            self.done = max(self.done, number)
            assert jobs.perform(self.office.database, number)
        self.left = []
        return found

    def foresee(self, what: Open | None, act: str, variables: dict[str, int]) -> dict[str, int]:
        """The variables there will be when this has been done."""
        kind = what.kind if what is not None else None
        if act != "fail" and kind not in (WaitKind.TIMER, WaitKind.CALL):
            return variables
        with self.office.database.reading() as session:
            now = variable_rows.read(session, self.id)
            if act == "fail" or kind is WaitKind.TIMER:
                return now
            had = variable_rows.read(session, what.at)
        return {**now, **{name: value for name, value in variables.items() if had.get(name) != value}}

    def instead(self, what: Open) -> Open:
        """A message goes to the one that has waited longest."""
        alike = [each for each in self.open() if (each.kind, each.activity) == (what.kind, what.activity)]
        return min(alike, key=lambda each: each.at) if what.kind is WaitKind.MESSAGE else what

    # What is done

    def begin(self, wild: Wild, start: str, variables: dict[str, int]) -> None:
        self.looked = None
        with self.office.database.transaction() as session:
            if not definitions.known(session).processes:
                definitions.deploy(session, bpmn(CALLED, "other"), {}, "eve")
            definition = definitions.deploy(session, bpmn(wild.drawing), {}, "eve")
            self.heard = session.scalar(select(func.max(Message.id))) or 0
            self.done = session.scalar(select(func.max(Job.id))) or 0
            self.model = definitions.model(session, definition)
            case = made.case(session, by="anna")
            self.id = instances.start(session, definition, case, "anna", variables, start).id

    def come(self, what: Open, variables: dict[str, int]) -> None:
        self.looked = None
        match what.kind:
            case WaitKind.USER_TASK:
                self._complete(what.at, variables)
            case WaitKind.JOB:
                self._perform(what.at, variables=variables)
            case WaitKind.CALL:
                self._answer(what.at, {**variables, "ends": ""})
            case WaitKind.TIMER:
                self._fire(what.at)
            case WaitKind.MESSAGE:
                self._tell(what, variables)
            case WaitKind.SIGNAL:
                self._signal(what.at, variables)

    def fail(self, what: Open, code: str, variables: dict[str, int]) -> None:
        self.looked = None
        if what.kind is WaitKind.JOB:
            self._perform(what.at, error=code)
        else:
            self._answer(what.at, {"ends": code})

    def refuse(self, what: Open, code: str, variables: dict[str, int]) -> None:
        """An error nobody catches becomes an incident; that is tested elsewhere."""

    def change(self, variables: dict[str, int]) -> None:
        self.looked = None
        with self.office.database.transaction() as session:
            instances.set_variables(session, session.get_one(ProcessInstance, self.id), variables, "dora")

    def cancel(self) -> None:
        self.looked = None
        with self.office.database.transaction() as session:
            instances.cancel(session, session.get_one(ProcessInstance, self.id), "dora", "enough")

    def _complete(self, task_id: int, variables: dict[str, Any]) -> None:
        with self.office.database.transaction() as session:
            task = tasks.find(session, task_id, self.by)
            tasks.claim(session, task, self.by)
            tasks.complete(session, task, self.by, variables)

    def _perform(self, job_id: int, **result: Any) -> None:
        _next.clear()
        _next.update(result)
        assert jobs.perform(self.office.database, job_id)

    def _answer(self, child_id: int, variables: dict[str, Any]) -> None:
        with self.office.database.reading() as session:
            task_id = session.scalars(select(UserTask.id).filter_by(instance_id=child_id, status=TaskStatus.OPEN)).one()
        self._complete(task_id, variables)

    def _fire(self, timer_id: int) -> None:
        """When nothing else is due, as the scheduler does it."""
        with self.office.database.reading() as session:
            self.hand.set(max(clock.now(), session.get_one(Timer, timer_id).due_at))
            due = select(func.count()).where(Timer.status == TimerStatus.WAITING, Timer.due_at <= clock.now())
            alone = session.scalar(due) == 1
        if alone:
            assert timers.fire_due(self.office.database) == 1
            return
        with self.office.database.transaction() as session:
            assert timers.fire(session, session.get_one(Timer, timer_id))

    def _tell(self, what: Open, variables: dict[str, int]) -> None:
        self.number += 1
        with self.office.database.transaction() as session:
            name = session.get_one(Subscription, what.at).name
            messages.receive(session, name, "", variables, f"fuzz-{self.id}-{self.number}")

    def _signal(self, subscription_id: int, variables: dict[str, int]) -> None:
        """To one of those that wait; to all of them when there is one."""
        with self.office.database.transaction() as session:
            name = session.get_one(Subscription, subscription_id).name
            alike = session.scalar(select(func.count()).where(Subscription.kind == "signal", Subscription.name == name))
            if alike == 1:
                assert messages.broadcast(session, name, variables) == 1
            else:
                payload = {"subscription": subscription_id, "signal": name, "payload": variables}
                wakeups.add(session, messages.REACH, payload)
        with self.office.database.reading() as session:
            reach = select(Job.id).where(Job.topic == messages.REACH, Job.status == JobStatus.WAITING)
            job_id = session.scalars(reach).one()
        assert jobs.perform(self.office.database, job_id)


def _counter(wait: engine.Wait) -> int:
    return wait.variables.get("loopCounter", 0)
