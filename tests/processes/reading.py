"""An office that lets dossiers be read: papers in the store, units with letters, people at their steps."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, persons
from archive.dossiers import Dossier
from archive.images.demands import ImageKind
from archive.materials import catalogue
from archive.reading import closing, grants, lending, sitting
from archive.reading.grant_tables import Grant
from archive.reading.loan_tables import Loan
from archive.reading.models import ReadingRequest
from archive.statuses import DossierStatus
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.cards import id_no
from tests.archive.images import scanned
from tests.people import PASSWORD
from tests.processes.receiving import _sent, deploy_only
from tests.processes.sorting import HOME, PAPERS, Sorters
from workflow import instances, signins, starts, tasks
from workflow.identity import User
from workflow.models import PersonalNotice, ProcessInstance
from workflow.office import Office
from workflow.statuses import NoticeKind

UNIT = "云溪市教育局"
READERS = ({"name": "何查", "id_no": id_no(501)}, {"name": "许阅", "id_no": id_no(502)})
ON_SCREEN = ({**READERS[0], "login": "rene"}, {**READERS[1], "login": "wang"})
SIGNED = {"decision_signature.password": PASSWORD}
WHOLE = 8  # pages of PAPERS


class Readings(Sorters):
    """李明1's dossier stands in the store with four papers. wang asks at the window, dora's unit signs on paper, rosa
    checks, remy gives an opinion, dora decides, stan keeps the store."""

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office, count)
        self.cases: dict[int, int] = {}
        with self.database.transaction() as session:
            for number in range(1, count + 1):
                catalogue.save(session, session.get_one(Dossier, number), list(PAPERS), "rosa")

    def deploy(self, session: Session) -> None:
        """Of the house's processes only these."""
        deploy_only(session, "reading", "loss")

    # asking

    def begin(self, number: int = 1, who: str = "wang", key: str | None = None) -> int:
        """Somebody begins a request for dossier `number`; its case."""
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, "reading", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            sent = _sent(str(form.render(None, None, context)), {"dossier_no": self.no(number)})
            answers = form.load(sent, self.files, context)
            self.cases[number] = starts.begin(session, offer, user, answers, key or f"20260701-00000{number}").id
        self.machine()
        return self.cases[number]

    def case_id(self, number: int = 1) -> int:
        return self.cases[number]

    def fill(
        self, readers: tuple[dict[str, str], ...] = READERS, number: int = 1, who: str = "wang", **typed: Any
    ) -> None:
        """The form of the request: a borrower of UNIT unless typed otherwise."""
        rows: dict[str, Any] = {"readers": ["", *map(str, range(len(readers)))]}
        for place, reader in enumerate(readers):
            rows |= {f"readers.{place}.{field}": value for field, value in reader.items()}
        asked = {"unit": UNIT, "phone": "0571-88880000", "purpose": "cadre_work", "reason": "任前考察", "mode": "lend"}
        asked |= {"letter_no": "云教函〔2026〕1号", "no_kin": "true", "signing": "upload"}
        self.step("fill_request", who, number, **{**asked, **rows, **typed})

    def ask(self, number: int = 1, **typed: Any) -> None:
        """Begun, filled in, the sealed form uploaded."""
        self.begin(number)
        self.fill(number=number, **typed)
        self.seal(number)

    def seal(self, number: int = 1, **typed: Any) -> None:
        self.photograph("sealed_file")
        self.step("upload_sealed", "rene", number, **{"leader_name": "钱局长", "leader_post": "局长", **typed})

    def check(self, number: int = 1, **typed: Any) -> None:
        passed = {"check_result": "pass", "scope_minimal": "true"}
        self.step("pre_check", "rosa", number, **{**passed, **typed})

    def approve(self, number: int = 1, **typed: Any) -> None:
        """Opinion and decision."""
        self.step("opinion", "remy", number, opinion_result="agree", opinion_note="手续齐全")
        self.step("decide", "dora", number, **{"decision": "approve", **SIGNED, **typed})

    def approved(self, number: int = 1, **typed: Any) -> None:
        self.ask(number, **typed)
        self.check(number)
        self.approve(number)

    # papers out and back

    def lend(self, number: int = 1, **typed: Any) -> None:
        given = {"handing": "handed_out", "scan_label": self.no(number), "volumes_out": "1", "pages_out": str(WHOLE)}
        self.step("hand_out", "stan", number, **{**given, "seal_no": "F-001", "borrower": "何查", **typed})

    def lent(self, number: int = 1, **typed: Any) -> None:
        self.approved(number, **typed)
        self.lend(number)

    def give_back(self, number: int = 1, **typed: Any) -> None:
        counted = {"scan_label": self.no(number), "return_result": "whole", "as_lent": "true"}
        self.step("take_return", "rosa", number, **{**counted, "returned_by": "许阅", **typed})

    def put_back(self, number: int = 1, **typed: Any) -> None:
        scans = {"scan_label": self.no(number), "scan_position": HOME.format(number), "pages_in": str(WHOLE)}
        self.step("put_back", "stan", number, **{**scans, **typed})

    def finish(self, number: int = 1) -> None:
        self.step("register_result", "rosa", number, used="used")

    def extend(self, who: str = "wang", reason: str = "考察未结束", number: int = 1) -> None:
        with self.database.transaction() as session:
            loan = session.get_one(Loan, self.case_id(number))
            lending.ask_extension(session, loan, session.get_one(User, who), reason)
        self.machine()

    def recall(self, who: str = "dora", why: str = "任免急需", number: int = 1) -> None:
        with self.database.transaction() as session:
            lending.recall(session, session.get_one(Loan, self.case_id(number)), session.get_one(User, who), why)
        self.machine()

    def grant_extension(self, number: int = 1, **typed: Any) -> None:
        signed = {"extension_decision": "grant", "extension_signature.password": PASSWORD}
        self.step("decide_extension", "dora", number, **{**signed, **typed})

    def search(self, outcome: str, number: int = 1, **typed: Any) -> None:
        told = {"outcome_of_search": outcome, "search_note": "逐页清查", "search_signature.password": PASSWORD}
        self.step("investigate", "dora", number, **{**told, **typed})

    def to_room(self, number: int = 1, **typed: Any) -> None:
        given = {"handing": "handed_out", "scan_label": self.no(number), "volumes_out": "1", "pages_out": str(WHOLE)}
        self.step("take_to_room", "stan", number, **{**given, "readers_known": "true", **typed})

    def read(self, number: int = 1, **typed: Any) -> None:
        told = {"phones_away": "true", "officer_present": "true", "minutes_read": "40"}
        self.step("read_in_room", "rosa", number, **{**told, **typed})

    def copy(self, *rows: tuple[str, str, str], number: int = 1) -> None:
        """Copies of (material, first page, last page)."""
        typed: dict[str, Any] = {"copies": ["", *map(str, range(len(rows)))], "stamped": "true"}
        for place, (name, first, last) in enumerate(rows):
            typed |= {f"copies.{place}.material": self.material(name), f"copies.{place}.kind": "copy"}
            typed |= {f"copies.{place}.page": first, f"copies.{place}.last_page": last, f"copies.{place}.sheets": "1"}
        self.step("check_copies", "rosa", number, **{**typed, "copy_signature.password": PASSWORD})

    # on the screen

    def scan(self, number: int = 1) -> None:
        """Every page has its image for reading."""
        with self.database.transaction() as session:
            scanned.fill(session, session.get_one(Dossier, number), (ImageKind.OPTIMISED,), "rosa")

    def granted(self, number: int = 1, **decided: Any) -> None:
        self.ask(number, readers=ON_SCREEN, mode="digital")
        self.check(number)
        self.approve(number, **{"grant_minutes": "120", "grant_days": "5", **decided})

    def read_on_screen(self, clock: Any, seconds: int, number: int = 1, done: bool = True) -> None:
        """rene and wang sit down, one page is open for so long with its signs of life, and they say they are done."""
        with self.database.transaction() as session:
            found = session.get_one(Grant, self.grant(number).id)
            rene, wang = (session.get_one(User, name) for name in ("rene", "wang"))
            entered = signins.find(session, signins.begin(session, rene, "10.0.0.7", "test"))
            here = sitting.begin(session, found, entered, wang, "10.0.0.7", "test")
            sitting.turn(session, here, grants.leaves(session, found)[0], "10.0.0.7")
            for _ in range(seconds // 30):
                clock.move(seconds=30)
                sitting.settle(session, here)
            if done:
                closing.finish(session, found, rene)

    def cancel(self, number: int = 1) -> None:
        """Somebody who may ends the process before its time."""
        with self.database.transaction() as session:
            asked = select(ProcessInstance).where(ProcessInstance.case_id == self.case_id(number))
            instances.cancel(session, session.scalars(asked).one(), "dora", "撤回申请")

    def is_on_record(self, kind: str, number: int = 1, **facts: str) -> None:
        """What kind of dossier it is, and what its record says of the person."""
        with self.database.transaction() as session:
            dossier = session.get_one(Dossier, number)
            dossiers.update_facts(session, dossier, {"kind": kind}, "rosa", None, "核对", beside=True)
            persons.update(session, dossier.person, facts, "rosa")

    # others at their steps

    def check_as(self, who: str, number: int = 1) -> None:
        passed = {"check_result": "pass", "scope_minimal": "true"}
        self.step("pre_check", who, number, **passed)

    def decide(self, who: str, number: int = 1, **typed: Any) -> None:
        self.step("decide", who, number, **{"decision": "approve", **SIGNED, **typed})

    def answer(self, number: int = 1, **typed: Any) -> None:
        self.photograph("reply_file")
        self.step("ask_authority", "remy", number, **{"reply_no": "云组函〔2026〕3号", **typed})

    # looking

    def dossier_of(self, session: Session, number: int = 1) -> Dossier:
        """The dossier in an open transaction."""
        return session.get_one(Dossier, number)

    def offered_to(self, activity_id: str, number: int = 1) -> list[str]:
        with self.database.reading() as session:
            return sorted(tasks.candidates(session, self._task(session, self.case_id(number), activity_id)))

    def due(self, activity_id: str, number: int = 1) -> Any:
        with self.database.reading() as session:
            return self._task(session, self.case_id(number), activity_id).due_at

    def told(self) -> list[str]:
        """Who was reminded of a loan."""
        with self.database.reading() as session:
            asked = select(PersonalNotice.user_name).where(PersonalNotice.kind == NoticeKind.REMINDED)
            return list(session.scalars(asked.order_by(PersonalNotice.user_name)))

    def request(self, number: int = 1) -> ReadingRequest:
        with self.database.reading() as session:
            found = session.get_one(ReadingRequest, self.case_id(number))
            assert found.dossier and found.readers is not None
            return found

    def loan(self, number: int = 1) -> Loan:
        with self.database.reading() as session:
            return session.get_one(Loan, self.case_id(number))

    def grant(self, number: int = 1) -> Grant:
        with self.database.reading() as session:
            return session.scalars(select(Grant).where(Grant.case_id == self.case_id(number))).one()

    def status(self, number: int = 1) -> DossierStatus:
        return self.dossier(number).status
