import pytest
from sqlalchemy import text

from archive import corrections, persons
from archive.id_numbers import IdKind
from tests.archive.cards import facts, id_no
from workflow.errors import Conflict, Invalid


def test_a_person_is_found_by_the_number_however_it_is_typed(session, clock):
    person = persons.register(session, facts(1), "anna")

    assert persons.by_id_no(session, " " + id_no(1).lower()) is person
    assert persons.by_id_no(session, id_no(3)) is None


def test_birth_sex_and_reading_follow_from_what_was_typed(session, clock):
    person = persons.register(session, facts(2, "曾小贤"), "anna")

    assert (person.birth, person.sex, person.pinyin) == ("2004-05-12", "2", "zeng xiao xian")


def test_the_database_file_never_holds_the_number_or_the_telephone(session, clock):
    persons.register(session, facts(1, phone="13800138000"), "anna")
    session.flush()

    row = repr(session.execute(text("SELECT * FROM persons")).one()._asdict())
    words = repr(session.execute(text("SELECT * FROM person_words")).all())

    assert id_no(1) not in row + words
    assert "13800138000" not in row + words


def test_number_and_telephone_can_be_opened_and_lists_show_a_mask(session, clock):
    person = persons.register(session, facts(1, phone="13800138000"), "anna")

    assert persons.id_no(session, person) == id_no(1)
    assert persons.phone(session, person) == "13800138000"
    assert persons.masked(session, person) == id_no(1)[:6] + "********" + id_no(1)[-4:]


def test_one_number_belongs_to_one_person(session, clock):
    persons.register(session, facts(1), "anna")

    with pytest.raises(Conflict, match="registered already"):
        persons.register(session, facts(1, "李四"), "anna")
    assert persons.register(session, facts(3, "李四"), "anna").id  # the session is still of use


def test_the_same_digits_on_another_kind_of_paper_are_another_number(session, clock):
    first = persons.register(
        session, {"name": "陈", "id_kind": "passport", "id_no": "12345678", "birth": "1990-01"}, "anna"
    )
    second = persons.register(session, {"name": "林", "id_kind": "taiwan", "id_no": "12345678"}, "anna")

    assert first.id != second.id
    assert persons.by_id_no(session, "12345678", IdKind.TAIWAN) is second


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("id_no", {"id_no": None}),
        ("id_no", {"id_no": "123"}),
        ("grad_date", {"grad_date": "2026年6月"}),
        ("party_date", {"party_date": "2026-13"}),
        ("sex", {"sex": "male", "id_kind": "passport", "id_no": "E1234567"}),
        ("phone", {"phone": "call me"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(session, clock, field, given):
    with pytest.raises(Invalid) as refused:
        persons.register(session, facts(1) | given, "anna")
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize("day", ["2026", "2026-07", "2026-07-01", ""])
def test_days_may_be_as_short_as_the_papers_say(session, clock, day):
    assert persons.register(session, facts(1, grad_date=day), "anna").grad_date == day


def test_a_correction_keeps_the_old_value(session, clock):
    person = persons.register(session, facts(1, school="云溪大学"), "anna")

    changed = persons.update(session, person, {"school": "云溪学院", "major": "", "name": "单雄信"}, "bob", why="typo")

    kept = corrections.of(session, person)
    assert changed == ["school"]
    assert [(row.field, row.old_value, row.corrected_by, row.why) for row in kept] == [
        ("school", "云溪大学", "bob", "typo")
    ]
    assert person.revision == 2


def test_a_corrected_number_is_kept_sealed_and_frees_the_wrong_one(session, clock):
    person = persons.register(session, facts(1), "anna")
    persons.update(session, person, {"id_no": id_no(3)}, "bob", why="mistyped")

    assert persons.by_id_no(session, id_no(3)) is person
    assert persons.by_id_no(session, id_no(1)) is None
    sealed = [row for row in corrections.of(session, person) if row.field == "id_sealed"]
    assert sealed[0].old_value is None
    assert persons.vault.open_(session, sealed[0].old_sealed, persons.ID_PURPOSE) == id_no(1)


def test_correcting_with_the_same_facts_changes_nothing(session, clock):
    person = persons.register(session, facts(1, phone="13800138000"), "anna")

    assert persons.update(session, person, facts(1, phone="13800138000"), "bob") == []
    assert corrections.of(session, person) == []


def test_a_number_cannot_be_corrected_into_somebody_elses(session, clock):
    persons.register(session, facts(1), "anna")
    second = persons.register(session, facts(3, "李四"), "anna")

    with pytest.raises(Conflict, match="registered already"):
        persons.update(session, second, {"id_no": id_no(1)}, "bob")
    assert persons.by_id_no(session, id_no(3)) is second


def test_facts_that_are_no_fields_are_left_alone(session, clock):
    person = persons.register(session, facts(1, id=999, created_by="mallory", id_tail="0000"), "anna")

    assert (person.created_by, person.id_tail) == ("anna", id_no(1)[-4:])
