"""An office that counts its storeroom, loses a dossier, has a storeroom too warm."""

from typing import Any

from sqlalchemy import select

from archive import storage
from archive.climate import readings, sensors
from archive.climate.models import ClimateAlarm, Measure
from archive.climate.readings import Said
from archive.dossiers import Dossier
from archive.inventory import counting, deciding, work
from archive.inventory.models import Decision, Inventory, InventoryLine
from archive.losses.models import Loss
from tests.people import PASSWORD
from tests.processes.certifying import Certifiers
from tests.processes.receiving import deploy_only
from tests.processes.sorting import HOME
from workflow import tasks
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import Case, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

PROCESSES = ("loss", "inventory", "climate-alarm", "climate-month")
HOMES = [HOME.format(number) for number in range(1, 6)]
INSTRUMENTS = {"K01-T1": Measure.TEMPERATURE, "K01-H1": Measure.HUMIDITY, "K01-W1": Measure.WATER}
COUNTERS = {"first_counter": "stan", "second_counter": "rosa"}


class Keepers(Certifiers):
    """The store K01 holds 李明1 … ; stan and rosa count, stan keeps the store, dora and dirk lead."""

    def __init__(self, office: Office, count: int = 3) -> None:
        super().__init__(office, count)
        with self.database.transaction() as session:
            session.get_one(Group, "store").permissions = ["dossiers.read", "dossiers.shelve"]

    def deploy(self, session: Any) -> None:
        """Of the house's processes only these."""
        deploy_only(session, *PROCESSES)

    # counting

    def plan(self, scope: str = "K01", key: str = "20260701-0000V1", **typed: Any) -> None:
        asked = {"scope": scope, "counted_on": "2026-07-01", **COUNTERS, **typed}
        self.begin("inventory", "dora", key, **asked)

    def scan(self, who: str, *lines: str) -> counting.Taken:
        with self.database.transaction() as session:
            inventory = work.find(session, self.case)
            return counting.take(session, inventory, session.get_one(User, who), "\n".join(lines))

    def shelf(self, *numbers: int) -> list[str]:
        """What a scanner reads off these dossiers' positions, one after the other."""
        return [line for number in numbers for line in (HOME.format(number), self.no(number))]

    def both_scan(self, *lines: str, second: list[str] | None = None) -> None:
        """Both count: the same unless `second` says otherwise."""
        for who, step, seen in (("stan", "count_first", lines), ("rosa", "count_second", second or lines)):
            self.claim(step, who)
            self.scan(who, *seen)
            nothing = {} if any(line not in HOMES for line in seen) else {"nothing_there": "true"}
            self.step(step, who, all_scanned="true", **nothing)

    def claim(self, activity_id: str, who: str) -> None:
        """Have the step in hand (a step for one person is so already)."""
        with self.database.transaction() as session:
            task = self._task(session, self.case, activity_id)
            if task.assignee is None:
                tasks.claim(session, task, session.get_one(User, who))

    def results(self) -> dict[str, str]:
        with self.database.reading() as session:
            asked = select(InventoryLine).where(InventoryLine.case_id == self.case).order_by(InventoryLine.label)
            return {each.label: str(each.result) for each in session.scalars(asked)}

    def find(self, said: str = "翻查相邻柜位") -> None:
        """stan searches for every difference, and says the same of each."""
        self.claim("search", "stan")
        with self.database.transaction() as session:
            inventory = work.find(session, self.case)
            lines = {each.id: said for each in work.differences(session, inventory)}
            deciding.note_findings(session, inventory, session.get_one(User, "stan"), lines)
        self.step("search", "stan", searched="true")

    def decide(self, label: str, to: Decision, note: str = "", who: str = "dora") -> None:
        self.claim("decide", who)
        with self.database.transaction() as session:
            inventory = work.find(session, self.case)
            line = next(each for each in work.differences(session, inventory) if each.label == label)
            deciding.decide(session, inventory, session.get_one(User, who), line, to, note)
        self.machine()

    def differing(self, session: Any) -> list[int]:
        return [each.id for each in work.differences(session, work.find(session, self.case))]

    def sign(self, **typed: Any) -> None:
        signed = {"first_signature.by": "stan", "first_signature.password": PASSWORD}
        signed |= {"second_signature.by": "rosa", "second_signature.password": PASSWORD}
        self.step("sign_report", "dora", **{**signed, **typed})

    def inventory(self) -> Inventory:
        with self.database.reading() as session:
            return session.get_one(Inventory, self.case)

    def home(self, number: int = 1) -> str | None:
        with self.database.reading() as session:
            return storage.home(session, session.get_one(Dossier, number))

    # losses

    def report(self, number: int = 1, kind: str = "missing", who: str = "rosa", key: str = "20260701-0000L1") -> None:
        self.begin("loss", who, key, dossier_no=self.no(number), loss_kind=kind, said="整理时未见")

    def order(self) -> None:
        self.step("order_search", "dora", searcher="stan", order_note="逐柜查找")

    def search(self, result: str) -> None:
        field = "repair_result" if "repair" in result else "search_result"
        self.step("search", "stan", **{field: result, "search_note": "逐柜查找三遍"})

    def put_back(self, step: str = "put_back", number: int = 1) -> None:
        self.step(step, "stan", scan_label=self.no(number), scan_position=HOME.format(number))

    def loss(self, number: int = 1) -> Loss:
        with self.database.reading() as session:
            return session.scalars(select(Loss).where(Loss.dossier_id == number).order_by(Loss.case_id.desc())).first()

    # climate

    def install(self) -> None:
        with self.database.transaction() as session:
            for code, measure in INSTRUMENTS.items():
                sensors.install(session, code, "K01", measure)

    def read(self, tenths: int, code: str = "K01-T1", minutes: int = 30, source: str = "GW1", **more: Any) -> None:
        """An instrument reads this now; the alarm it raises, or has, is the case looked at."""
        with self.database.transaction() as session:
            readings.take(session, sensors.find(session, code), Said(tenths, minutes, now(), source, **more))
        self.machine()
        with self.database.reading() as session:
            found = session.scalars(select(ClimateAlarm.case_id).order_by(ClimateAlarm.case_id.desc())).first()
            self.case = found or self.case

    def alarm(self) -> ClimateAlarm:
        with self.database.reading() as session:
            return session.get_one(ClimateAlarm, self.case)

    def cases_of(self, process: str) -> list[int]:
        with self.database.reading() as session:
            return list(session.scalars(select(Case.id).where(Case.process_key == process).order_by(Case.id)))

    def waits(self) -> list[str]:
        """The open steps of the case."""
        with self.database.reading() as session:
            asked = (UserTask.case_id == self.case, UserTask.status == TaskStatus.OPEN)
            return sorted(session.scalars(select(UserTask.activity_id).where(*asked)))
