"""Who sees which dossier: the rows of a group, several groups together, what somebody has by duty."""

import pytest
from sqlalchemy import event, select, true

from archive import dossiers, persons, scopes, search, sight, units
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.transfer import keepers
from tests.archive.cards import facts
from tests.workflow import made
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound
from workflow.identity import Group, User
from workflow.registry import checks

BUREAU, SCHOOL, CLINIC = "教育局", "第一中学", "卫生院"


@pytest.fixture
def dora(session):
    return session.get_one(User, "dora")


@pytest.fixture
def anna(session):
    """Of a group that reads dossiers."""
    session.get_one(Group, "registry").permissions = [sight.READ]
    return session.get_one(User, "anna")


@pytest.fixture
def three(session, clock):
    """A cadre of the bureau, a teacher of the school under it, a flow dossier of the clinic; the last at another office."""
    for code, name, parent in (("E", BUREAU, ""), ("E1", SCHOOL, "E"), ("H", CLINIC, "")):
        units.save(session, {"code": code, "name": name, "parent_code": parent}, "dora")
    keepers.save(session, {"code": "YXGB", "name": "云溪区干部档案室"}, "dora")
    told = (
        (1, BUREAU, "区管", "cadre", "YX"),
        (2, SCHOOL, "单位管", "cadre", "YX"),
        (3, CLINIC, "区管", "flow", "YXGB"),
    )
    for serial, unit, level, kind, keeper in told:
        person = persons.register(session, facts(serial, f"单雄{serial}", unit=unit, admin_level=level), "dora")
        dossiers.register(session, person, {"kind": kind}, "dora", keeper=keeper)
    return [each.id for each in session.scalars(select(Dossier).order_by(Dossier.id))]


def limit(session, dora, key="registry", **row):
    return scopes.add(session, session.get_one(Group, key), row, dora, "分工文件")


def seen(session, user, permission=sight.READ):
    asked = select(Dossier.person_id).where(sight.seen_by(session, user, permission)).order_by(Dossier.id)
    return list(session.scalars(asked))


def test_a_group_without_rows_sees_every_dossier_and_nothing_is_asked(session, anna, three):
    assert sight.seen_by(session, anna) is true() and len(seen(session, anna)) == 3
    assert sight.person_seen_by(session, anna) is true() and not sight.is_limited(anna)


def test_who_may_not_read_dossiers_sees_none(session, three):
    carl = session.get_one(User, "carl")
    assert seen(session, carl) == [] and not sight.sees(session, carl, three[0])
    with pytest.raises(NotFound):
        sight.find(session, carl, three[0])


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"keeper_code": "YXGB"}, [3]),
        ({"kind": "cadre"}, [1, 2]),
        ({"admin_level": "区管"}, [1, 3]),
        ({"unit": BUREAU}, [1, 2]),
        ({"unit": SCHOOL}, [2]),
        ({"unit": BUREAU, "admin_level": "区管"}, [1]),
        ({"kind": "flow", "admin_level": "单位管"}, []),
    ],
)
def test_all_that_a_row_names_must_hold(session, anna, dora, three, row, found):
    limit(session, dora, **row)
    assert seen(session, anna) == found
    people = select(Person.id).where(sight.person_seen_by(session, anna)).order_by(Person.id)
    assert list(session.scalars(people)) == found


def test_the_rows_of_a_group_and_several_groups_are_alternatives(session, anna, dora, three):
    limit(session, dora, unit=SCHOOL)
    limit(session, dora, keeper_code="YXGB")
    assert seen(session, anna) == [2, 3]
    chiefs = Group(key="chiefs", name="领导", permissions=[sight.READ])
    session.add(chiefs)
    anna.groups = [*anna.groups, chiefs]
    session.flush()
    assert len(seen(session, anna)) == 3  # the other group is not limited
    limit(session, dora, "chiefs", unit=BUREAU)
    assert seen(session, anna) == [1, 2, 3]


def test_a_permission_reaches_as_far_as_the_groups_that_give_it(session, anna, dora, three):
    checkers = Group(key="checkers", name="质检", permissions=["images.check"])
    session.add(checkers)
    anna.groups = [*anna.groups, checkers]
    limit(session, dora, unit=SCHOOL)
    session.flush()
    assert seen(session, anna) == [2] and seen(session, anna, "images.check") == [1, 2, 3]


def test_what_is_not_seen_is_answered_as_what_is_not_there_after_as_many_questions(session, anna, dora, three):
    limit(session, dora, unit=SCHOOL)
    assert sight.find(session, anna, three[1]).id == three[1]
    told = []
    for asked in (lambda: sight.find(session, anna, three[0]), lambda: sight.find(session, anna, 987654)):
        told.append(_refused(session, asked))
    unseen, unknown = (dossiers.by_no(session, n).dossier_no for n in ("YX202600001", "YX202600002"))
    assert told[0] == told[1]
    assert sight.by_no(session, anna, unknown).id == three[1]
    said = [_refused(session, lambda n=n: sight.by_no(session, anna, n)) for n in (unseen, "YX202699999")]
    assert said[0][0].replace(unseen, "…") == said[1][0].replace("YX202699999", "…") and said[0][1] == said[1][1]


def _refused(session, act) -> tuple[str, int]:
    """(what is said, how often the database was asked)."""
    said: list[str] = []
    engine = session.get_bind().engine
    listener = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    with pytest.raises(NotFound) as refused:
        act()
    event.remove(engine, "before_cursor_execute", listener)
    return str(refused.value), len(said)


def test_a_person_without_a_dossier_is_seen_by_unit_and_level(session, anna, dora, three):
    alone = persons.register(session, facts(9, "秦琼", unit=SCHOOL), "dora")
    stranger = persons.register(session, facts(8, "秦叔宝", unit=CLINIC), "dora")
    limit(session, dora, unit=BUREAU, kind="cadre")
    assert sight.sees_person(session, anna, alone) and not sight.sees_person(session, anna, stranger)
    limit(session, dora, kind="flow")  # names no unit and no level: says nothing of a person alone
    assert not sight.sees_person(session, anna, stranger)
    condition = sight.person_seen_by(session, anna)
    assert [each.name for each in search.without_dossier(session, "秦", seen=condition)] == ["秦琼"]


def test_a_search_finds_and_counts_what_is_seen_only(session, anna, dora, three):
    limit(session, dora, unit=SCHOOL)
    condition = sight.seen_by(session, anna)
    assert [each.person.name for each in search.dossiers(session, "单雄", seen=condition)] == ["单雄2"]
    assert search.dossiers(session, "YX202600001", seen=condition) == []
    people = search.people(session, "单雄", seen=sight.person_seen_by(session, anna))
    assert [each.name for each in people] == ["单雄2"]


def test_who_has_a_step_in_hand_is_at_the_bench_of_its_dossier(session, anna, dora, three):
    limit(session, dora, unit=SCHOOL)
    case = made.case(session)
    dossiers.hold(session, session.get_one(Dossier, three[0]), case)
    with pytest.raises(NotFound):
        sight.find(session, anna, three[0], bench=True)
    made.task(session, (), assignee="anna", in_case=case)
    assert sight.find(session, anna, three[0], bench=True).id == three[0]
    with pytest.raises(NotFound):
        sight.find(session, anna, three[0])  # the pages beyond the bench stay shut
    shown = select(Dossier.id).where(sight.in_case(session, anna, case))
    assert set(session.scalars(shown)) == set(three)


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({"keeper_code": "ZZ"}, "keeper_code", "There is no keeper with the code ZZ."),
        ({"kind": "book"}, "kind", "There is no kind of dossier “book”."),
        ({"unit": "第九中学"}, "unit", "There is no unit called “第九中学” in the directory"),
        ({}, "kind", "Name at least one"),
        ({"admin_level": "管" * 61}, "admin_level", "At most 60 characters."),
    ],
)
def test_what_is_unknown_is_refused_beside_its_field(session, dora, three, row, field, said):
    with pytest.raises(Invalid) as refused:
        limit(session, dora, **row)
    assert str(refused.value.problems[field][0]).startswith(said)


def test_every_change_of_a_scope_stays_with_who_when_and_why(session, anna, dora, three):
    group, first = session.get_one(Group, "registry"), limit(session, dora, unit=SCHOOL)
    with pytest.raises(Conflict):
        limit(session, dora, unit=SCHOOL)
    with pytest.raises(Invalid):
        scopes.end(session, group, first, dora, " ")
    scopes.end(session, group, first, dora, "分工调整")
    assert not group.limited and len(seen(session, anna)) == 3
    (row,) = scopes.history(session, group)
    assert (row.set_by, row.why, row.ended_by, row.ended_why) == ("dora", "分工文件", "dora", "分工调整")
    with pytest.raises(Conflict):
        scopes.end(session, group, first, dora, "再次")


def test_nobody_sets_the_scope_of_their_own_group_and_only_the_security_role_any(session, anna, dora, three):
    for user, key in ((anna, "admin"), (dora, "director")):
        with pytest.raises(NotAllowed):
            scopes.add(session, session.get_one(Group, key), {"unit": SCHOOL}, user, "x")


def test_a_group_that_is_limited_without_a_row_is_found(session, dora, three):
    assert list(checks["groups_limited"](session)) == []
    session.get_one(Group, "registry").limited = True
    session.flush()
    assert list(checks["groups_limited"](session)) == ["Group registry is limited, but its scope says otherwise."]
