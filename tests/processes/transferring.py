"""An office that sends dossiers away: other keepers on its list, papers in the store, people at their steps."""

from typing import Any

from sqlalchemy import select

from archive import dossiers
from archive.materials import catalogue
from archive.statuses import DossierStatus
from archive.transfer import keepers
from archive.transfer.models import Transfer
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.processes.receiving import _sent
from tests.processes.sorting import HOME, PAPERS, Sorters
from workflow import starts
from workflow.identity import User
from workflow.models import UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

WHOLE = 8  # pages of PAPERS
SIGNED = {"decision_signature.password": PASSWORD}
WITNESS = {"witness.by": "stan", "witness.password": PASSWORD}
LINCHUAN = {
    "code": "LC01",
    "name": "临川区人才交流中心",
    "address": "临川区机要局转",
    "post_code": "344000",
    "phone": "0794-8220000",
}
NOTICE = "〔2026〕转字0001号"
SENT_ON, RECEIVED_ON = "2026-07-01", "2026-07-03"


class Transfers(Sorters):
    """李明1's dossier stands in the store with four papers. wang takes the letter of 临川 at the window, rosa counts and
    packs with stan, dora approves, stan hands over."""

    def __init__(self, office: Office, count: int = 1, **facts: Any) -> None:
        super().__init__(office, count)
        self.cases: dict[int, int] = {}
        with self.database.transaction() as session:
            keepers.save(session, LINCHUAN, "dora")
            for number in range(1, count + 1):
                dossier = session.get_one(dossiers.Dossier, number)
                catalogue.save(session, dossier, list(PAPERS), "rosa")
                dossiers.update_facts(session, dossier, facts, "rosa")

    def begin(self, number: int = 1, who: str = "wang", key: str | None = None) -> int:
        """Somebody asks for the transfer of dossier `number`; its case."""
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, "transfer-out", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            sent = _sent(str(form.render(None, None, context)), {"dossier_no": self.no(number)})
            answers = form.load(sent, self.files, context)
            self.cases[number] = starts.begin(session, offer, user, answers, key or f"20260701-00000{number}").id
        self.machine()
        return self.cases[number]

    def case_id(self, number: int = 1) -> int:
        return self.cases[number]

    def accept(self, number: int = 1, **typed: Any) -> None:
        given = {"accept_result": "accept", "applicant": "person", "papers": ["letter", "identity"], "keeper": "LC01"}
        letter = {"letter_no": f"临人才调〔2026〕{number}号", "letter_date": "2026-06-29", "letter_persons": "1"}
        more = {"letter_id_no": id_no(number), "reason": "调往临川工作"}
        self.step("accept_papers", "wang", number, **{**given, **letter, **more, **typed})

    def asked(self, number: int = 1, **typed: Any) -> None:
        """Begun and accepted."""
        self.begin(number)
        self.accept(number, **typed)

    def prepare(self, number: int = 1, **typed: Any) -> None:
        counted = {"handing": "ready", "scan_label": self.no(number), "volumes_out": "1", "pages_out": str(WHOLE)}
        self.step("prepare", "rosa", number, **{**counted, **typed})

    def approve(self, number: int = 1, **typed: Any) -> None:
        self.step("approve", "dora", number, **{"decision": "approve", **SIGNED, **typed})

    def approved(self, number: int = 1, **typed: Any) -> None:
        self.asked(number, **typed)
        self.prepare(number)
        self.approve(number)

    def pack(self, number: int = 1, **typed: Any) -> None:
        given = {"pack_result": "packed", "channel": "ems", "seal_no": "F-009", "sealed": "true", **WITNESS}
        self.step("pack", "rosa", number, **{**given, **typed})

    def hand_over(self, number: int = 1, **typed: Any) -> None:
        given = {"sending": "sent", "scan_label": self.no(number), "track_no": "EB123456789CN"}
        self.step("hand_over", "stan", number, **{**given, **typed})

    def sent(self, number: int = 1) -> None:
        self.approved(number)
        self.pack(number)
        self.hand_over(number)

    def receipt(self, number: int = 1, **typed: Any) -> None:
        """The receipt is here unless typed otherwise."""
        came = {"receipt_result": "confirmed", "scan_notice": NOTICE, "received_on": RECEIVED_ON, "received_by": "黄接"}
        given = {**came, **typed}
        if given["receipt_result"] == "confirmed":
            self.photograph("receipt_file")
        self.step("register_receipt", "rosa", number, **given)

    # looking

    def transfer(self, number: int = 1) -> Transfer:
        with self.database.reading() as session:
            found = session.get_one(Transfer, self.case_id(number))
            assert found.dispatches is not None and found.dossier
            return found

    def status(self, number: int = 1) -> DossierStatus:
        return self.dossier(number).status

    def waits(self, number: int = 1) -> list[str]:
        """The steps that wait for somebody."""
        return [activity for activity, _ in self.open_steps(number)]

    def everyone_s(self) -> list[str]:
        """The same over every case, for those that begin by themselves."""
        with self.database.reading() as session:
            query = select(UserTask.activity_id).where(UserTask.status == TaskStatus.OPEN)
            return sorted(session.scalars(query))


__all__ = ["HOME", "LINCHUAN", "NOTICE", "SENT_ON", "SIGNED", "WHOLE", "WITNESS", "Transfers"]
