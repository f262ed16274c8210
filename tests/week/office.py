"""The week's office at work: its people, its machine, and its clock, played phase by phase through HTTP."""

import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Protocol

from sqlalchemy import func, select

from tests.season.browser import WAIT
from tests.week import leading, moves, processes, staff
from tests.week.costs import Costs
from tests.week.desk import ZONE, Desk
from tests.week.eye import Eye
from tests.week.ledger import Ledger
from tests.week.person import Person
from tests.week.ticking import Ticking
from workflow import definitions, examination
from workflow.clock import now
from workflow.db import Database
from workflow.models import Job, ProcessInstance, StrandedTask, Timer, Watch
from workflow.statuses import InstanceStatus, JobStatus, TimerStatus

HANDS = 4  # people act at once
PATIENCE = 400  # looks whether the machine rests, since it last got on


class Machine(Protocol):
    """Whoever does the machine work."""

    def go_on(self) -> None:
        """Do what is due, or wait a little for those who do."""


class Office:
    """One week of it. `gone`: who has left; `away`: who is absent today."""

    def __init__(
        self,
        base: str,
        database: Database,
        ticking: Ticking,
        machine: Machine,
        people: int,
        seed: int,
        monday: date,
        hands: int = HANDS,
        costs: Costs | None = None,
    ) -> None:
        self.base, self.database, self.ticking, self.machine, self.monday = base, database, ticking, machine, monday
        self.chance, self.hands = random.Random(seed), hands
        self.staff = staff.planned(people, self.chance)
        self.ledger, self.eye, self.costs = Ledger(), Eye(database), costs or Costs()
        self.gone: set[str] = set()
        self.away: set[str] = set()
        self.answered: set[tuple[int, str]] = set()  # replies waited for, written when all is led to its end
        self.people = {name: Person(base, name, self.ledger.broken, self.costs) for name in self.staff.everybody}
        self.desks = {name: self._desk(name) for name in self.staff.everybody}

    def _desk(self, name: str) -> Desk:
        chance = random.Random(f"{name} {self.chance.random()}")
        return Desk(self.people[name], self.eye, self.ledger, chance, lambda: self.clerks())

    def found(self) -> None:
        """The people and the processes, before the first day."""
        with examination.here(), self.database.transaction() as session:
            staff.add_all(session, self.staff)
            for key in processes.ORDER:
                definitions.deploy(session, processes.diagram(key), processes.FORMS, self.staff.administrator)

    def close(self) -> None:
        for person in self.people.values():
            person.browser.close()

    # Who is here

    def clerks(self) -> list[str]:
        """Clerks and chiefs who are at work today."""
        return staff.without([*self.staff.clerks, *self.staff.chiefs], self.gone | self.away)

    def here(self) -> list[str]:
        return staff.without(self.staff.everybody, self.gone | self.away)

    @property
    def manager(self) -> Desk:
        return self.desks[staff.without(self.staff.managers, self.gone | self.away)[0]]

    @property
    def administrator(self) -> Desk:
        return self.desks[self.staff.administrator]

    def sign_in(self) -> None:
        """The morning: everybody who is here."""
        self.all_at_once([self.people[name].sign_in for name in self.here()])

    # Time

    def at(self, day: int, hour: float) -> None:
        """The clock goes on to this hour of that day of the week, and the machine does what has become due."""
        moment = datetime.combine(self.monday + timedelta(days=day), time(), ZONE) + timedelta(hours=hour)
        self.ticking.move_to(moment)
        self.rest()

    def rest(self) -> None:
        """Until the machine has nothing to do that is due."""
        least, looks = float("inf"), 0
        while looks < PATIENCE:
            self.machine.go_on()
            busy = self._busy()
            if not busy:
                return
            looks, least = (0, busy) if busy < least else (looks + 1, least)
        self.ledger.blame(f"The machine does not come to rest: {least} things are due.")

    def _busy(self) -> int:
        """How much is due; what belongs to a suspended process waits for its resumption."""
        due_job = (Job.status == JobStatus.RUNNING) | ((Job.status == JobStatus.WAITING) & (Job.due_at <= now()))
        due_timer = (Timer.status == TimerStatus.WAITING) & (Timer.due_at <= now())
        still = select(ProcessInstance.id).where(ProcessInstance.status == InstanceStatus.SUSPENDED)
        goes_on = Job.instance_id.is_(None) | Job.instance_id.not_in(still)
        counted = (
            select(func.count()).select_from(Job).where(due_job, goes_on),
            select(func.count()).select_from(Timer).where(due_timer, Timer.instance_id.not_in(still)),
            select(func.count()).select_from(StrandedTask),
            select(func.count()).select_from(Watch).where(Watch.ended_at.is_(None)),
        )
        with self.database.reading() as session:
            return sum(session.scalar(query) or 0 for query in counted)

    # Work

    def phase(self, starts: int, acts: int) -> None:
        """So many cases are begun and so many things done, by people who are here, several at once."""
        starters = self.chance.choices(self.clerks(), k=starts)
        self.all_at_once([lambda name=name: leading.start(self.desks[name]) for name in starters])
        self.all_at_once([lambda name=name: self.act(name) for name in self.chance.choices(self._weights(), k=acts)])

    def act(self, name: str) -> None:
        """This person does one thing; nobody does two at once."""
        desk, menu = self.desks[name], self._menu(name)
        with desk.lock:
            for _ in range(6):
                chosen = desk.chance.choices(menu, [each.weight for each in menu])[0]
                if chosen.move(desk):
                    return

    def _menu(self, name: str) -> tuple[moves.Weighted, ...]:
        if name in self.staff.managers:
            return leading.MANAGERS + leading.ANYBODY
        if name in self.staff.chiefs:
            return moves.OWN + leading.ANYBODY + leading.LEADERS
        return moves.OWN + leading.ANYBODY

    def _weights(self) -> list[str]:
        """Chiefs and managers act as often as two clerks."""
        managers = staff.without(self.staff.managers, self.gone | self.away)
        return [*self.clerks(), *managers, *staff.without(self.staff.chiefs, self.gone | self.away), *managers]

    def all_at_once(self, acts: Iterable[Callable[[], object]]) -> None:
        """Several hands; a trouble in one is told in the end."""
        with ThreadPoolExecutor(self.hands) as pool:
            for done in [pool.submit(self._told, each) for each in acts]:
                done.result()

    def _told(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (AssertionError, LookupError, OSError) as trouble:
            self.ledger.blame(f"{type(trouble).__name__}: {str(trouble)[:400]}")


class Others:
    """The machine of a running installation: its own processes."""

    def go_on(self) -> None:
        WAIT(0.3)


class Within:
    """The machine in this very process: a round of the scheduler, which does what is due without a queue."""

    def __init__(self, go_round: Callable[[], object]) -> None:
        self.go_round, self._lock = go_round, threading.Lock()

    def go_on(self) -> None:
        with self._lock:
            self.go_round()
