"""Materials are found by part of their name, alone or with whose they are; the same on both databases."""

import pytest
from sqlalchemy import false, text

from archive import dossiers, persons, search
from archive.dossier_tables import Dossier
from archive.materials import catalogue, states, titles
from archive.materials.rows import Entry, Row
from archive.materials.states import Act
from tests.archive.cards import facts
from workflow import fsck

ROWS = (
    Row("干部履历表", "1", "1998-07", "4"),
    Row("2018年度考核登记表", "3", "2018", "1"),
    Row("高中毕业生学籍表", "4-1", "1990-07", "2"),
    Row("CET-6证书复印件", "4-1", "1992", "1"),
)


@pytest.fixture
def kept(session, clock) -> list[Dossier]:
    made = []
    for number, name in enumerate(("李明", "单雄信"), start=1):
        dossier = dossiers.register(session, persons.register(session, facts(number, name), "anna"), {}, "anna")
        catalogue.save(session, dossier, list(ROWS), "anna")
        made.append(dossier)
    return made


def told(session, asked: str, limit: int = 20) -> list[tuple[str, str]]:
    return [(each.dossier.person.name, each.name) for each in search.materials(session, asked, limit)]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("学籍", "高中毕业生学籍表"),
        ("考核登记", "2018年度考核登记表"),
        ("2018年", "2018年度考核登记表"),
        ("２０１８年", "2018年度考核登记表"),
        ("cet-6", "CET-6证书复印件"),
        ("证书 cet", "CET-6证书复印件"),
        ("履历", "干部履历表"),
    ],
)
def test_a_material_is_found_by_any_part_of_its_name_newest_first(session, kept, asked, name):
    assert told(session, asked) == [("单雄信", name), ("李明", name)]


@pytest.mark.parametrize("asked", ["李明 学籍", "学籍 李明", "lm 学籍", "学籍 lm"])
def test_a_name_beside_says_whose_it_is(session, kept, asked):
    assert told(session, asked) == [("李明", "高中毕业生学籍表")]


def test_the_number_of_the_dossier_beside_does_so_too(session, kept):
    assert told(session, f"{kept[1].dossier_no} 考核") == [("单雄信", "2018年度考核登记表")]


@pytest.mark.parametrize("asked", ["", "  ", "籍学", "护照", "%", "_", '"', "学籍 护照", "（）", "' OR 1=1"])
def test_what_fits_nothing_finds_nothing(session, kept, asked):
    assert told(session, asked) == []


def test_a_corrected_name_is_found_and_the_old_one_no_more(session, kept):
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, kept[0])]
    wanted = [Row(**{**row.__dict__, "name": "干部任免审批表"}) if row.name == "干部履历表" else row for row in rows]
    catalogue.save(session, kept[0], wanted, "anna")

    assert told(session, "任免") == [("李明", "干部任免审批表")]
    assert told(session, "履历") == [("单雄信", "干部履历表")]


def test_loose_papers_are_found_and_struck_ones_are_not(session, kept):
    states.take_in(session, kept[0], [Entry("", "入党志愿书", "2001", 6, "", False)], Act("anna", None, ""))
    assert told(session, "志愿") == [("李明", "入党志愿书")]

    rows = [catalogue.row_of(each) for each in catalogue.rows(session, kept[0])]
    catalogue.save(
        session, kept[0], [Row(**{**row.__dict__, "struck": row.name == "入党志愿书"}) for row in rows], "anna"
    )
    assert told(session, "志愿") == []


def test_no_more_than_asked_for_are_told(session, kept):
    assert len(told(session, "表", 3)) == 3


def test_a_name_stands_in_the_index_once(session, kept):
    titles.write(session, ["干部履历表", "干部履历表", ""])
    assert session.scalar(text("SELECT count(*) FROM material_names WHERE name = '干部履历表'")) == 1


def test_fsck_names_a_material_that_is_not_found(session, kept):
    session.execute(text("DELETE FROM material_names WHERE name = '干部履历表'"))
    said = [str(each.sentence) for each in fsck.run(session) if each.check == "materials_found"]
    assert len(said) == 1 and "干部履历表" in said[0]


def test_people_without_a_dossier_are_told_apart(session, kept):
    persons.register(session, facts(3, "李明远"), "anna")
    assert [each.name for each in search.without_dossier(session, "李明")] == ["李明远"]
    assert search.without_dossier(session, "") == []


@pytest.mark.parametrize("few", [0, 1, 2_000], ids=["of many", "of just too many", "of few"])
@pytest.mark.parametrize(("asked", "found"), [("学籍", 1), ("登记 考核", 1), ("表", 3), ("没有", 0), ("-", 0)])
def test_who_sees_some_dossiers_finds_what_is_in_them_however_many_these_are(
    session, kept, monkeypatch, few, asked, found
):
    monkeypatch.setattr(search, "FEW", few)
    mine = Dossier.id.in_([kept[1].id])
    told = [each.dossier_id for each in search.materials(session, asked, seen=mine)]
    assert told == [kept[1].id] * found
    assert search.materials(session, asked, seen=false()) == []
