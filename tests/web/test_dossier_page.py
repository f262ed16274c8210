"""All there is of one dossier on its page, the printed chain, and a stray put back."""

import pytest
from sqlalchemy import select

from archive import dossiers, persons, storage, strays
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.reading.models import ReadingRequest
from archive.statuses import DossierStatus
from tests.archive.cards import facts
from workflow import cases
from workflow.identity import Group

HOME = "K01-01-01-A-1-01"
ROWS = [Row("干部履历表", "1", "1998-07", "4"), Row("入党志愿书", "6", "2001", "2")]


@pytest.fixture
def dossier(office, clock) -> Dossier:
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"]
        storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=2))
        made = dossiers.register(session, persons.register(session, facts(1, "李明"), "anna"), {}, "anna")
        storage.shelve(session, made, HOME, "bob")
        catalogue.save(session, made, ROWS, "anna")
    return made


def lend(office, dossier: Dossier, shielded: bool = False) -> str:
    """Out to a unit in a case the registry may see; its business key."""
    with office.database.transaction() as session:
        kept = session.get_one(Dossier, dossier.id)
        case = cases.open_case(session, "查字-0001", "查阅 李明", "reading", "dora")
        cases.show_to(session, case.id, ["registry"], [])
        cases.add_key(session, case, kept.dossier_no)
        asked = {"asked_at": case.opened_at, "asked_by": "dora", "shielded": shielded}
        session.add(ReadingRequest(case_id=case.id, dossier_id=kept.id, **asked))
        storage.take_out(session, kept, "unit:市纪委监委 陈九", DossierStatus.LENT, "dora", case, "案件核查")
    return "查字-0001"


def test_the_sixteen_classes_stand_at_a_glance_with_their_counts_and_gaps(dossier, signed_in):
    page = signed_in("anna").get(f"/dossiers/{dossier.id}").text
    glance = page.split('<ol class="classes"')[1].split("</ol>")[0]

    assert glance.count("<li") == 16
    assert glance.count('class="full"') + glance.count('class="gaps"') >= 2
    assert "干部履历表" in page and "入党志愿书" in page


def test_the_page_tells_the_way_with_case_and_person_and_what_became_otherwise(office, dossier, signed_in):
    key = lend(office, dossier)
    page = signed_in("anna").get(f"/dossiers/{dossier.id}").text

    assert key in page and "市纪委监委 陈九" in page and "案件核查" in page
    assert "变更记录" in page and "待入库 → 在库" in page and "在库 → 借出" in page
    assert "尚未数字化" in page and "查阅 李明" in page.split('id="open"')[1]


def test_a_shielded_reading_is_nowhere_on_the_page_nor_on_the_printed_chain(office, dossier, signed_in):
    lend(office, dossier, shielded=True)
    anna = signed_in("anna")
    chain = anna.get(f"/dossiers/{dossier.id}/custody").text
    page = anna.get(f"/dossiers/{dossier.id}").text.split('id="open"')[0]

    for text in (chain, page):
        assert "市纪委" not in text and "案件核查" not in text and "无权查看" in text


def test_a_case_that_only_names_the_dossier_is_among_its_open_cases(office, dossier, signed_in):
    with office.database.transaction() as session:
        case = cases.open_case(session, "ZS-1", "专项审核 李明", "special-audit", "dora")
        cases.add_key(session, case, dossier.dossier_no)
        cases.show_to(session, case.id, ["registry"], [])
        at = f'<a href="/cases/{case.id}">专项审核 李明</a>'

    assert at in signed_in("anna").get(f"/dossiers/{dossier.id}").text.split('id="open"')[1]


def test_the_printed_chain_is_whole_and_says_so_with_place_person_case_and_who_printed(office, dossier, signed_in):
    key = lend(office, dossier)
    page = signed_in("anna").get(f"/dossiers/{dossier.id}/custody").text

    assert "无缺口" in page and "每次流转的起点即上一次的终点" in page
    assert page.count("<tr>") == 1 + 3
    for said in (
        dossier.dossier_no,
        "李明",
        "安娜",
        "鲍勃",
        "朵拉",
        HOME,
        "市纪委监委 陈九",
        key,
        "data-print",
        "签字",
    ):
        assert said in page, said


def test_the_printed_chain_speaks_english_and_is_for_readers_of_dossiers_alone(dossier, signed_in):
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en", "next": "/"})
    assert "Without a gap" in anna.get(f"/dossiers/{dossier.id}/custody").text
    assert signed_in("carl").get(f"/dossiers/{dossier.id}/custody").status_code == 403
    assert anna.get("/dossiers/999/custody").status_code == 404


def test_a_stray_is_put_back_from_its_page(office, dossier, signed_in):
    with office.database.transaction() as session:
        kept = session.get_one(Dossier, dossier.id)
        storage.take_out(session, kept, "person:rosa", DossierStatus.SORTING, "bob", None, "handed out to be sorted")
    anna = signed_in("anna")
    shelf = f"/dossiers/{dossier.id}/shelf"
    assert shelf not in anna.get(f"/dossiers/{dossier.id}").text
    assert anna.post(shelf, data={"label": dossier.dossier_no, "position": HOME}).status_code == 403
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", strays.PERMISSION]

    assert shelf in anna.get(f"/dossiers/{dossier.id}").text
    wrong = anna.post(shelf, data={"label": "YX9", "position": HOME})
    assert wrong.status_code == 422 and dossier.dossier_no in wrong.text.split("label-problem")[2]
    done = anna.post(shelf, data={"label": dossier.dossier_no, "position": HOME}, follow_redirects=True)
    assert "已归架" in done.text and f'action="{shelf}"' not in done.text
    with office.database.reading() as session:
        assert session.scalars(select(Dossier.status)).one() is DossierStatus.IN_STORE


def test_one_box_finds_dossiers_people_without_one_and_materials(office, dossier, signed_in):
    with office.database.transaction() as session:
        persons.register(session, facts(2, "李明远"), "anna")
    anna = signed_in("anna")

    page = anna.ask("/dossiers?text=李明").text
    assert dossier.dossier_no in page and "李明远" in page.split("found-people")[-1]
    page = anna.ask("/dossiers?text=志愿").text
    assert "入党志愿书" in page.split("found-materials")[-1] and "没有" not in page.split("found-materials")[0]
    assert "入党志愿书" in anna.ask("/dossiers?text=lm 志愿").text


def test_who_may_not_see_dossiers_learns_nothing_from_the_box(dossier, signed_in):
    carl = signed_in("carl")
    for text in ("李明", "志愿", dossier.dossier_no):
        answer = carl.ask(f"/dossiers?text={text}")
        assert answer.status_code == 403 and dossier.dossier_no not in answer.text and "志愿书" not in answer.text


def test_what_the_scan_box_does_not_know_leads_to_the_search(dossier, signed_in):
    assert 'href="/dossiers?text=' in signed_in("anna").get("/scan?code=志愿").text
    assert 'href="/dossiers?text=' not in signed_in("carl").get("/scan?code=志愿").text
