"""An office to which units send loose papers, and which asks them for what is lacking."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from archive import dossiers, persons
from archive.dossiers import Dossier
from archive.loose.models import ChasedMaterial, LooseList
from archive.loose.sending import shown
from archive.materials import catalogue
from tests.people import PASSWORD
from tests.processes.certifying import Certifiers
from tests.processes.sorting import HOME
from workflow.models import UserTask
from workflow.statuses import TaskStatus

BUREAU = "云溪市人事局"
REVIEW = {"name": "2025年度考核登记表", "formed": "2026-06", "pages": "2"}
RAISE = {"name": "工资变动审批表", "formed": "2026-06-20", "pages": "1"}
POINTS = ["finished", "person", "complete", "legible", "true", "filled", "formalities", "original"]


def as_rows(path: str, rows: Any) -> dict[str, Any]:
    """Rows of a list as a browser sends them."""
    told: dict[str, Any] = {path: ["", *map(str, range(len(rows)))]}
    for number, row in enumerate(rows):
        told |= {f"{path}.{number}.{field}": value for field, value in row.items()}
    return told


class Collectors(Certifiers):
    """李明1's dossier holds four papers. wang takes lists in, rosa checks and files, stan keeps the store."""

    def send(self, *papers: dict[str, str], key: str = "20260701-0000M1", **typed: Any) -> None:
        asked = {"dossier_no": self.no(), "sender": BUREAU, "hander": "孙移", "handed_on": "2026-07-01"}
        self.begin("loose-materials", "wang", key, **{**asked, **as_rows("papers", papers), **typed})

    def check(self, *refusals: dict[str, str], **typed: Any) -> None:
        self.step("check_papers", "rosa", **{"points": POINTS, **as_rows("refusals", refusals), **typed})

    def put_in_folder(self, count: int = 2, **typed: Any) -> None:
        self.step("put_in_folder", "stan", **{"scan_label": self.no(), "counted": str(count), **typed})

    def fetch(self, **typed: Any) -> None:
        signed = {"receiver.by": "rosa", "receiver.password": PASSWORD}
        self.step("fetch", "stan", **{"scan_label": self.no(), **signed, **typed})

    def classify(self) -> None:
        """The loose papers get class and place in the catalogue, as on its page."""

        def classed(rows: Any) -> Any:
            return [row if row.code else row_in_class(row) for row in rows]

        self.rewrite(classed)

    def give_back(self, **typed: Any) -> None:
        self.step("take_back", "stan", **{"scan_label": self.no(), "scan_position": HOME.format(1), **typed})

    def lacks(self, *names: str, number: int = 1, unit: str = BUREAU) -> None:
        """Something is lacking in a dossier of this unit's."""
        with self.database.transaction() as session:
            dossier = session.get_one(Dossier, number)
            dossiers.update_facts(session, dossier, {"missing": list(names)}, "rosa")
            persons.update(session, dossier.person, {"unit": unit}, "rosa")

    def chase(self, key: str = "20260701-0000H1") -> None:
        self.begin("loose-chase", "dora", key)

    # looking

    def sent(self) -> tuple[LooseList, list[Any]]:
        with self.database.reading() as session:
            found = session.get_one(LooseList, self.case)
            return found, [(each.name, str(each.state), each.late_days, each.why) for each in found.papers]

    def late(self) -> bool:
        with self.database.reading() as session:
            return shown(session.get_one(LooseList, self.case))["late"]

    def chased(self) -> list[tuple[str, str, str, bool]]:
        with self.database.reading() as session:
            rows = session.scalars(select(ChasedMaterial).order_by(ChasedMaterial.id))
            return [(each.unit, each.name, each.letter_no, each.obtained_at is not None) for each in rows]

    def catalogued(self) -> list[str]:
        with self.database.reading() as session:
            found = catalogue.rows(session, session.get_one(Dossier, 1))
            return [f"{each.code}-{each.seq} {each.name}" for each in found]

    def tasks_at(self, activity_id: str) -> int:
        with self.database.reading() as session:
            asked = (UserTask.activity_id == activity_id, UserTask.status == TaskStatus.OPEN)
            return len(session.scalars(select(UserTask.id).where(*asked)).all())


def row_in_class(row: Any) -> Any:
    """The paper in the class its name says."""
    return replace(row, code="3" if "考核" in row.name else "9-1")
