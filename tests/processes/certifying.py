"""An office that certifies: a dossier with papers in the store, people at the window with their own."""

import io
import zipfile
from typing import Any

import zxingcpp
from PIL import Image
from sqlalchemy import select

from archive import documents
from archive.certificates.models import Certificate
from archive.dossiers import Dossier
from archive.materials import catalogue
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.cards import id_no
from tests.processes.receiving import _sent
from tests.processes.sorting import PAPERS, Sorters
from workflow import starts
from workflow.identity import User
from workflow.models import Case
from workflow.office import Office

TOWN = "云溪市委组织部"
TWO = ({"name": "何查", "id_no": id_no(501)}, {"name": "许阅", "id_no": id_no(502)})
SCHOOL = "高中毕业生学籍表"


class Certifiers(Sorters):
    """李明1's dossier holds four papers. wang stands at the window, rosa searches and drafts, remy reviews, dora and
    dirk lead."""

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office, count)
        self.case = 0
        with self.database.transaction() as session:
            catalogue.save(session, session.get_one(Dossier, 1), list(PAPERS), "rosa")

    def begin(self, process: str = "certificate", who: str = "wang", key: str = "20260701-0000C1", **typed: Any) -> int:
        """Somebody begins a matter by its form."""
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, process, user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            answers = form.load(_sent(str(form.render(None, None, context)), typed), self.files, context)
            self.case = starts.begin(session, offer, user, answers, key).id
        self.machine()
        return self.case

    def case_id(self, number: int = 1) -> int:
        return self.case

    # the way of a certificate

    def ask(self, who: str = "wang", key: str = "20260701-0000C1") -> None:
        self.begin(dossier_no=self.no(), who=who, key=key)

    def identify(self, who: str = "wang", **typed: Any) -> None:
        """The person comes for a certificate of their schooling unless typed otherwise."""
        told = {"identity": "proven", "asker": "self", "kind": "education", "id_no": id_no(1), "purpose": "报考"}
        self.step("identify", who, **{**told, **typed})

    def identify_unit(self, people: Any = TWO, **typed: Any) -> None:
        rows: dict[str, Any] = {"investigators": ["", *map(str, range(len(people)))]}
        for number, row in enumerate(people):
            rows |= {f"investigators.{number}.{field}": value for field, value in row.items()}
        told = {"asker": "unit", "kind": "political", "unit": TOWN, "letter_no": "云组函1号", "purpose": "发展党员"}
        self.identify(**{**told, **rows, **typed})

    def search(self, *facts: tuple[str, str], who: str = "rosa", **typed: Any) -> None:
        """Facts and the names of their materials; "" names none."""
        rows: dict[str, Any] = {"facts": ["", *map(str, range(len(facts)))]}
        for number, (said, material) in enumerate(facts):
            rows |= {f"facts.{number}.said": said}
            rows |= {f"facts.{number}.material": self.material(material)} if material else {}
        self.step("search_facts", who, **{"search_result": "found", **rows, **typed})

    def drafted(self) -> None:
        self.ask()
        self.identify()
        self.search(("1990年7月高中毕业", SCHOOL))
        self.step("draft", "rosa", addressee="云溪大学")

    def reviewed(self) -> None:
        self.drafted()
        self.step("review", "remy", review_result="pass")

    def sealed(self) -> None:
        self.reviewed()
        self.step("seal", "wang", sealed="true", handed_to="李明1")

    # looking

    def certificate(self) -> Certificate:
        with self.database.reading() as session:
            return session.scalars(select(Certificate).order_by(Certificate.case_id.desc())).first()

    def code(self) -> str:
        """The check code, as the paper's QR code says it."""
        with self.database.reading() as session:
            papers = documents.of_case(session, session.get_one(Case, self.certificate().case_id))
            paper = next(each for each in papers if each.kind == "certificate")
            content = self.office.files.path(paper.file.sha256).read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            picture = next(name for name in package.namelist() if name.startswith("word/media/"))
            read = zxingcpp.read_barcode(Image.open(io.BytesIO(package.read(picture))).convert("L"))
        return read.text
