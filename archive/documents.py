"""Papers the office issues: rendered from a Word template, numbered at issue, kept with the hash of what was issued.

The templates are `archive/templates/<kind>.docx`, to be edited in Word; what stands in {{ }} comes from the facts.
An office's own version of a template lies in its data folder, `templates/<kind>.docx`, and wins.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from archive import columns, numbers
from archive.numbers import IssuedNumber
from workflow import cases, documents, files, history, office, returns
from workflow.clock import now
from workflow.db import Base
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, StoredFile
from workflow.registry import fsck_check

TEMPLATES = Path(__file__).parent / "templates"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Kind:
    """A kind of paper: its series of numbers (None: it bears none), and what it is called."""

    series: str | None
    zh: str
    en: str


KINDS = {
    "receipt": Kind("receipt", "接收回执", "Receipt slip"),
    "missing": Kind("missing", "缺失材料告知书、承诺书", "Notice of missing materials and undertaking"),
    "return_letter": Kind("return", "退回函", "Return letter"),
    "return_register": Kind("return", "退件登记", "Return register"),
    "merge": Kind("merge", "并档记录", "Merge record"),
    "query": Kind("query", "查询函", "Letter of inquiry"),
    "reminder": Kind(None, "催办函", "Reminder"),
    "day": Kind("day", "当日接收统计表", "Day statistics"),
    "sorting_batch": Kind("sorting", "整理任务单", "Sorting batch"),
    "sorting_slip": Kind(None, "整理交接单", "Hand-over slip for sorting"),
    "catalogue": Kind(None, "人事档案目录", "Catalogue"),
    "removal_list": Kind("removal", "剔除退回材料清单", "List of papers taken out"),
    "destruction_list": Kind("destruction", "销毁材料清单", "List of papers destroyed"),
    "scanning_batch": Kind("scanning", "数字化加工任务单", "Scanning batch"),
    "scanning_slip": Kind(None, "数字化交接单", "Hand-over slip for scanning"),
    "scanning_report": Kind(None, "数字化完工报告、质检报告", "Report of the work and its quality"),
    "acceptance_application": Kind("acceptance", "验收申请书", "Application for acceptance"),
    "acceptance_notice": Kind("acceptance", "整改意见书", "Rectification notice"),
    "acceptance_certificate": Kind("acceptance", "验收合格通知书", "Certificate of acceptance"),
    "acceptance_goods": Kind("acceptance", "验收单", "Certificate of acceptance of goods"),
    "material_notice": Kind("transfer", "转递材料通知单", "Transfer notice for papers"),
    "reading_approval": Kind("reading", "查（借）阅审批表", "Approval to read"),
    "reading_refusal": Kind(None, "不予查阅告知书", "Refusal of a reading"),
    "reading_petition": Kind("petition", "查阅请示", "Petition to the managing authority"),
    "loan_slip": Kind(None, "借出登记", "Loan slip"),
    "loan_letter": Kind(None, "借阅催还函", "Letter asking for a loan"),
    "certificate": Kind("certificate", "证明", "Certificate"),
    "certificate_refusal": Kind(None, "不予出具证明告知书", "Refusal of a certificate"),
    "loose_receipt": Kind("receipt", "材料接收清单", "Receipt of materials"),
    "loose_refusal": Kind("return", "材料退回通知", "Return of materials"),
    "chase_letter": Kind("missing", "缺少材料催收函", "Letter asking for missing materials"),
    "audit_doubts": Kind(None, "存疑问题清单暨补充材料通知", "List of doubts and request for proof"),
    "audit_form": Kind("audit", "干部人事档案专项审核认定表", "Determination of a special audit"),
    "audit_registration": Kind("audit", "任前审核登记表", "Registration of an audit before an appointment"),
    "audit_referral": Kind("query", "问题线索移送函", "Referral to discipline"),
    "copy_register": Kind(None, "摘录、复制件登记表", "Register of copies and extracts"),
    "recall_letter": Kind("recall", "调档函", "Letter asking for a dossier"),
    "transfer_in_missing": Kind(None, "调入申请一次性告知书", "What an application still needs"),
    "transfer_in_refusal": Kind(None, "调入申请不予受理告知书", "Refusal of an application"),
    "transfer_remind": Kind(None, "调档催办函", "Reminder of a letter"),
    "transfer_back": Kind(None, "档案退回函", "Letter with a pack sent back"),
    "transfer_difference": Kind(None, "接收差异告知函", "Letter about differences"),
    "transfer_receipt": Kind(None, "转递档案回执", "Receipt of a transfer"),
    "transfer_problems": Kind(None, "审核问题清单", "List of audit problems"),
    "transfer_missing": Kind(None, "转出申请一次性告知书", "What a transfer still needs"),
    "transfer_refusal": Kind(None, "不予受理告知书", "Refusal of a transfer"),
    "transfer_sheet": Kind(None, "干部档案交接单", "Hand-over sheet of a cadre dossier"),
    "transfer_notice": Kind("transfer", "转递档案通知单", "Transfer notice, stub and receipt"),
    "transfer_list": Kind("transfer", "档案材料目录清单", "List of the materials sent"),
    "transfer_batch": Kind("transfer", "档案移交清单", "List of dossiers handed over"),
    "transfer_chase": Kind(None, "回执催办函", "Letter asking for a receipt"),
    "transfer_recall": Kind(None, "档案召回函", "Letter calling a dossier back"),
    "transfer_supplement": Kind(None, "补寄材料函", "Letter with papers sent after"),
    "inventory_report": Kind("inventory", "库房清点报告", "Report of a count"),
    "loss_result": Kind("loss", "遗失损毁查找（修复）结果报告", "Result of a search or repair"),
    "loss_proof": Kind("loss", "档案遗失损毁处理证明", "Proof of a loss"),
    "key_handover": Kind("handover", "换岗交接清单", "Hand-over list of a post and its keys"),
    "climate_month": Kind("climate", "库房环境月报", "Month of the storeroom's climate"),
}


class Document(Base):
    """An issued paper. It is never changed; a wrong one is voided with its number and issued anew. `superseded_by`: the
    paper that took its place when its case was sent back and the same was issued again; its number stays its own."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("kind", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    number: Mapped[str | None] = mapped_column(columns.code(60), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    template_sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(60))
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))

    file: Mapped[StoredFile] = relationship()
    case: Mapped[Case] = relationship()


def issue(
    session: Session, case: Case, kind: str, facts: Mapping[str, Any], by: str, number: str | None = None
) -> Document:
    """Render, number and keep a paper of `kind` (a key of KINDS) for the case. `by` is a login or "system".

    `number` is given only to a second paper of the same act (letter and register). The template sees the facts and
    number, office, issued_on, issued_by (as people are called). Another office of this house signs for itself when the
    facts name it as `signing_office`.
    """
    if kind not in KINDS:
        raise NotFound("There is no kind of document named {kind}.", kind=kind)
    known = KINDS[kind]
    if number is None and known.series:
        number = numbers.issue(session, known.series, f"{kind} of {case.business_key}")
    template = _template(session, kind)
    always = _always(session, number, by)
    content = documents.render(template, {**facts, **always, "office": facts.get("signing_office") or always["office"]})
    name = f"{known.zh}{number or ''}.docx"
    file = files.store(session, office.of(session).files, io.BytesIO(content), name, MEDIA_TYPE, by)
    document = Document(
        kind=kind,
        number=number,
        case_id=case.id,
        file_id=file.id,
        template_sha256=hashlib.sha256(template).hexdigest(),
        issued_at=now(),
        issued_by=by,
    )
    session.add(document)
    session.flush()  # the process keeps its id
    _supersede(session, document)
    history.record(session, case, by, "issued", document=document.id, document_kind=kind, number=number)
    return document


def _supersede(session: Session, document: Document) -> None:
    """It takes the place of those of its kind that an earlier round of the case has issued."""
    begun = returns.latest(session, document.case_id)
    if begun is not None:
        same = (Document.case_id == document.case_id, Document.kind == document.kind, Document.id != document.id)
        earlier = (Document.issued_at <= begun.at, Document.superseded_by.is_(None))
        for each in session.scalars(select(Document).where(*same, *earlier)):
            each.superseded_by = document.id


def of_case(session: Session, case: Case) -> list[Document]:
    """The papers of a case, oldest first."""
    return list(session.scalars(select(Document).where(Document.case_id == case.id).order_by(Document.id)))


def of_cases(session: Session, some: Iterable[Case]) -> list[Document]:
    """The papers of several cases with their files, newest first."""
    asked = select(Document).where(Document.case_id.in_([case.id for case in some])).options(joinedload(Document.file))
    return list(session.scalars(asked.order_by(Document.id.desc())))


def find(session: Session, document_id: int, user: User) -> Document:
    """The paper, if the user may see its case; else NotFound."""
    visible = cases.visible(session, user).with_only_columns(Case.id)
    asked = select(Document).where(Document.id == document_id, Document.case_id.in_(visible))
    found = session.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def chinese_day(day: date | datetime) -> str:
    """2026年7月1日, as official papers write a day."""
    return f"{day.year}年{day.month}月{day.day}日"


def _template(session: Session, kind: str) -> bytes:
    own = office.of(session).settings.data / "templates" / f"{kind}.docx"
    return (own if own.is_file() else TEMPLATES / f"{kind}.docx").read_bytes()


def _always(session: Session, number: str | None, by: str) -> dict[str, Any]:
    here, person = office.of(session), session.get(User, by)
    return {
        "number": number or "",
        "office": here.settings.office_name,
        "issued_on": chinese_day(here.today()),
        "issued_by": person.display_name if person else "",
    }


@fsck_check("documents_numbered")
def _numbers_without_paper(session: Session) -> Iterator[str]:
    """Every number of a document series that is not void stands on a paper, and every paper's number was issued."""
    series = {known.series for known in KINDS.values() if known.series}
    lost = (
        select(IssuedNumber.text)
        .outerjoin(Document, Document.number == IssuedNumber.text)
        .where(IssuedNumber.series.in_(series), IssuedNumber.voided_at.is_(None), Document.id.is_(None))
    )
    for text in session.scalars(lost):
        yield f"Number {text} was issued, but there is no document with it."
    foreign = (
        select(Document.number)
        .outerjoin(IssuedNumber, Document.number == IssuedNumber.text)
        .where(Document.number.is_not(None), IssuedNumber.text.is_(None))
    )
    for text in session.scalars(foreign):
        yield f"A document bears the number {text}, which was never issued."
    doubled = select(Document.kind, Document.number, func.count()).where(Document.number.is_not(None))
    for kind, text, count in session.execute(doubled.group_by(Document.kind, Document.number)):
        if count > 1:
            yield f"{count} documents of kind {kind} bear the number {text}."
