"""Basic facts, posts, relatives and directories kept up to date: by whom, with what trace, row by row."""

from datetime import date

import pytest

from archive import corrections, directory_history, former_values, persons, posts, units, upkeep
from archive.directory_history import Directory
from archive.person_facts import BY_KEY, FACTS, Way, fact_of
from archive.persons import PLAIN, Person
from archive.reading import kin, relatives
from archive.relations import subject
from archive.rosters import Outcome
from archive.transfer import keepers
from tests.archive.cards import facts, id_no
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound
from workflow.identity import User
from workflow.separation import relations
from workflow.statuses import RelationKind

ROW = {"id_no": id_no(1), "name": "李明1"}
POST = {"since": "2024-03", "unit": "云溪市教育局", "post": "科员", "document": "云教〔2024〕3号"}
RELATIVE = {"relative_name": "李大", "relative_id_no": id_no(60), "kind": "父母"}


@pytest.fixture
def dora(session, clock) -> User:
    return session.get_one(User, "dora")


@pytest.fixture
def person(session, clock) -> Person:
    return persons.register(session, facts(1, "李明1"), "anna")


def refused(act, *fields):
    with pytest.raises(Invalid) as said:
        act()
    assert set(said.value.problems) == set(fields)
    return said.value


# facts


def test_every_column_of_a_person_is_a_fact_with_one_way_of_changing_it():
    assert {fact.key for fact in FACTS} == {*PLAIN, "id_no", "phone"}
    assert fact_of("pinyin") is None and fact_of("id_sealed") is BY_KEY["id_no"]
    assert BY_KEY["name"].said("zh") == "姓名" and BY_KEY["name"].said("en") == "Name"


def test_a_fact_is_brought_up_to_date_and_its_old_value_kept(session, person, dora):
    upkeep.change(session, person, {"address": "学府路 1 号"}, dora, "本人来电")
    upkeep.change(session, person, {"address": "文昌街 7 号", "phone": "13900000001"}, dora, "本人来窗口")
    assert person.address == "文昌街 7 号" and persons.phone(session, person) == "13900000001"
    kept = [(each.field, each.old_value, each.why) for each in corrections.of(session, person)]
    assert ("address", "学府路 1 号", "本人来窗口") in kept


def test_who_somebody_is_is_not_changed_by_upkeep(session, person, dora):
    refused(lambda: upkeep.change(session, person, {"name": "李四"}, dora, "改名"), "name")
    refused(lambda: upkeep.change(session, person, {"address": "1"}, dora, " "), "why")
    assert {fact.key for fact in FACTS if fact.way is Way.UPKEEP}.isdisjoint({"name", "id_no", "birth", "filed_birth"})


def test_nobody_keeps_the_record_of_themselves_or_a_relative(session, person, dora):
    relations.declare(session, dora, subject(session, id_no(1)), "李明1", RelationKind.BLOOD)
    for act in (
        lambda: upkeep.change(session, person, {"address": "1"}, dora, "来电"),
        lambda: posts.note(session, person, POST, dora),
        lambda: relatives.note(session, person, RELATIVE, dora),
    ):
        with pytest.raises(NotAllowed, match="somebody else keeps"):
            act()
    assert not upkeep.may(session, dora, person)
    with pytest.raises(NotAllowed):
        upkeep.require(session, session.get_one(User, "carl"), person)


def test_each_row_of_a_list_of_facts_is_taken_or_refused_by_itself(session, person, dora):
    rows = [
        (2, {**ROW, "address": "学府路"}),
        (3, {**ROW, "address": "学府路", "mail": ""}),
        (4, {**ROW, "name": "李四", "address": "1"}),
        (5, {"id_no": id_no(99), "name": "无"}),
        (6, {**ROW, "phone": "call me"}),
    ]
    found = upkeep.import_rows(session, rows, dora, "普查")
    assert [each.outcome for each in found] == [Outcome.CHANGED, Outcome.SAME, *[Outcome.REFUSED] * 3]
    assert person.address == "学府路"


def test_former_values_say_from_when_to_when_they_stood(session, person, dora, clock):
    first = now()
    clock.move(days=1)
    upkeep.change(session, person, {"phone": "13900000001"}, dora, "来电")
    second = now()
    clock.move(days=1)
    upkeep.change(session, person, {"phone": "13900000002", "mail": "a@b.cn"}, dora, "来电")
    told = former_values.of(session, person, dora)
    phones = [each for each in told if each.fact.key == "phone"]
    assert [(each.since, each.until) for each in phones] == [(second, now()), (first, second)]
    assert "13900000001" not in phones[0].value and phones[0].by == "dora" and phones[0].case is None


# posts


def test_the_record_says_the_latest_post(session, person, dora):
    assert posts.note(session, person, POST, dora) is Outcome.ADDED
    assert posts.note(session, person, POST, dora) is Outcome.SAME
    assert posts.note(session, person, {**POST, "rank": "四级主任科员"}, dora) is Outcome.CHANGED
    posts.note(session, person, {**POST, "since": "2020.7", "unit": "云溪市第一中学", "post": "教师"}, dora)
    assert (person.unit, person.post, person.rank) == ("云溪市教育局", "科员", "四级主任科员")
    assert [each.since for each in posts.of(session, person)] == ["2024-03", "2020-07"]
    assert [each.old_value for each in corrections.of(session, person) if each.field == "unit"] == [""]


def test_a_post_struck_out_stays_to_be_seen_and_counts_no_more(session, person, dora):
    posts.note(session, person, {**POST, "since": "2020-07", "unit": "云溪市第一中学"}, dora)
    posts.note(session, person, POST, dora)
    latest = posts.of(session, person)[0]
    refused(lambda: posts.strike(session, latest, dora, ""), "why")
    posts.strike(session, latest, dora, "录错人")
    assert person.unit == "云溪市第一中学" and latest.struck_by == "dora"
    with pytest.raises(Conflict):
        posts.strike(session, latest, dora, "再次")
    assert posts.note(session, person, POST, dora) is Outcome.ADDED
    other = persons.register(session, facts(2, "李明2"), "anna")
    with pytest.raises(NotFound):
        posts.find(session, other, latest.id)


@pytest.mark.parametrize(("wrong", "field"), [({"since": "去年"}, "since"), ({"since": "2030"}, "since"),
                                              ({"unit": ""}, "unit")])  # fmt: skip
def test_a_post_that_cannot_be_is_refused(session, person, dora, wrong, field):
    refused(lambda: posts.note(session, person, {**POST, **wrong}, dora), field)


def test_posts_are_imported_row_by_row(session, person, dora):
    found = posts.import_rows(session, [(2, {**ROW, **POST}), (3, {**ROW, **POST, "since": ""})], dora)
    assert [each.outcome for each in found] == [Outcome.ADDED, Outcome.REFUSED]
    assert found[1].problem is not None


# relatives


def test_a_relative_written_down_may_not_read_until_it_is_ended(session, person, dora, clock):
    assert relatives.note(session, person, RELATIVE, dora) is Outcome.ADDED
    assert relatives.note(session, person, RELATIVE, dora) is Outcome.SAME
    mark, noted = persons.fingerprint(session, id_no(60)), now()
    assert kin.is_relative(session, person, mark)
    clock.move(hours=1)
    (kept,) = relatives.of(session, person)
    refused(lambda: relatives.end(session, kept, dora, ""), "why")
    relatives.end(session, kept, dora, "录错")
    assert not kin.is_relative(session, person, mark)
    assert kin.known_then(session, person, mark, None, noted)
    assert not kin.known_then(session, person, mark, None, now())
    with pytest.raises(Conflict):
        relatives.end(session, kept, dora, "再次")
    assert relatives.note(session, person, RELATIVE, dora) is Outcome.ADDED
    assert kin.is_relative(session, person, mark) and len(relatives.of(session, person)) == 2
    assert relatives.find(session, person, kept.id) is kept
    with pytest.raises(NotFound):
        relatives.find(session, person, 999)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"relative_name": ""}, "relative_name"),
        ({"relative_id_no": "1"}, "relative_id_no"),
        ({"relative_id_no": id_no(1)}, "relative_id_no"),
        ({"kind": "朋友"}, "kind"),
    ],
)
def test_a_relative_that_cannot_be_is_refused(session, person, dora, wrong, field):
    refused(lambda: relatives.note(session, person, {**RELATIVE, **wrong}, dora), field)


def test_relatives_are_imported_row_by_row(session, person, dora):
    rows = [(2, {**ROW, **RELATIVE}), (3, {**ROW, **RELATIVE, "kind": "配偶"}), (4, {**ROW, **RELATIVE})]
    found = relatives.import_rows(session, rows, dora)
    assert [each.outcome for each in found] == [Outcome.ADDED, Outcome.REFUSED, Outcome.SAME]


# directories


def a_tree(session):
    for code, name, parent in (("A", "甲局", ""), ("B", "乙所", "A"), ("C", "丙站", "B"), ("D", "丁厂", "")):
        units.save(session, {"code": code, "name": name, "parent_code": parent}, "anna")


def test_units_stand_below_the_one_they_belong_to(session, clock):
    a_tree(session)
    assert [(unit.code, depth) for unit, depth in units.tree(session)] == [("D", 0), ("A", 0), ("B", 1), ("C", 2)]


@pytest.mark.parametrize(("code", "parent"), [("A", "C"), ("A", "A"), ("C", "X")])
def test_a_unit_never_belongs_to_itself_or_to_nothing(session, clock, code, parent):
    a_tree(session)
    named = {"A": "甲局", "C": "丙站"}[code]
    refused(lambda: units.save(session, {"code": code, "name": named, "parent_code": parent}, "anna"), "parent_code")


def test_a_closed_unit_stays_in_the_directory_with_its_history(session, clock):
    a_tree(session)
    unit = units.named(session, "b")
    refused(lambda: units.close(session, unit, date(2026, 6, 30), "anna", "撤并"), "closed_on")
    units.close(session, units.named(session, "C"), date(2026, 6, 30), "anna", "撤并")
    units.close(session, unit, date(2026, 6, 30), "anna", "云编〔2026〕6号")
    assert units.find(session, "乙所") == []
    assert [each.code for each, _depth in units.tree(session)] == ["D", "A"]
    assert [each.code for each, _depth in units.tree(session, closed=True)] == ["D", "A", "B", "C"]
    refused(lambda: units.reopen(session, unit, "bob", " "), "why")
    units.reopen(session, unit, "bob", "恢复")
    told = [(each.field, each.after, each.by) for each in directory_history.of(session, Directory.UNIT, "B")]
    assert ("active", "True", "bob") in told and ("closed_on", "2026-06-30", "anna") in told
    with pytest.raises(NotFound):
        units.named(session, "Z")


def test_an_office_elsewhere_is_kept_with_its_history(session, clock):
    told = {"code": "BH2", "name": "北湖区人才服务中心"}
    assert keepers.save(session, told, "anna", "名录") is Outcome.ADDED
    assert keepers.save(session, {**told, "phone": "1"}, "anna") is Outcome.CHANGED
    found = keepers.named(session, "bh2")
    refused(lambda: keepers.switch(session, found, False, "anna", ""), "why")
    keepers.switch(session, found, False, "anna", "资质取消")
    assert keepers.all_active(session) == [] and keepers.everyone(session) == [found]
    refused(lambda: keepers.known(session, "BH2", "keeper"), "keeper")
    fields = [each.field for each in directory_history.of(session, Directory.KEEPER, "BH2")]
    assert fields == ["active", "phone", ""]
    with pytest.raises(NotFound):
        keepers.named(session, "XX")


def test_an_office_of_this_house_stays_one_when_its_list_does_not_say(session, clock):
    told = {"code": "YXGB", "name": "云溪区干部档案室"}
    keepers.save(session, {**told, "inside": "是"}, "anna")
    keepers.save(session, {**told, "phone": "2"}, "anna")
    assert keepers.named(session, "YXGB").inside
    keepers.save(session, {**told, "inside": "否"}, "anna")
    assert not keepers.named(session, "YXGB").inside
