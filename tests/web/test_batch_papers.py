"""The papers of a batch are printed as one file, from the batch's own page."""

import io
import re
from datetime import date

import pytest
from docx import Document as WordFile

from archive import batch_papers, documents
from archive.packs.models import Pack, PackStatus
from tests.processes.sorting import Sorters
from tests.standing import standing
from tests.web.test_packs import receiving, send  # noqa: F401 (a fixture)
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import Case

FACTS = {
    "sender": "云溪大学",
    "sender_city": "云溪",
    "channel": "EMS",
    "received_on": "2026年7月1日",
    "stored_on": "2026年7月1日",
    "missing": [],
}


def texts(answer) -> str:
    word = WordFile(io.BytesIO(answer.data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in word.paragraphs), *cells])


@pytest.fixture
def received(receiving, signed_in, office):  # noqa: F811
    """A list of two packs, each with its receipt slip; the first one's was issued anew."""
    wang = signed_in("wang")
    send(wang, "/packs/imports")
    receiving.machine()
    with office.database.transaction() as session:
        for number, pack in enumerate(session.query(Pack).order_by(Pack.id), 1):
            pack.status, pack.received_at, pack.delivery_day = PackStatus.IN_WORK, now(), date(2026, 7, 1)
            told = FACTS | {"tracking_no": pack.tracking_no, "name": f"人{number}", "dossier_no": f"YX20260000{number}"}
            documents.issue(session, pack.case, "receipt", told, "anna")
        wrong, right = (documents.issue(session, pack.case, "receipt", told, "anna") for _ in range(2))
        wrong.superseded_by = right.id
    return wang


def test_the_receipts_of_a_courier_s_list_are_one_file(received):
    page = received.get("/packs/imports/1").text
    (link,) = re.findall(r'href="(/packs/imports/1/papers\.docx[^"]*)"', page)
    answer = received.get(link.replace("&amp;", "&"))

    assert '接收回执 <span class="count">3</span>' in page.replace("\n", "")
    assert answer.status_code == 200
    assert answer.mimetype == documents.MEDIA_TYPE
    text = texts(answer)
    assert [number in text for number in ("收字0001号", "收字0002号", "收字0003号", "收字0004号")] == [
        True,
        True,
        False,
        True,
    ]
    assert len(WordFile(io.BytesIO(answer.data)).sections) == 3


def test_those_of_a_day_are_one_file_too(received, signed_in):
    page = received.get("/days/2026-07-01").text
    assert "/days/2026-07-01/papers.docx?kind=receipt" in page
    assert "人2" in texts(received.get("/days/2026-07-01/papers.docx?kind=receipt&first=1"))
    assert received.get("/days/2026-07-02/papers.docx").status_code == 404


def test_more_than_one_file_holds_are_several_files(received, monkeypatch):
    monkeypatch.setattr(batch_papers, "MOST", 2)
    monkeypatch.setattr("web.batch_papers.MOST", 2)
    page = received.get("/packs/imports/1").text
    links = re.findall(r'href="(/packs/imports/1/papers\.docx[^"]*)"', page)

    assert "接收回执 1–2" in page and "接收回执 3–3" in page
    assert [len(WordFile(io.BytesIO(received.get(each.replace("&amp;", "&")).data)).sections) for each in links] == [
        2,
        1,
    ]


def test_a_batch_s_own_page_prints_what_its_cases_issued(office, clock, signed_in):
    sorters = standing(Sorters, office, 2)
    with office.database.transaction() as session:
        session.get_one(User, "dora").password_hash = session.get_one(User, "anna").password_hash
    sorters.plan()
    for number in (1, 2):
        sorters.hand_out(number=number)
    with office.database.reading() as session:
        batch = session.query(Case).filter_by(process_key="sorting-batch").one().id
    dora = signed_in("dora")
    page = dora.get(f"/cases/{batch}").text

    assert f"/cases/{batch}/papers.docx?kind=sorting_slip" in page
    every = texts(dora.get(f"/cases/{batch}/papers.docx"))
    assert all(said in every for said in ("整理任务单", "整理交接单", "李明1", "李明2"))
    slips = texts(dora.get(f"/cases/{batch}/papers.docx?kind=sorting_slip"))
    assert "第二联" in slips and "整理任务单" not in slips
    assert dora.get(f"/cases/{batch}/papers.docx?kind=nonsense").status_code == 404


def test_nobody_gets_papers_of_a_case_that_is_not_theirs(received, signed_in, office):
    with office.database.transaction() as session:
        one = session.query(Pack).order_by(Pack.id).first().case_id
        session.get_one(Group, "registry").permissions = ["packs.import"]
    anna = signed_in("anna")  # of the registry: no pack was with it yet

    assert "papers.docx" not in anna.get("/packs/imports/1").text
    assert anna.get("/packs/imports/1/papers.docx").status_code == 404
    assert anna.get(f"/cases/{one}/papers.docx").status_code == 404
    assert signed_in("carl").get("/packs/imports/1/papers.docx").status_code == 403
