"""An office with everything a dossier brings about: papers, images, a pack with its list and photo, a loan, a reading,
a scanning batch with its parcel, its acceptance, a count, cases with papers, files, talk and tasks.

The matter A is in the scope of lina, who has every permission there is; X is not, and every word of it is a token.
"""

import io
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, dossiers, persons, posts, scopes, storage, units, upkeep
from archive.acceptance.models import Acceptance, AcceptanceDossier, AcceptanceRound, AcceptanceStatus, Subject
from archive.certificates.kinds import Asker, CertificateKind
from archive.certificates.models import Certificate, CertificateStatus
from archive.days import Day
from archive.dossier_tables import Dossier
from archive.images import defects, demands, pages
from archive.images.defect_tables import Defect
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.images.parcel_tables import PageStatus as ParcelPageStatus
from archive.images.parcel_tables import Parcel, ParcelFolder, ParcelKind, ParcelPage, ParcelStatus
from archive.inventory.models import Inventory, InventoryLine, Result
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.packs.models import CourierList, CourierRow, ListStatus, Pack, PackPhoto, PackStatus, RowStatus
from archive.reading import kin
from archive.reading.models import Mode, ShutUnit
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus, Unit
from archive.statuses import Channel
from archive.transfer import keepers
from tests import people as cast
from tests.archive.cards import id_no
from tests.archive.images import drawn
from tests.archive.reading import granted
from tests.workflow import world as processes
from tests.workflow.engine.drawing import bpmn
from workflow import attachments, cases, comments, definitions, files, instances, office, tasks
from workflow.clock import now
from workflow.errors import sentence
from workflow.identity import Group, User
from workflow.kept_sentences import kept
from workflow.models import Case, Finding, Incident, StoredFile, Watch
from workflow.people import PERMISSIONS
from workflow.statuses import FindingKind

DAY = date(2026, 6, 30)
SCOPE = "云溪一中"  # the unit lina's group reaches
KEY = "matter"  # the process both matters have a task of
PICKER = {"id": "d", "type": "textfield", "key": "dossier_no", "label": "档案编号", "properties": {"kind": "dossier"}}
FORM = {"type": "default", "id": KEY, "schemaVersion": 19, "components": [PICKER]}
SHELVES = storage.Shelves(rows=1, cabinets=1, layers=2, places=9)


@dataclass(frozen=True)
class Matter:
    """What is written about one person. `sign` begins every word of it that is not common to all."""

    sign: str
    serial: int
    name: str
    unit: str
    shelf: str

    def word(self, what: str) -> str:
        return f"{self.sign}{what}"

    @property
    def tokens(self) -> tuple[str, ...]:
        """What must not be read anywhere by who may not know of it. The directory of units is everybody's."""
        return (self.sign, self.name, f"EB{self.serial:09d}CN", id_no(self.serial)[-6:])


A = Matter("甲件", 11, "单雄信", SCOPE, "K01-01-01-A-1-01")
X = Matter("辛密", 923, "欧阳霁雪", "天工院", "K01-01-01-B-2-09")


def begin(session: Session) -> None:
    """The office with the matter A, and lina in a group that may everything, as far as its scope goes."""
    for code, name in (("U1", SCOPE), ("U2", X.unit)):
        units.save(session, {"code": code, "name": name}, "dora")
    keepers.save(session, {"code": "LC01", "name": "临川中心"}, "dora")
    storage.furnish(session, "K01", "一号库", SHELVES)
    session.get_one(Group, "registry").permissions = ["dossiers.read", "loans.manage", "persons.keep", "images.check"]
    may = [
        each for each in PERMISSIONS if each != "definitions.deploy"
    ]  # the system's keepers see what runs, in numbers
    part = Group(key="part", name="分管领导", permissions=may)
    session.add(part)
    session.flush()
    secret = session.get_one(User, "dora").password_hash
    told = {"display_name": "李娜", "password_hash": secret, "created_at": cast.SINCE}
    session.add(User(name="lina", groups=[part], **told))
    drawing = bpmn(processes.REVIEW.replace("start s", f"start s formKey={KEY}"), KEY)
    drawing = drawing.replace(b"<process ", b'<process camunda:candidateStarterGroups="part" ')
    definitions.deploy(session, drawing, {f"{KEY}.form": json.dumps(FORM).encode()}, "eve")
    session.add(Watch(id=1, begun_at=now(), begun_by="dora"))
    session.add(Day(day=DAY, opened_at=now(), opened_by="anna"))
    session.flush()
    scopes.add(session, part, {"unit": SCOPE}, session.get_one(User, "dora"), "分工文件")
    for case_id in add(session, A):
        cases.show_to(session, case_id, groups=["part"])


def add(session: Session, of: Matter) -> list[int]:
    """The whole matter; returns its cases."""
    dossier = _kept(session, of)
    made = [_pack(session, of, dossier), _lent(session, of, dossier), _read(session, of, dossier)]
    batch = _batch(session, of, dossier)
    made += [batch.case_id, _accepted(session, of, batch, dossier), _counted(session, of, dossier)]
    made += [_certified(session, of, dossier), _worked_on(session, of, dossier)]
    alone = {"name": of.word("无档人"), "id_no": id_no(of.serial + 4), "unit": of.unit}
    persons.register(session, alone, "anna")
    session.flush()
    return made


def _kept(session: Session, of: Matter) -> Dossier:
    """The person with posts, relatives and what was said before; the dossier with papers and images on its shelf."""
    anna = session.get_one(User, "anna")
    facts = {"name": of.name, "former_name": of.word("曾名"), "unit": of.unit, "phone": "13800000000"}
    person = persons.register(session, {**facts, "id_no": id_no(of.serial)}, "anna")
    posts.note(session, person, {"since": "2020-01", "unit": of.unit, "post": of.word("职务")}, anna)
    kin.note(session, person, of.word("亲属"), id_no(of.serial + 2), "配偶", "anna")
    upkeep.change(session, person, {"address": of.word("旧址")}, anna, of.word("来电"))
    upkeep.change(session, person, {"address": of.word("新址")}, anna, of.word("再电"))
    dossier = dossiers.register(session, person, {"source_unit": of.word("来源"), "channel": "ems"}, "anna")
    rows = [Row(name=of.word("履历表"), code="1", formed="2001-07-01", pages="1", note=of.word("备注"))]
    catalogue.save(session, dossier, rows, "anna")
    storage.shelve(session, dossier, of.shelf, "bob")
    (paper,) = catalogue.rows(session, dossier)
    for kind in ImageKind:
        picture = io.BytesIO(drawn.saved(drawn.page(4, (160, 226), of.serial + len(kind))))
        pages.attach(session, Placed(paper, 1, kind), picture, f"{of.word('页')}{kind}.jpg", "anna")
    defects.mark(session, Placed(paper, 1, ImageKind.RAW), Defect.UNREADABLE, "anna", of.word("缺陷"))
    return dossier


def _case(session: Session, of: Matter, what: str) -> Case:
    return cases.open_case(session, f"{of.sign}-{what}", f"{what} {of.name}", KEY, "anna")


def _file(session: Session, of: Matter, what: str, media_type: str, content: bytes) -> StoredFile:
    store = office.of(session).files
    return files.store(session, store, io.BytesIO(content), of.word(what), media_type, "anna")


def _pack(session: Session, of: Matter, dossier: Dossier) -> int:
    """The pack it came in, on a courier's list, with a photo."""
    case = _case(session, of, "收件")
    told = {"name": of.word("清单"), "sha256": f"{of.serial:064}", "imported_at": now(), "imported_by": "anna"}
    listed = CourierList(status=ListStatus.DONE, done_at=now(), **told)
    session.add(listed)
    session.flush()
    came = {"received_at": now(), "received_by": "anna", "delivery_day": DAY, "registered_at": now()}
    who = {"listed_name": of.name, "sender": of.word("寄件"), "status": PackStatus.STORED, "expected_at": now()}
    number = f"EB{of.serial:09d}CN"
    pack = Pack(
        tracking_no=number,
        channel=Channel.EMS,
        list_id=listed.id,
        case_id=case.id,
        dossier_id=dossier.id,
        **came,
        **who,
    )
    session.add(pack)
    session.flush()
    row = {"facts": {"name": of.name, "tracking_no": number}, "status": RowStatus.ACCEPTED, "pack_id": pack.id}
    session.add(CourierRow(list_id=listed.id, number=2, **row))
    session.add(CourierRow(list_id=1, number=of.serial, **row))  # the first list has packs of both
    photo = _file(session, of, "照片.png", "image/png", drawn.saved(drawn.page(3, (80, 90), of.serial), "PNG"))
    session.add(PackPhoto(pack_id=pack.id, file_id=photo.id))
    return case.id


def _lent(session: Session, of: Matter, dossier: Dossier) -> int:
    """It is lent; the unit that borrowed another time is shut out."""
    asked = granted.request(
        session, dossier, (), of.serial, mode=Mode.LEND, unit=of.word("借阅"), number=of.word("查字")
    )
    granted.loan(session, asked, borrower=of.word("借档人"))
    session.add(ShutUnit(case_id=asked.case_id, unit=of.word("停借"), why=of.word("缺页"), shut_at=now()))
    return asked.case_id


def _read(session: Session, of: Matter, dossier: Dossier) -> int:
    asked = granted.request(
        session, dossier, ("anna", "bob"), of.serial + 1, unit=of.word("查阅"), number=of.word("阅字")
    )
    granted.grant(session, asked)
    return asked.case_id


def _batch(session: Session, of: Matter, dossier: Dossier) -> ScanBatch:
    """A batch with a parcel, of which one page fits nowhere."""
    case = _case(session, of, "数字化")
    told = {"firm": of.word("公司"), "unit": Unit.PAGE, "unit_price": 35, "profile": asdict(demands.of(session))}
    batch = ScanBatch(number=f"{of.sign}SM", case_id=case.id, planned_at=now(), planned_by="anna", **told)
    session.add(batch)
    session.flush()
    session.add(ScanDossier(batch_id=batch.id, dossier_id=dossier.id, status=ScanStatus.PLANNED, pages_out=1))
    began = {"begun_at": now(), "begun_by": "anna", "status": ParcelStatus.DONE, "done_at": now()}
    parcel = Parcel(kind=ParcelKind.PACKAGE, name=of.word("包"), folder=of.word("夹"), case_id=case.id, **began)
    session.add(parcel)
    session.flush()
    folder = ParcelFolder(parcel_id=parcel.id, number=1, called=of.word("人"), place_sealed=b"", dossier_id=dossier.id)
    session.add(folder)
    scan = _file(session, of, "零页.jpg", "image/jpeg", drawn.saved(drawn.page(2, (90, 80), of.serial)))
    page = {"number": 1, "name": of.word("零页.jpg"), "kind": ImageKind.RAW, "status": ParcelPageStatus.QUEUED}
    session.add(ParcelPage(parcel_id=parcel.id, file_id=scan.id, **page))
    return batch


def _accepted(session: Session, of: Matter, batch: ScanBatch, dossier: Dossier) -> int:
    case = _case(session, of, "验收")
    told = {
        "title": of.word("验收"),
        "supplier": of.word("公司"),
        "applied": 1,
        "applied_at": now(),
        "applied_by": "anna",
    }
    done = {"status": AcceptanceStatus.ACCEPTED, "quantity": 1, "amount": 35, "unit_price": 35, "first_pass": True}
    made = Acceptance(subject=Subject.BATCH, case_id=case.id, batch_id=batch.id, handler="anna", **told, **done)
    session.add(made)
    session.flush()
    turn = AcceptanceRound(acceptance_id=made.id, number=1, rate=5, pass_rate=99, population=1, opened_at=now())
    session.add(turn)
    session.flush()
    session.add(
        AcceptanceDossier(round_id=turn.id, dossier_id=dossier.id, faults=[kept(sentence("It is not in the store."))])
    )
    return case.id


def _counted(session: Session, of: Matter, dossier: Dossier) -> int:
    """A count of its place, compared: it is missing."""
    case = _case(session, of, "清点")
    who = {"counted_on": DAY, "first_counter": "anna", "second_counter": "bob", "strict": False}
    ended = {"frozen_at": now(), "compared_at": now(), "ended_at": now()}
    session.add(Inventory(case_id=case.id, scope=of.shelf[:9], **who, **ended))
    session.flush()
    line = {"label": dossier.dossier_no, "dossier_id": dossier.id, "home": of.shelf, "result": Result.MISSING}
    session.add(InventoryLine(case_id=case.id, finding=of.word("查找"), **line))
    return case.id


def _certified(session: Session, of: Matter, dossier: Dossier) -> int:
    """A certificate was sealed."""
    case = _case(session, of, "证明")
    told = {
        "kind": CertificateKind.EDUCATION,
        "asker": Asker.SELF,
        "number": of.word("证字"),
        "check_mark": f"{of.serial:064}",
    }
    told |= {"asked_at": now(), "asked_by": "anna"}
    done = {"status": CertificateStatus.SEALED, "sealed_at": now(), "sealed_by": "anna"}
    session.add(Certificate(case_id=case.id, dossier_id=dossier.id, **told, **done))
    return case.id


def _worked_on(session: Session, of: Matter, dossier: Dossier) -> int:
    """A case somebody has in hand, with a paper, a file, talk, an incident and something amiss."""
    case, anna = _case(session, of, "办理"), session.get_one(User, "anna")
    cases.add_key(session, case, dossier.dossier_no)
    told = {"dossier_no": dossier.dossier_no, "person": of.name, "note": of.word("变量")}
    instance = instances.start(session, definitions.latest(session, KEY), case, "anna", told)
    (task,) = processes.open_tasks(session, instance).values()
    tasks.claim(session, task, anna)
    facts = {"sender": of.word("寄件"), "name": of.name, "tracking_no": "", "received_on": "", "keeper": of.unit}
    documents.issue(session, case, "query", facts, "anna")
    attachments.add(session, case, anna, io.BytesIO(b"%PDF-1.7\n%%EOF"), of.word("附件.pdf"), "application/pdf")
    comments.add(session, case, anna, of.word("意见"))
    session.add(Incident(instance_id=instance.id, message=of.word("故障"), opened_at=now()))
    said = kept(sentence("There is no dossier with the number {number}.", number=of.word("异常")))
    amiss: dict[str, Any] = {"kind": FindingKind.STUCK, "subject": f"instance {instance.id}", "said": said}
    session.add(Finding(case_id=case.id, instance_id=instance.id, found_at=now(), seen_by=1, **amiss))
    return case.id
