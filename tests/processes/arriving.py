"""An office that asks other keepers for dossiers, and is asked by an office of its own house."""

from typing import Any

from sqlalchemy import select

from archive.dossiers import Dossier
from archive.transfer import keepers
from archive.transfer.letter_tables import Letter
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.processes.receiving import _sent
from tests.processes.transferring import WITNESS, Transfers
from workflow import starts
from workflow.identity import User
from workflow.models import Case
from workflow.office import Office

LETTER = "〔2026〕调字0001号"
NOTICE_OF_LINCHUAN = "临转〔2026〕88号"
SECOND = {"witness.by": "remy", "witness.password": PASSWORD}
AGREED = {"letter_decision": "approve", "letter_signature.password": PASSWORD}
HERE = {"code": "YX", "name": "云溪区人才中心", "inside": True}
BUREAU = {"code": "YXGB", "name": "云溪区干部档案室", "inside": True}


class Arrivals(Transfers):
    """李明1 is kept here; 王芳 is to come from 临川. wang takes the application, remy agrees, rosa and remy receive."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        with self.database.transaction() as session:
            keepers.save(session, HERE, "dora")
            keepers.save(session, BUREAU, "dora")

    def apply(self, regime: str = "flow", name: str = "王芳", key: str = "20260701-00000A") -> int:
        """Somebody asks for a dossier to come; its case."""
        with self.database.transaction() as session:
            user = session.get_one(User, "wang")
            offer = starts.find(session, "transfer-in", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            sent = _sent(str(form.render(None, None, context)), {"person_name": name, "regime": regime})
            answers = form.load(sent, self.files, context)
            self.cases[0] = starts.begin(session, offer, user, answers, key).id
        self.machine()
        return self.cases[0]

    def at(self, activity_id: str, who: str, **typed: Any) -> None:
        """A step of the matter of the dossier that is to come."""
        self.step(activity_id, who, 0, **typed)

    def accept_application(self, **typed: Any) -> None:
        told = {"id_no": id_no(40), "keeper": "LC01", "applicant": "person", "papers": ["identity", "work"]}
        more = {"region": "work", "reason": "在云溪就业", "accept_result": "accept"}
        self.at("accept_application", "wang", **{**told, **more, **typed})

    def agree(self, **typed: Any) -> None:
        self.at("approve_letter", "remy", **{**AGREED, **typed})

    def agree_whole(self, **typed: Any) -> None:
        self.at("approve_whole", "dora", **{**AGREED, **typed})

    def asked_for(self, regime: str = "flow", **typed: Any) -> None:
        """The letter is issued; from another house also sent."""
        self.apply(regime)
        self.accept_application(**typed)
        self.agree()
        if "send_letter" in self.waits(0):
            self.at("send_letter", "wang", letter_way="post")

    def receive(self, **typed: Any) -> None:
        came = {"received": "well", "channel": "confidential", "scan_notice": NOTICE_OF_LINCHUAN, "seal_whole": "true"}
        self.at("receive_pack", "rosa", **{**came, **SECOND, **typed})

    def count(self, **typed: Any) -> None:
        numbers = {f"{what}_{side}": "1" for what in ("volumes", "materials", "pages") for side in ("told", "in")}
        self.at("count_pack", "rosa", **{**numbers, **typed})

    def answer_receipt(self) -> None:
        self.at("send_receipt", "rosa", stamped="true", receipt_way="机要退回")

    def register_it(self, id_number: str | None = None) -> None:
        self.at("register_dossier", "rosa", id_no_again=id_number or id_no(40), volumes="1")

    def shelve_it(self, position: str = "K01-01-01-A-1-02") -> None:
        number = self.known(0)["dossier_no"]
        self.at("shelve", "stan", scan_label=number, scan_position=position)

    def letter(self) -> Letter:
        with self.database.reading() as session:
            return session.get_one(Letter, self.cases[0])

    def arrived(self) -> Dossier:
        with self.database.reading() as session:
            return session.get_one(Dossier, self.letter().dossier_id)

    def answering(self) -> None:
        """The case of the transfer out that a letter of this house has begun, as number 1."""
        with self.database.reading() as session:
            query = select(Case.id).where(Case.process_key == "transfer-out").order_by(Case.id.desc())
            self.cases[1] = session.scalars(query).first()


__all__ = ["LETTER", "NOTICE_OF_LINCHUAN", "SECOND", "WITNESS", "Arrivals"]
