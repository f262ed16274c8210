"""Every shape around a sender's step × both ways of sending back × what may be beside it: played, and told as a table.

A player begins the process, comes to the sender's step `z`, sends it back to `a` and says how everything stands; then
plays it to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.workflow.returns.desk import STRAIGHT, key_of
from tests.workflow.world import begin, drawn, process, work
from workflow import definitions, returns, tasks
from workflow.errors import Refusal
from workflow.identity import User
from workflow.models import Case, ProcessInstance, SupersededTask, Timer, UserTask
from workflow.office import Office
from workflow.statuses import ReturnMode, TaskKind, TaskStatus, TimerStatus

A = "start s\nuser a candidateGroups=registry\n"
SHAPES = {
    "sequence": A + "user z candidateGroups=registry\nend e\ns -> a -> z -> e\n",
    "AND branch": A
    + "and g\nuser z candidateGroups=registry\nuser o candidateGroups=registry\nand j\nuser y candidateGroups=registry\n"
    + "end e\ns -> a -> g\ng -> z -> j\ng -> o -> j\nj -> y -> e\n",
    "OR branch": A
    + "or g\nuser z candidateGroups=registry\nuser o candidateGroups=registry\nor j\nuser y candidateGroups=registry\n"
    + "end e\ns -> a -> g\ng -> z if x = 1\ng -> o if x = 1\nz -> j\no -> j\nj -> y -> e\n",
    "several at once": A + "user z times=3 candidateGroups=registry\nend e\ns -> a -> z -> e\n",
    "several in turn": A + "user z times=3 sequential candidateGroups=registry\nend e\ns -> a -> z -> e\n",
    "sub-process": A
    + "sub part\n    start t\n    user z candidateGroups=registry\n    end f\n    t -> z -> f\nend e\ns -> a -> part -> e\n",
    "called process": A + "call k calls=inner\nend e\ns -> a -> k -> e\n",
}
INNER = "start s\nuser z candidateGroups=registry\nend e\ns -> z -> e\n"
BESIDE = ("nothing", "a boundary timer", "machine work before", "twice", "raced by a completion")
BEFORE = {"several at once": 2, "several in turn": 1}  # votes given before it is sent back


@dataclass(frozen=True)
class Row:
    """How it stands right after sending back (`waits` names open tasks with who holds them) and in the end."""

    shape: str
    mode: ReturnMode
    beside: str
    waits: str
    void: int
    timers: str
    machine: int
    round: int
    end: str

    def line(self) -> str:
        mode = "straight" if self.mode is STRAIGHT else "redo"
        told = (mode, self.beside, self.waits, self.void, self.timers, self.machine, self.round, self.end)
        return "| " + " | ".join(map(str, told)) + " |"


HEAD = (
    "| way | beside it | waits right after | votes and steps void | timers waiting before → after "
    "| machine work done in the end | round | in the end |\n|-|-|-|-|-|-|-|-|"
)


class Player:
    """One process, its people anna (who did `a`) and bob (who sends back). `done`: how often the machine has worked."""

    def __init__(self, office: Office, shape: str, beside: str, done: list[int]) -> None:
        self.office, self.shape, self.beside, self.done = office, shape, beside, done
        done.clear()
        with office.database.transaction() as session:
            definitions.deploy(session, drawn(self._drawing(INNER), "inner"), {}, "eve")
            self.id = begin(session, process(session, self._drawing(SHAPES[shape])), f"{shape} {beside}", x=1).id
            self.case_id = session.get_one(ProcessInstance, self.id).case_id

    def _drawing(self, drawing: str) -> str:
        if self.beside == "machine work before" and "-> a -> " in drawing:
            drawing = "service w topic=test.stamp\n" + drawing.replace("-> a -> ", "-> a -> w -> ")
            return drawing.replace("service w topic=test.stamp\nstart s\n", "start s\nservice w topic=test.stamp\n", 1)
        if self.beside == "a boundary timer" and "user z" in drawing:
            inner = "    " if "    user z" in drawing else ""
            line = next(each for each in drawing.splitlines() if each.strip().startswith("user z"))
            edge = f"{inner}boundary b on=z timer=PT1H quiet\n{inner}end late\n{inner}b -> late"
            return drawing.replace(line, f"{line}\n{edge}", 1)
        return drawing

    def play(self, mode: ReturnMode) -> Row:
        self._to_the_sender()
        if self.beside == "raced by a completion":
            return self._raced(mode)
        before = self._count(Timer, Timer.status == TimerStatus.WAITING)
        waits = self._back(mode)
        after = self._count(Timer, Timer.status == TimerStatus.WAITING)
        if self.beside == "twice":
            self._answer("anna")
            self._to_the_sender()
            waits = self._back(mode)
        return self._row(mode, waits, f"{before} → {after}")

    def _row(self, mode: ReturnMode, waits: str, timers: str) -> Row:
        with self.office.database.reading() as session:
            void, round_ = session.scalar(select(func.count(SupersededTask.task_id).filter(self._mine()))), 0
            round_ = returns.number(session, self.case_id)
        end = self._to_the_end()
        return Row(self.shape, mode, self.beside, waits, void or 0, timers, len(self.done), round_, end)

    def _mine(self):
        mine = select(UserTask.id).where(UserTask.case_id == self.case_id)
        return SupersededTask.task_id.in_(mine)

    def _raced(self, mode: ReturnMode) -> Row:
        """bob sends back what he has completed in another window."""
        with self.office.database.transaction() as session:
            sender = self._held(session)
            task_id, key = sender.id, key_of(session, sender, session.get_one(User, "bob"), "a")
        with self.office.database.transaction() as session:
            tasks.complete(session, session.get_one(UserTask, task_id), session.get_one(User, "bob"), {})
        said = ""
        try:
            with self.office.database.transaction() as session:
                task, bob = session.get_one(UserTask, task_id), session.get_one(User, "bob")
                returns.send_back(session, task, bob, key, mode, "why")
        except Refusal as refused:
            said = str(refused)
        before = self._count(Timer, Timer.status == TimerStatus.WAITING)
        return self._row(mode, said, f"{before} → {before}")

    def _to_the_sender(self) -> None:
        """a is done, as many votes are given as there shall be, bob holds z."""
        if self._open("a"):
            self._do("a", "anna")
        work(self.office)
        for _ in range(BEFORE.get(self.shape, 0) - self._votes()):
            self._do("z", "anna" if self._votes() else "bob")
        with self.office.database.transaction() as session:
            task, bob = self._open_tasks(session, "z")[0], session.get_one(User, "bob")
            if task.assignee != "bob":
                tasks.claim(session, task, bob)

    def _votes(self) -> int:
        with self.office.database.reading() as session:
            mine = (UserTask.case_id == self.case_id, UserTask.activity_id == "z")
            void = select(SupersededTask.task_id)
            done = (UserTask.status == TaskStatus.COMPLETED, UserTask.id.not_in(void))
            return session.scalar(select(func.count(UserTask.id)).where(*mine, *done)) or 0

    def _back(self, mode: ReturnMode) -> str:
        with self.office.database.transaction() as session:
            sender, bob = self._held(session), session.get_one(User, "bob")
            returns.send_back(session, sender, bob, key_of(session, sender, bob, "a"), mode, "写错了")
        with self.office.database.reading() as session:
            return ", ".join(sorted(map(_told, self._open_tasks(session))))

    def _answer(self, name: str) -> None:
        self._do("a", name)
        work(self.office)

    def _to_the_end(self) -> str:
        for _ in range(40):
            with self.office.database.reading() as session:
                waiting = [each for each in self._open_tasks(session) if each.kind is not TaskKind.STEP]
                waiting = waiting or self._open_tasks(session)
                found = (waiting[0].id, waiting[0].assignee or "anna") if waiting else None
            if found is None and not work(self.office):
                break
            if found is not None:
                self._complete(*found)
        with self.office.database.reading() as session:
            closed = session.get_one(Case, self.case_id).closed_at is not None
        return "closed" if closed else "stuck"

    def _do(self, activity: str, name: str) -> None:
        with self.office.database.reading() as session:
            task = self._open_tasks(session, activity)[0]
            task_id, holder = task.id, task.assignee or name
        self._complete(task_id, holder)

    def _complete(self, task_id: int, name: str) -> None:
        with self.office.database.transaction() as session:
            task, user = session.get_one(UserTask, task_id), session.get_one(User, name)
            if task.assignee is None:
                tasks.claim(session, task, user)
            tasks.complete(session, task, user, {})

    def _held(self, session: Session) -> UserTask:
        return next(each for each in self._open_tasks(session, "z") if each.assignee == "bob")

    def _open(self, activity: str) -> bool:
        with self.office.database.reading() as session:
            return bool(self._open_tasks(session, activity))

    def _open_tasks(self, session: Session, activity: str = "") -> list[UserTask]:
        mine = [UserTask.case_id == self.case_id, UserTask.status == TaskStatus.OPEN]
        mine += [UserTask.activity_id == activity] if activity else []
        return list(session.scalars(select(UserTask).where(*mine).order_by(UserTask.id)))

    def _count(self, entity: type, *where: object) -> int:
        with self.office.database.reading() as session:
            mine = select(ProcessInstance.id).where(ProcessInstance.case_id == self.case_id)
            return session.scalar(select(func.count(entity.id)).where(entity.instance_id.in_(mine), *where)) or 0


def _told(task: UserTask) -> str:
    kind = " to correct" if task.kind is TaskKind.CORRECTION else ""
    return f"{task.activity_id}{kind} ({task.assignee or 'free'})"


def rows(office: Office, shape: str, done: list[int], besides: Sequence[str] = BESIDE) -> list[Row]:
    """All rows of a shape, in order."""
    return [Player(office, shape, beside, done).play(mode) for mode in WAYS for beside in besides]


WAYS = (ReturnMode.STRAIGHT, ReturnMode.REDO)
