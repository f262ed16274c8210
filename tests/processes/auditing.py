"""An office that audits a dossier: rosa looks up, remy looks again, dora determines."""

from typing import Any

from sqlalchemy import select

from archive import audit, corrections, persons
from archive.audit.items import BY_NAME, ITEMS
from archive.audit.models import Audit
from archive.dossiers import Dossier
from tests.processes.certifying import Certifiers
from tests.processes.loose import as_rows
from workflow.office import Office

FORM = "干部履历表"
NAMES = [item.zh for item in ITEMS]
NONE = {"verdict": "none", "claim": "", "earliest": ""}


class Auditors(Certifiers):
    """李明1 claims to have begun work in 1998; the dossier's earliest record says what a test says."""

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office, count)
        with self.database.transaction() as session:
            person = session.get_one(Dossier, 1).person
            persons.update(session, person, {"work_start": "1998-07", "identity": "干部"}, "rosa")

    def ask(  # type: ignore[override]
        self, key: str = "20260701-0000A1", reason: str = "transfer", who: str = "rosa", **typed: Any
    ) -> None:
        self.begin("special-audit", who, key, dossier_no=self.no(), audit_reason=reason, **typed)

    def look_up(self, changed: dict[str, dict[str, str]] | None = None, who: str = "rosa") -> None:
        """The first review: birth, work and identity agree with their earliest record unless a test says otherwise;
        of the rest nothing is claimed."""
        record = {"material": self.material(FORM), "verdict": "consistent"}
        said: dict[str, dict[str, str]] = {name: dict(NONE) for name in NAMES}
        said["出生日期"] = {"earliest": "2004-05-12", **record}
        said["参加工作时间"] = {"earliest": "1998-07-01", **record}
        said["干部身份"] = {"earliest": "干部", **record}
        for name, row in (changed or {}).items():
            said[name] |= row
        self.step("first_review", who, **as_rows("items", [said[name] for name in NAMES]))

    def agree(self, *more: dict[str, str]) -> None:
        self.step("second_review", "remy", second_result="agree", **as_rows("more", more))

    def doubted(self) -> None:
        """The dossier records another beginning of work, a year later."""
        self.ask()
        doubt = {"earliest": "1999-08", "verdict": "doubtful", "problem": "派遣通知为1999年8月"}
        self.look_up({"参加工作时间": doubt})
        self.agree()

    def supplement(self, said: str = "单位出具录用审批表") -> None:
        self.step("supplement", "rosa", **as_rows("doubts", [{"supplement": said}]))

    def determine(self, *rows: dict[str, str], who: str = "dora", **typed: Any) -> None:
        told = rows or ({"determined": "1999-08", "basis": "3-1派遣通知，组通字〔2006〕41号"},)
        self.step("determine", who, **{"decision": "determine", **as_rows("doubts", told), **typed})

    def file(self, **typed: Any) -> None:
        told = {"scan_label": self.no(), "sheet_pages": "2", "sheet_filed": "true"}
        self.step("file_sheet", "rosa", **{**told, **typed})

    # looking

    def gate(self) -> list[str]:
        with self.database.reading() as session:
            return [str(each) for each in audit.open_doubts(session, session.get_one(Dossier, 1))]

    def item(self, name: str) -> tuple[str, str, str, str, str]:
        """(claim, earliest, place, determined, basis)"""
        with self.database.reading() as session:
            found = session.scalars(select(Audit).order_by(Audit.case_id.desc())).first()
            one = next(each for each in found.items if each.item == BY_NAME[name].key)
            return one.claim, one.earliest, one.place, one.determined, one.basis

    def person(self) -> dict[str, str]:
        with self.database.reading() as session:
            found = session.get_one(Dossier, 1).person
            return {"birth": found.birth, "filed_birth": found.filed_birth, "work_start": found.work_start}

    def old_values(self) -> list[tuple[str, str | None, str]]:
        with self.database.reading() as session:
            kept = corrections.of(session, session.get_one(Dossier, 1).person)
            return [(each.field, each.old_value, each.why) for each in kept if each.case_id == self.case]
