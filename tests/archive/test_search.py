import pytest
from sqlalchemy import select, text

from archive import dossiers, persons, search, search_index
from archive.statuses import DossierStatus
from tests.archive.cards import facts, id_no
from workflow.errors import Invalid

CROWD = (
    "单雄信",
    "单雄",
    "曾小贤",
    "欧阳修",
    "欧阳询",
    "阿依古丽·买买提",
    "吕布",
    "王𠮷",
    "任我行",
    "李小龙",
    "张伟",
    "张伟国",
    "小单",
)


@pytest.fixture
def crowd(session, clock):
    for serial, name in enumerate(CROWD, start=1):
        dossiers.register(session, persons.register(session, facts(serial, name), "anna"), {}, "anna")


def found(session, asked, **more):
    return [person.name for person in search.people(session, asked, **more)]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("单", ["单雄", "单雄信", "小单"]),
        ("雄", ["单雄", "单雄信"]),
        ("单雄", ["单雄", "单雄信"]),
        ("单雄信", ["单雄信"]),
        ("信雄", []),
        ("欧阳", ["欧阳修", "欧阳询"]),
        ("阳", ["欧阳修", "欧阳询"]),
        ("买买提", ["阿依古丽·买买提"]),
        ("古丽买买", ["阿依古丽·买买提"]),
        ("𠮷", ["王𠮷"]),
        ("张伟", ["张伟", "张伟国"]),
        ("shan", ["单雄", "单雄信", "小单"]),
        ("danxiong", ["单雄", "单雄信"]),
        ("ShanXiongXin", ["单雄信"]),
        ("shan xiong xin", ["单雄信"]),
        ("xiongxin", ["单雄信"]),
        ("sxx", ["单雄信"]),
        ("zxx", ["曾小贤"]),
        ("zengxiao", ["曾小贤"]),
        ("cengxiao", ["曾小贤"]),
        ("oyx", ["欧阳修", "欧阳询"]),
        ("ouyangx", ["欧阳修", "欧阳询"]),
        ("lvbu", ["吕布"]),
        ("lubu", ["吕布"]),
        ("lyubu", ["吕布"]),
        ("renwo", ["任我行"]),
        ("单xx", ["单雄信"]),
        ("zhang 国", ["张伟国"]),
        ("hanxiong", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("'\" OR 1=1 --", []),
        ("!&|:*()<->", []),
        ("NEAR(", []),
    ],
)
def test_people_are_found_by_any_part_of_the_name_and_by_its_sound(session, crowd, asked, names):
    assert sorted(found(session, asked)) == sorted(names)


def test_who_is_called_just_so_comes_first_then_whose_name_begins_so(session, crowd):
    assert found(session, "单") == ["单雄", "单雄信", "小单"]
    assert found(session, "张伟") == ["张伟", "张伟国"]


def test_the_last_four_to_six_characters_of_the_number_find_a_person(session, crowd):
    for length in (4, 5, 6):
        assert "欧阳修" in found(session, id_no(4)[-length:])
    other = str((int(id_no(4)[-5]) + 1) % 10) + id_no(4)[-4:]
    assert found(session, other) == []


def test_the_whole_number_finds_exactly_its_person(session, crowd):
    assert found(session, id_no(4)) == ["欧阳修"]
    assert found(session, id_no(99)) == []


def test_a_name_and_a_tail_must_both_fit(session, crowd):
    assert found(session, f"欧阳 {id_no(4)[-4:]}") == ["欧阳修"]
    assert found(session, f"张 {id_no(4)[-4:]}") == []


def test_a_former_name_finds_too_but_no_phrase_runs_across_two_names(session, clock):
    persons.register(session, facts(1, "王明", former_name="李红"), "anna")

    assert found(session, "李红") == ["王明"]
    assert found(session, "lihong") == ["王明"]
    assert found(session, "明李") == []


def test_a_corrected_name_is_found_and_the_wrong_one_no_longer(session, clock):
    person = persons.register(session, facts(1, "王明"), "anna")
    persons.update(session, person, {"name": "汪明"}, "anna")

    assert found(session, "汪") == ["汪明"]
    assert found(session, "王") == []


def test_no_more_come_than_were_asked_for(session, crowd):
    assert len(found(session, "单", limit=2)) == 2


def test_a_question_of_any_length_is_answered(session, crowd):
    assert found(session, "单" * 5000) == []
    assert found(session, "q " * 5000) == []
    assert search.dossiers(session, "9" * 5000) == []


def test_dossiers_are_found_by_number_or_by_person(session, crowd):
    def numbers(asked):
        return [dossier.dossier_no for dossier in search.dossiers(session, asked)]

    assert numbers("yx202600004") == ["YX202600004"]
    assert numbers("00004") == ["YX202600004"]
    assert numbers("欧阳修") == ["YX202600004"]
    assert numbers(id_no(4)) == ["YX202600004"]
    assert numbers("oyxiu") == []
    assert numbers("ouyangxiu") == ["YX202600004"]
    assert numbers("%") == numbers("_____") == []


def test_ended_dossiers_come_last_or_not_at_all(session, crowd):
    first = dossiers.by_no(session, "YX202600002")
    for status in (DossierStatus.IN_STORE, DossierStatus.LEAVING, DossierStatus.ON_THE_WAY, DossierStatus.TRANSFERRED):
        dossiers.change_status(session, first, status, "anna")

    assert [kept.person.name for kept in search.dossiers(session, "单")] == ["单雄信", "小单", "单雄"]
    assert [kept.person.name for kept in search.dossiers(session, "单", active=True)] == ["单雄信", "小单"]


def test_a_character_is_not_taken_for_another_whose_number_begins_so(session, crowd):
    persons.register(session, facts(90, "张\U0002c000"), "anna")
    assert found(session, "张\U0002c000") == ["张\U0002c000"]
    assert found(session, "张\u2c00") == []


def test_every_word_of_the_index_is_plain_to_any_engine():
    words = search_index.words_of("阿依古丽·A-1 𠮷é", "单").split()
    assert [word for word in words if not (word.isascii() and word.isalnum() and word[0].isalpha())] == []


def test_names_are_looked_up_in_the_index_and_not_row_by_row(session):
    """Times are in bench/searching.py; here, that the index can serve the very condition the search writes."""
    dialect = session.get_bind().dialect.name
    if dialect == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is read whole
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[dialect]
    asked = select(search_index.PersonWords.person_id).where(
        search_index.in_a_row(session, search_index.PersonWords, search_index.characters("雄信"))
    )
    said = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})

    told = " ".join(str(part) for row in session.execute(text(f"{explain} {said}")) for part in row)

    assert {"sqlite": "VIRTUAL TABLE INDEX", "postgresql": "ix_person_words_index"}[dialect] in told


def test_a_wrong_number_is_no_error_when_searching(session, crowd):
    with pytest.raises(Invalid):
        persons.by_id_no(session, "110105194912310021")
    assert found(session, "110105194912310021") == []
