import pytest
from sqlalchemy import select

from archive import dossiers, persons, storage
from archive.dossier_tables import Dossier
from archive.persons import Person
from workflow.identity import Group

ID_NO = "11010519491231002X"


@pytest.fixture
def dossier(office, clock) -> Dossier:
    """单雄信's dossier stands on K01-01-01-A-1-01; the registry may read dossiers."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"]
        storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=2))
        person = persons.register(session, {"name": "单雄信", "id_no": ID_NO}, "anna")
        made = dossiers.register(session, person, {"source_unit": "云溪大学"}, "anna")
        storage.shelve(session, made, "K01-01-01-A-1-01", "bob")
    return made


@pytest.mark.parametrize("asked", ["雄信", "shan", "002x", "K01"])
def test_a_dossier_is_found_by_what_one_has(dossier, signed_in, asked):
    page = signed_in("anna").get("/dossiers", query_string={"text": asked}).text

    assert ("单雄信" in page) is (asked != "K01")


def test_a_dossier_is_found_by_its_number(dossier, signed_in):
    assert "单雄信" in signed_in("anna").ask(f"/dossiers?text={dossier.dossier_no}").text


def test_the_id_number_is_masked_everywhere(dossier, signed_in):
    anna = signed_in("anna")

    for path in ("/dossiers", f"/dossiers/{dossier.id}"):
        page = anna.get(path).text
        assert "002X" in page
        assert ID_NO not in page


def test_a_dossier_shows_where_it_is_and_how_it_came_there(dossier, signed_in):
    page = signed_in("anna").get(f"/dossiers/{dossier.id}").text

    assert "K01-01-01-A-1-01" in page
    assert "云溪大学" in page
    assert "鲍勃" in page


def test_the_label_is_a_pdf_download(dossier, signed_in):
    answer = signed_in("anna").get(f"/dossiers/{dossier.id}/label.pdf")

    assert answer.data.startswith(b"%PDF")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_only_readers_of_dossiers_see_them(dossier, signed_in):
    carl = signed_in("carl")

    assert carl.get("/dossiers").status_code == 403
    assert carl.get(f"/dossiers/{dossier.id}").status_code == 403
    assert carl.get(f"/dossiers/{dossier.id}/label.pdf").status_code == 403
    assert signed_in("anna").get("/dossiers/999").status_code == 404


def test_scanning_a_label_or_a_position_finds_the_dossier(dossier, signed_in):
    anna = signed_in("anna")

    assert "单雄信" in anna.post("/scan", data={"code": dossier.dossier_no}).text
    assert "单雄信" in anna.post("/scan", data={"code": "K01-01-01-A-1-01"}).text
    assert "单雄信" not in signed_in("carl").post("/scan", data={"code": dossier.dossier_no}).text


def test_there_is_just_one_dossier(office, dossier):
    with office.database.reading() as session:
        assert session.scalars(select(Dossier.id)).all() == [dossier.id]


def test_the_political_status_is_said_in_words(office, dossier, signed_in):
    def shown(code: str) -> str:
        with office.database.transaction() as session:
            session.get_one(Person, dossier.person_id).political = code
        return signed_in("anna").get(f"/dossiers/{dossier.id}").text

    assert "共青团员" in shown("03") and "群众" in shown("13")
    assert "早年自述" in shown("早年自述")
