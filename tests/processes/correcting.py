"""An office that corrects: rosa writes, remy checks, dora and dirk lead; 李明1 and 李明2 stand in the store."""

from typing import Any

from sqlalchemy import select

from archive import corrections, persons, units
from archive.corrections import Correction
from archive.persons import Person
from archive.rectification.models import Rectification
from tests.processes.certifying import Certifiers

CARD = "身份证复印件"
SCHOOL = "云溪一中"


class Correctors(Certifiers):
    """The matter of a correction is begun by wang at the window."""

    def ask(self, who: str = "wang", key: str = "20260701-0000M1", number: int = 1, **typed: Any) -> None:
        told = {"asker": "person", "asker_name": "李明", "wanted": "姓名写错", **typed}
        self.begin("correction", who, key, **{"dossier_no": self.no(number), **told})

    def write(self, *changes: tuple[str, str], who: str = "rosa", **typed: Any) -> None:
        """Fields and what is to stand; shown by the ID card unless typed otherwise."""
        rows: dict[str, Any] = {"changes": ["", *map(str, range(len(changes)))]}
        for place, (field, value) in enumerate(changes):
            told = {"field": field, "new_value": value, "basis": CARD}
            rows |= {f"changes.{place}.{key}": said for key, said in told.items()}
        self.step("write", who, **{"write_result": "propose", **rows, **typed})

    def agree(self, who: str = "remy", **typed: Any) -> None:
        self.step("check", who, check_result="agree", **typed)

    def decide(self, who: str = "dora", **typed: Any) -> None:
        self.step("decide", who, **{"decision": "agree", **typed})
        self.machine()

    def limit_to_first(self, *groups: str) -> None:
        """From now on these groups reach the first dossier only."""
        with self.database.transaction() as session:
            units.save(session, {"code": "U1", "name": SCHOOL}, "dora")
            session.get_one(Person, 1).unit = SCHOOL
        self.limit(*groups, unit=SCHOOL)

    # looking

    def person(self, number: int = 1) -> Person:
        with self.database.reading() as session:
            return session.get_one(Person, number)

    def id_no(self, number: int = 1) -> str:
        with self.database.reading() as session:
            return persons.id_no(session, session.get_one(Person, number))

    def kept(self, number: int = 1) -> list[Correction]:
        with self.database.reading() as session:
            return corrections.of(session, session.get_one(Person, number))

    def rectification(self) -> Rectification:
        with self.database.reading() as session:
            return session.scalars(select(Rectification).order_by(Rectification.case_id.desc())).first()
