"""An office that has dossiers digitised: vera and viktor of the firm scan, valid checks; stan keeps the store, dora and
dirk lead."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from archive import dossiers, storage
from archive.images import defects, pages, parcels, rounds
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.images.parcel_tables import Parcel
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.scanning import batches, desk
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from archive.statuses import SortStatus
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.images import parcelled
from tests.people import PASSWORD
from tests.processes.receiving import _sent, deploy_only
from tests.processes.sorting import Sorters
from workflow import instances, starts, tasks
from workflow.identity import Group, Membership, User
from workflow.models import Case, ProcessInstance
from workflow.office import Office

FIRM = {"vera": ("维拉", "scanning"), "viktor": ("维克", "scanning"), "valid": ("华质检", "scanning")}
PAPERS = (Row("干部履历表", "1", "1998-07", "2"), Row("2018年度考核登记表", "3", "2018", "1"))
PAGES = 3
TERMS = {"firm": "云溪档案服务公司", "contract_no": "HT-2026-007", "unit": "page", "unit_price": "0.35"}
SPOIL = Callable[[dict[str, bytes]], None]


class Scanners(Sorters):
    """The store holds sorted dossiers of three pages each, 李明1 …"""

    processes: tuple[str, ...] = ("scanning", "acceptance", "loss")

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office, count)
        with self.database.transaction() as session:
            _staff(session)
            for number in range(1, count + 1):
                dossier = session.get_one(dossiers.Dossier, number)
                catalogue.save(session, dossier, list(PAPERS), "rosa")
                dossiers.update_facts(session, dossier, {"sort_status": SortStatus.SORTED, "volumes": 1}, "rosa")

    def deploy(self, session: Any) -> None:
        """Of the house's processes only these."""
        deploy_only(session, *self.processes)

    def case_id(self, number: int = 1) -> int:
        """There is one case: the batch's."""
        with self.database.reading() as session:
            return session.scalars(
                select(Case.id).where(Case.process_key == "scanning").order_by(Case.id.desc())
            ).first()

    # the batch

    def plan(self, who: str = "dora", **typed: Any) -> dict[str, Any]:
        """Plan a batch of all that waits unless typed otherwise; what became of it."""
        asked = {**TERMS, "from_queue": "200", "papers_valid": "true", **typed}
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, "scanning", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            answers = form.load(_sent(str(form.render(None, None, context)), asked), MultiDict(), context)
            starts.begin(session, offer, user, answers, f"20260701-0000{len(str(self.case_id() or ''))}A")
        self.machine()
        return self.known()

    def entry(self, number: int = 1) -> ScanDossier:
        with self.database.reading() as session:
            asked = select(ScanDossier).where(ScanDossier.dossier_id == number).order_by(ScanDossier.id.desc())
            return session.scalars(asked).first()

    def batch(self) -> ScanBatch:
        with self.database.reading() as session:
            return batches.of_case(session, self.case_id())

    def at_desk(self, act: Callable[..., None], *given: Any, number: int = 1) -> None:
        """Something is done with one dossier at the desk of the batch."""
        with self.database.transaction() as session:
            act(session, session.get_one(ScanDossier, self.entry(number).id), *given)

    # stretches of the way

    def out(self, *some: int, pages_: int = PAGES) -> None:
        """These dossiers (all planned ones when not said) are scanned out at the desk, and signed for."""
        for number in some or self._numbers(ScanStatus.PLANNED):
            self.at_desk(desk.hand_out, self.no(number), pages_, 1, "维拉", "stan", number=number)
        self.step("hand_out", "stan", handed="true", **{"receiver.by": "vera", "receiver.password": PASSWORD})

    def prepare(self) -> None:
        """Unbound and compared: nothing damaged, nothing different."""
        self.step("prepare", "vera", prepared="true")
        self.step("compare_catalogue", "vera", compared="true")

    def deliver_package(self, *numbers: int, spoil: SPOIL = lambda files: None, part: bool = False) -> Parcel:
        """A package of these dossiers comes in for the case and is read."""
        with self.database.transaction() as session:
            wanted = [session.get_one(dossiers.Dossier, n) for n in numbers or self._numbers(ScanStatus.OUT)]
            content = io.BytesIO(parcelled.of(session, *wanted, spoil=spoil))
            case = session.get_one(Case, self.case_id())
            parcel = parcels.begin(session, content, "batch.zip", "vera", case, part)
        self.machine()
        return parcel

    def scan(self, **how: Any) -> None:
        """A package of all that is out, and the step done."""
        self.deliver_package(**how)
        self.step("scan_pages", "vera", self_checked="true")

    def look(self, *numbers: int, who: str = "valid", stage: Stage = Stage.FIRM) -> None:
        """Somebody looks at every page of these dossiers."""
        with self.database.transaction() as session:
            case = session.get_one(Case, self.case_id())
            for number in numbers or self._numbers(ScanStatus.OUT):
                dossier = session.get_one(dossiers.Dossier, number)
                for leaf in rounds.leaves(session, dossier, stage):
                    rounds.look(session, leaf, stage, who, case)

    def mark(
        self, code: Defect, number: int = 1, page: int = 1, who: str = "valid", kind: ImageKind = ImageKind.RAW
    ) -> None:
        """A defect of a page of the dossier's first material."""
        with self.database.transaction() as session:
            material = catalogue.rows(session, session.get_one(dossiers.Dossier, number))[0]
            case = session.get_one(Case, self.case_id())
            defects.mark(session, Placed(material, page, kind), code, who, case=case)

    def check_quality(self, who: str = "valid") -> None:
        self.look(who=who)
        self.step("quality_control", who, looked="true")

    def back(self, *some: int, pages_: int = PAGES) -> None:
        """These dossiers (all that are out when not said) are counted back at the desk; the step done."""
        for number in some or self._numbers(ScanStatus.OUT):
            with self.database.reading() as session:
                home = storage.home(session, session.get_one(dossiers.Dossier, number))
            self.at_desk(desk.take_back, self.no(number), home, pages_, "stan", number=number)
        self.step("take_back", "stan", counted="true")

    def hand_in(self, **typed: Any) -> None:
        given = {"carriers_given": "1", "carriers_back": "1", "report_note": "全部完成"}
        self.step("deliver_batch", "vera", **{**given, **typed})

    def scanned(self) -> None:
        """From the plan to the end of quality control."""
        self.plan()
        self.out()
        self.prepare()
        self.scan()
        self.check_quality()

    def claim(self, activity_id: str, who: str) -> None:
        with self.database.transaction() as session:
            tasks.claim(session, self._task(session, self.case_id(), activity_id), session.get_one(User, who))

    # looking

    def open_defects(self, number: int = 1) -> list[Defect]:
        """What is wrong with the dossier's images now."""
        with self.database.reading() as session:
            return [
                Defect(each.code) for each in defects.open_defects(session, session.get_one(dossiers.Dossier, number))
            ]

    def raw(self, number: int = 1) -> list[Any]:
        """The current raw images of a dossier, in order."""
        with self.database.reading() as session:
            materials = catalogue.rows(session, session.get_one(dossiers.Dossier, number))
            return [image for each in materials for image in pages.of(session, each, ImageKind.RAW)]

    def _numbers(self, status: ScanStatus) -> list[int]:
        with self.database.reading() as session:
            batch = batches.of_case(session, self.case_id())
            return [each.dossier_id for each in batches.entries(session, batch) if each.status is status]

    def _facts(self, session: Any, case_id: int) -> dict[str, Any]:
        """The variables of the batch's own process; the acceptance is called by it."""
        own = (ProcessInstance.case_id == case_id, ProcessInstance.parent_id.is_(None))
        return instances.variables(session, session.scalars(select(ProcessInstance).where(*own)).one())


def _staff(session: Any) -> None:
    session.get_one(Group, "scanning").permissions = ["images.deliver", "images.check"]
    for login, (display_name, group) in FIRM.items():
        made = User(name=login, display_name=display_name, created_at=datetime(2026, 1, 1, tzinfo=UTC))
        made.password_hash = session.get_one(User, "dora").password_hash
        session.add(made)
        session.flush()
        session.add(Membership(user_name=login, group_key=group))
