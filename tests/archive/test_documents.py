"""Papers: numbered at issue, rendered from Word templates, kept as issued."""

import hashlib
import io
from datetime import UTC, date, datetime

import pytest
from docx import Document as WordFile
from sqlalchemy import update

from archive import documents, numbers
from archive.documents import KINDS, TEMPLATES, Document
from archive.packs.models import Pack
from archive.receipts.returns import pack_facts
from archive.statuses import Channel
from tests.archive.templates import facts_for
from workflow import cases
from workflow import clock as clocks
from workflow.documents import check
from workflow.errors import Invalid, NotFound
from workflow.identity import User
from workflow.registry import checks

FACTS = {
    "tracking_no": "1012345678901",
    "name": "李明<&>",
    "sender": "云溪大学",
    "sender_city": "云溪",
    "channel": "EMS",
    "received_on": "2026年7月1日",
    "codes": ["E01 封口破损"],
    "dossier_no": "YX202600001",
    "stored_on": "2026年7月1日",
    "missing": [],
    "missing_necessary": ["成绩单"],
    "missing_other": [],
    "return_to": "云溪大学",
    "way": "退回",
    "note": "",
    "why": "第二卷",
    "keeper": "临川",
    "addressee": "云溪大学",
    "count": 1,
}

PAPER = {
    "name": "学籍表",
    "place": "4-1-1",
    "formed": "1990",
    "pages": 2,
    "said": "转递",
    "reason": "系他人材料",
    "addressee": "临川",
}


@pytest.fixture
def case(session, clock):
    return cases.open_case(session, "REC-1", "李明", "receipt", "anna")


def content(session, paper: Document) -> bytes:
    return session.info["office"].files.path(paper.file.sha256).read_bytes()


def text_of(made: bytes) -> str:
    word = WordFile(io.BytesIO(made))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_is_a_plain_word_file_and_can_be_filled(session, case, kind):
    check((TEMPLATES / f"{kind}.docx").read_bytes())
    told = {} if kind == "day" else FACTS  # the codes of a day are rows
    paper = documents.issue(session, case, kind, {**facts_for(kind), **told}, "anna")
    text = text_of(content(session, paper))

    assert "{{" not in text
    assert "{%" not in text
    assert "云溪区人事档案管理中心" in text
    assert "2026年7月1日" in text
    assert (paper.number or "") in text


def test_what_is_filled_in_stays_text(session, case):
    assert "李明<&>" in text_of(content(session, documents.issue(session, case, "receipt", FACTS, "anna")))


def test_numbers_count_up_by_series_without_a_gap(session, case):
    issued = [documents.issue(session, case, kind, FACTS, "anna").number for kind in ("receipt", "missing", "receipt")]

    assert issued == ["〔2026〕收字0001号", "〔2026〕缺字0001号", "〔2026〕收字0002号"]


def test_letter_and_register_of_one_return_bear_one_number(session, case):
    letter = documents.issue(session, case, "return_letter", FACTS, "anna")
    register = documents.issue(session, case, "return_register", FACTS, "anna", number=letter.number)

    assert letter.number == register.number == "〔2026〕退字0001号"
    assert list(checks["documents_numbered"](session)) == []


def test_a_paper_that_cannot_be_made_uses_up_no_number(session, case):
    with pytest.raises(Invalid), session.begin_nested():
        documents.issue(session, case, "receipt", {}, "anna")

    assert documents.issue(session, case, "receipt", FACTS, "anna").number == "〔2026〕收字0001号"


def test_a_paper_is_kept_with_the_hash_of_what_was_issued(session, case):
    paper = documents.issue(session, case, "merge", FACTS, "anna")

    assert hashlib.sha256(content(session, paper)).hexdigest() == paper.file.sha256
    assert paper.template_sha256 == hashlib.sha256((TEMPLATES / "merge.docx").read_bytes()).hexdigest()
    assert documents.of_case(session, case) == [documents.find(session, paper.id, session.get_one(User, "dora"))]
    assert paper.file.name == "并档记录〔2026〕并字0001号.docx"


def test_the_offices_own_template_wins(session, case):
    own = session.info["office"].settings.data / "templates"
    own.mkdir()
    word = WordFile()
    word.add_paragraph("本局格式 {{ number }}")
    word.save(own / "receipt.docx")

    assert (
        text_of(content(session, documents.issue(session, case, "receipt", FACTS, "anna")))
        == "本局格式 〔2026〕收字0001号"
    )


def test_an_unknown_kind_or_paper_is_not_found(session, case):
    with pytest.raises(NotFound):
        documents.issue(session, case, "wish", {}, "anna")
    with pytest.raises(NotFound):
        documents.find(session, 999, session.get_one(User, "dora"))


def test_a_number_without_a_paper_and_a_paper_without_a_number_are_found_out(session, case):
    numbers.issue(session, "receipt", "nothing")
    paper = documents.issue(session, case, "missing", FACTS, "anna")
    session.execute(update(Document).where(Document.id == paper.id).values(number="〔2026〕缺字0009号"))

    found = "\n".join(checks["documents_numbered"](session))
    for number in ("〔2026〕收字0001号", "〔2026〕缺字0001号", "〔2026〕缺字0009号"):
        assert number in found


def test_a_letter_names_the_day_the_pack_came_not_the_working_day_it_counts_for(session, clock):
    clock.set(datetime(2026, 7, 4, 2, tzinfo=UTC))  # a Saturday morning at the office
    pack = Pack(
        tracking_no="1012345678901",
        received_at=clocks.now(),
        delivery_day=date(2026, 7, 6),
        sender="云溪大学",
        channel=Channel.EMS,
    )

    assert pack_facts(session, pack)["received_on"] == "2026年7月4日"
