"""A dossier's catalogue over HTTP: seen by readers, written by who may, saved whole, conflicts named by row."""

import pytest

from archive import corrections, dossiers, persons
from archive.dossier_tables import Dossier
from archive.materials import catalogue, editing
from archive.materials.rows import Row
from archive.statuses import SortStatus
from tests.people import PASSWORD
from tests.web import desk
from workflow import tasks
from workflow.identity import Group, User
from workflow.models import Case

ID_NO = "11010519491231002X"
ROWS = (
    Row("干部履历表", "1", "1998-07", "4"),
    Row("学籍表", "4-1", "1990", "2"),
    Row("2018年度考核", "3", "2018", "1"),
)


@pytest.fixture
def dossier(office, clock) -> Dossier:
    """单雄信's dossier with three materials; the registry keeps catalogues up, the director reads."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "dossiers.catalogue"]
        session.get_one(Group, "director").permissions = ["dossiers.read"]
        person = persons.register(session, {"name": "单雄信", "id_no": ID_NO}, "anna")
        made = dossiers.register(session, person, {}, "anna")
        catalogue.save(session, made, ROWS, "anna")
    return made


def save(browser, dossier, rows):
    return browser.put(f"/dossiers/{dossier.id}/catalogue", json={"rows": rows})


def standing(office, dossier) -> list[dict]:
    with office.database.reading() as session:
        found = catalogue.rows(session, session.get_one(Dossier, dossier.id))
        rows = [catalogue.row_of(each) for each in found]
    fields = ("id", "revision", "code", "name", "formed", "pages", "note", "copy")
    return [{field: getattr(row, field) for field in fields} for row in rows]


def test_the_page_shows_every_material_and_lets_the_keeper_write(dossier, signed_in):
    page = signed_in("anna").get(f"/dossiers/{dossier.id}/catalogue").text
    assert all(row.name in page for row in ROWS)
    assert "catalogue.js" in page


def test_a_reader_sees_a_sheet_to_read_only(dossier, signed_in, office):
    dora = signed_in("dora")
    page = dora.get(f"/dossiers/{dossier.id}/catalogue").text
    assert "干部履历表" in page
    assert "catalogue.js" not in page
    assert save(dora, dossier, standing(office, dossier)).status_code == 403


def test_a_sorted_dossier_s_catalogue_is_changed_with_a_reason_outside_a_case(dossier, signed_in, office):
    with office.database.transaction() as session:
        session.get_one(Dossier, dossier.id).sort_status = SortStatus.SORTED
    anna, rows = signed_in("anna"), standing(office, dossier)
    assert 'id="reason"' in anna.get(f"/dossiers/{dossier.id}/catalogue").text
    rows[0]["note"] = "缺页"
    answer = save(anna, dossier, rows)
    assert answer.status_code == 422 and answer.json["reason"] and standing(office, dossier)[0]["note"] != "缺页"
    told = {"rows": rows, "why": "清点时发现缺页"}
    assert anna.put(f"/dossiers/{dossier.id}/catalogue", json=told).status_code == 200
    with office.database.reading() as session:
        kept = corrections.of(session, session.get_one(Dossier, dossier.id))
        assert [each.why for each in kept if each.field.endswith(".note")] == ["清点时发现缺页"]
    assert "清点时发现缺页" in anna.get(f"/dossiers/{dossier.id}").text


def test_who_may_not_read_dossiers_sees_nothing_of_it(dossier, signed_in):
    carl = signed_in("carl")
    for method, path in (("GET", ""), ("PUT", ""), ("POST", "/checks"), ("POST", "/pasted")):
        answer = carl.open(f"/dossiers/{dossier.id}/catalogue{path}", method=method, json={"rows": []})
        assert answer.status_code in (403, 404)
        assert "履历" not in answer.text


def test_what_is_saved_comes_back_numbered_with_what_is_to_be_looked_at(dossier, signed_in, office):
    rows = [*standing(office, dossier), {"name": "简历", "code": "1", "formed": "１９９７.3", "pages": "1"}]
    answer = save(signed_in("anna"), dossier, rows)

    assert answer.status_code == 200
    assert [(row["code"], row["seq"], row["name"]) for row in answer.json["rows"]] == [
        ("1", "1", "干部履历表"),
        ("1", "2", "简历"),
        ("3", "1", "2018年度考核"),
        ("4-1", "1", "学籍表"),
    ]
    assert [(found["row"], found["field"], found["grave"]) for found in answer.json["findings"]] == [
        (1, "formed", False)
    ]
    assert "4 份材料，8 页" in answer.json["said"]


def test_a_bad_cell_is_named_by_its_row_as_sent_and_nothing_is_kept(dossier, signed_in, office):
    before = standing(office, dossier)
    answer = save(signed_in("anna"), dossier, [*before, {"name": ""}, {"name": "甲", "code": "4", "formed": "去年"}])

    assert answer.status_code == 422
    assert [(each["row"], each["field"]) for each in answer.json["problems"]] == [(4, "code"), (4, "formed")]
    assert standing(office, dossier) == before


def test_a_row_saved_by_another_meanwhile_is_named_with_what_stands_there(dossier, signed_in, office):
    mine = standing(office, dossier)
    theirs = [
        {**mine[0], "name": "履历表（改）"},
        *mine[1:],
        {"name": "自传", "code": "2", "formed": "1999", "pages": "3"},
    ]
    assert save(signed_in("bob"), dossier, theirs).status_code == 200

    answer = save(signed_in("anna"), dossier, [{**mine[0], "pages": "5"}, *mine[1:]])

    assert answer.status_code == 409
    told = [(each["row"], each["theirs"]["name"]) for each in answer.json["differing"]]
    assert told == [(0, "履历表（改）"), (None, "自传")]
    assert [row["pages"] for row in standing(office, dossier)] == ["4", "3", "1", "2"]


def test_after_seeing_theirs_mine_is_kept_beside_it(dossier, signed_in, office):
    mine = standing(office, dossier)
    save(signed_in("bob"), dossier, [{**mine[0], "name": "履历表（改）"}, *mine[1:]])
    anna = signed_in("anna")
    theirs = save(anna, dossier, [{**mine[0], "pages": "5"}, *mine[1:]]).json["differing"][0]["theirs"]

    answer = save(anna, dossier, [{**theirs, "pages": "5"}, *mine[1:]])

    assert [(row["name"], row["pages"]) for row in answer.json["rows"]][0] == ("履历表（改）", "5")


def test_checks_say_what_is_wrong_and_keep_nothing(dossier, signed_in, office):
    before = standing(office, dossier)
    url = f"/dossiers/{dossier.id}/catalogue/checks"
    found = signed_in("anna").post(url, json={"rows": [{"name": "甲", "code": "99"}]}).json["findings"]

    assert [(each["field"], each["grave"]) for each in found] == [("code", True), ("formed", False), ("pages", False)]
    assert standing(office, dossier) == before


def test_a_block_of_a_spreadsheet_is_read(dossier, signed_in):
    url = f"/dossiers/{dossier.id}/catalogue/pasted"
    text = "序号\t材料名称\t形成时间\t页数\n一、履历类\n1\t登记表\t1998年7月\t４\n"
    [row] = signed_in("anna").post(url, json={"text": text}).json["rows"]
    assert (row["code"], row["name"], row["formed"], row["pages"]) == ("1", "登记表", "1998年7月", "４")


def test_what_is_no_catalogue_is_refused(dossier, signed_in):
    anna = signed_in("anna")
    for sent in (None, [], {"rows": 5}, {"rows": ["x"]}, {"rows": [{}] * 2001}, {"text": 5}):
        assert anna.put(f"/dossiers/{dossier.id}/catalogue", json=sent).status_code == 422, sent
        assert anna.post(f"/dossiers/{dossier.id}/catalogue/pasted", json=sent).status_code == 422, sent


def test_hostile_cells_are_cut_and_cleaned(dossier, signed_in, office):
    row = {"name": "甲\x00\u202e", "code": "1", "note": "x" * 5000, "id": "1", "revision": True, "pages": None}
    answer = save(signed_in("anna"), dossier, [*standing(office, dossier), row])
    assert [(each["row"], each["field"]) for each in answer.json["problems"]] == [(3, "note")]


def test_while_a_case_holds_it_who_has_the_papers_in_hand_writes_and_nobody_else(
    dossier, signed_in, office, monkeypatch
):
    monkeypatch.setattr(editing, "WORKBENCHES", {("desk", "look")})
    with office.database.transaction() as session:
        task = desk.begin(session)
        dossiers.hold(session, session.get_one(Dossier, dossier.id), session.get_one(Case, task.case_id))
        tasks.claim(session, task, session.get_one(User, "bob"))

    assert save(signed_in("anna"), dossier, standing(office, dossier)).status_code == 403
    assert save(signed_in("bob"), dossier, standing(office, dossier)).status_code == 200
    assert f"/tasks/{task.id}" in signed_in("bob").get(f"/dossiers/{dossier.id}/catalogue").text


def test_the_dossier_s_page_shows_the_classes_with_counts_and_what_is_lacking(dossier, signed_in, office):
    more = {"name": "2020年度考核", "code": "3", "formed": "2020", "pages": "1"}
    save(signed_in("anna"), dossier, [*standing(office, dossier), more, {"name": "说不清"}])
    page = signed_in("anna").get(f"/dossiers/{dossier.id}").text

    assert "考核鉴定类" in page
    assert "缺 2019年" in page
    assert "说不清" in page
    assert page.count('<li class="empty">') == 13


def test_english_readers_read_english_classes(dossier, signed_in):
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en", "next": "/"})
    assert "Assessment and appraisal" in anna.get(f"/dossiers/{dossier.id}").text


def test_a_row_that_was_accepted_is_struck_when_a_second_person_signs(office, dossier, signed_in, clock):
    clock.move(hours=1)
    with office.database.transaction() as session:
        found = session.get_one(Dossier, dossier.id)
        dossiers.update_facts(session, found, {"sort_status": SortStatus.SORTED}, "bob")
    rows = standing(office, dossier)
    rows[2] |= {"struck": "并无此件"}
    anna, where = signed_in("anna"), f"/dossiers/{dossier.id}/catalogue"
    assert 'value="bob"' in anna.get(where).text and 'value="anna"' not in anna.get(where).text

    def sent(**second):
        return anna.put(where, json={"rows": rows, "why": "清理", "second": second})

    asked = sent()
    assert (asked.status_code, asked.json["second"], asked.json["problems"][0]["row"]) == (422, True, 2)
    assert sent(by="bob", password="wrong").status_code == 422
    assert sent(by="carl", password=PASSWORD).status_code == 422
    assert len(standing(office, dossier)) == 3
    assert sent(by="bob", password=PASSWORD).status_code == 200
    assert len(standing(office, dossier)) == 2
