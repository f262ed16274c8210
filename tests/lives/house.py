"""A whole office for invented lives: two keepers in one house, people of every role, a machine, a clock that is moved."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from archive import founding, storage
from archive.transfer import keepers
from tests import people as cast
from tests.lives.person import Person
from tests.web.conftest import QUICK
from web.app import create_app
from workflow import clock, jobs, scheduler, timers
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import Job, Timer
from workflow.office import Office
from workflow.statuses import JobStatus, TimerStatus

STAFF = {
    "window": ("王窗", "刘窗", "方窗"),
    "registry": ("李登", "吴登", "孙登", "周登"),
    "review": ("赵核", "钱核", "冯核", "卫核", "蒋核", "沈核"),
    "store": ("陈库", "褚库"),
    "scanning": ("维扫", "华扫", "严扫"),
    "director": ("朱主任", "秦主任", "尤主任"),
    "admin": ("许管",),
}
KEEPERS = (
    {"code": "YX", "name": "云溪区人才中心", "inside": True},
    {"code": "YXGB", "name": "云溪区干部档案室", "inside": True},
    {"code": "LC01", "name": "临川区人才交流中心", "address": "临川区机要局转", "phone": "0794-8220000"},
    {"code": "LC02", "name": "临川区委组织部", "address": "临川区机要局转", "phone": "0794-8220001"},
)
ROUNDS = 60  # of the machine until it must have come to rest


class House:
    """The office, played with one chance; `seen`: how often each act was done or refused."""

    def __init__(self, office: Office, hand: clock.Hand, seed: int, places: int) -> None:
        self.office, self.database, self.hand = office, office.database, hand
        self.chance = random.Random(seed)
        self.app = create_app(office=office, hasher=QUICK)
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        self.people = {login: Person(login, self.app.test_client) for login in self._found(places)}
        self.turn = 0
        self.at = ""  # the step somebody is at, and whose matter it is
        self.seen: Counter[tuple[str, str]] = Counter()
        self.beside: Counter[str] = Counter()  # how often what happened beside the work
        self._numbers = iter(range(1, 10**9))

    def _found(self, places: int) -> list[str]:
        shelves = storage.Shelves(rows=1, cabinets=-(-places // 180), layers=9, places=10)
        with self.database.transaction() as session:
            founding.found(session)
            for group in founding.GROUPS:
                session.get_one(Group, group.key).permissions = list(group.permissions)
            hashed = cast.QUICK.hash(cast.PASSWORD)
            logins = []
            for key, names in STAFF.items():
                for place, name in enumerate(names, start=1):
                    logins.append(f"{key}{place}")
                    told = {"display_name": name, "password_hash": hashed, "created_at": now()}
                    session.add(User(name=logins[-1], groups=[session.get_one(Group, key)], **told))
            for name in cast.PEOPLE:
                session.get_one(User, name).active = False
            session.flush()
            storage.furnish(session, "K01", "一号库", shelves)
            for keeper in KEEPERS:
                keepers.save(session, keeper, "director1")
        return logins

    def number(self) -> int:
        """A number nobody else has."""
        return next(self._numbers)

    def of_group(self, *groups: str) -> list[str]:
        return [login for login in self.people if login.rstrip("0123456789") in groups]

    def person(self, *groups: str) -> Person:
        """Somebody of one of these groups."""
        return self.people[self.chance.choice(self.of_group(*groups))]

    # machine and clock

    def machine(self) -> None:
        """Timers fire and jobs are done until nothing is due."""
        for _ in range(ROUNDS):
            did = timers.fire_due(self.database) + jobs.sweep(self.database)
            if not did and not self._due_jobs():
                return
        raise AssertionError("The machine does not come to rest.")

    def _due_jobs(self) -> int:
        with self.database.reading() as session:
            due = (Job.status == JobStatus.WAITING, Job.due_at <= now())
            return session.scalar(select(func.count()).select_from(Job).where(*due)) or 0

    def pass_time(self, **step: float) -> None:
        """The clock goes on, and the machine with it."""
        self.hand.move(**step)
        scheduler.go_round(self.office)
        self.machine()

    def next_moment(self) -> datetime | None:
        """When the next timer or job is due; None where there is none to come."""
        with self.database.reading() as session:
            timer = session.scalar(select(func.min(Timer.due_at)).where(Timer.status == TimerStatus.WAITING))
            job = session.scalar(select(func.min(Job.due_at)).where(Job.status == JobStatus.WAITING))
        return min((each for each in (timer, job) if each), default=None)

    def until(self, moment: datetime) -> None:
        """On to this moment and a little more."""
        self.hand.set(max(now(), moment.astimezone(UTC)) + timedelta(minutes=1))
        scheduler.go_round(self.office)
        self.machine()
