"""Accounts and groups, and what nobody may do to themselves."""

import pytest

from workflow import people, signins
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Group, User


@pytest.fixture
def eve(session):
    return session.get_one(User, "eve")


@pytest.fixture
def anna(session):
    return session.get_one(User, "anna")


def test_a_new_account_must_change_its_password_first(session):
    made = people.create(session, "frank", "弗兰克", ["registry"], "hash")
    assert made.password_initial and made.group_keys == ["registry"] and made.active


@pytest.mark.parametrize("name", ["", "x", "Anna", "1abc", "a b", "安娜", "a" * 41, "../etc", "a@b"])
def test_an_account_name_must_be_plain(session, name):
    with pytest.raises(Invalid) as refused:
        people.create(session, name, "X", [], "hash")
    assert list(refused.value.problems) == ["name"]


def test_an_account_name_is_never_used_twice(session):
    with pytest.raises(Invalid) as refused:
        people.create(session, "anna", "另一位安娜", [], "hash")
    assert "already an account “anna”" in str(refused.value.problems["name"][0])


def test_a_person_has_a_name(session):
    with pytest.raises(Invalid) as refused:
        people.create(session, "frank", "  ", [], "hash")
    assert list(refused.value.problems) == ["display_name"]


def test_a_group_must_exist(session):
    with pytest.raises(Invalid) as refused:
        people.create(session, "frank", "弗兰克", ["registry", "pirates"], "hash")
    assert "pirates" in str(refused.value.problems["groups"][0])


def test_groups_can_be_changed_by_somebody_else(session, anna, eve):
    people.change(session, anna, "安娜二", ["director"], eve)
    assert (anna.display_name, anna.group_keys) == ("安娜二", ["director"])


def test_nobody_changes_their_own_groups(session, eve):
    with pytest.raises(Conflict, match="somebody else"):
        people.change(session, eve, "伊芙", ["admin", "director"], eve)


def test_one_may_change_ones_own_name(session, eve):
    people.change(session, eve, "伊芙琳", ["admin"], eve)
    assert eve.display_name == "伊芙琳"


def test_switching_off_signs_out_everywhere(session, anna, eve, clock):
    token = signins.begin(session, anna, "", "")
    people.switch(session, anna, False, eve)
    session.expire_all()
    assert signins.find(session, token) is None
    assert signins.live_ones(session, "anna") == []


def test_nobody_switches_themselves_off(session, eve):
    with pytest.raises(Conflict, match="your own account"):
        people.switch(session, eve, False, eve)


def test_somebody_stays_who_manages_people(session, eve, anna):
    session.get_one(Group, "director").permissions = []
    session.flush()
    with pytest.raises(Conflict, match="Nobody would be left"):
        people.switch(session, eve, False, anna)


def test_a_reset_password_is_initial_and_signs_out(session, anna, clock):
    token = signins.begin(session, anna, "", "")
    people.reset_password(session, anna, "new")
    session.expire_all()
    assert anna.password_initial and anna.password_hash == "new"
    assert signins.find(session, token) is None


def test_ones_own_change_keeps_this_browser(session, anna, clock):
    here, there = (signins.begin(session, anna, "", "") for _each in range(2))
    people.change_password(session, anna, "new", signins.find(session, here).id)
    session.expire_all()
    assert signins.find(session, here) and signins.find(session, there) is None
    assert not anna.password_initial


def test_an_unknown_account_is_not_found(session):
    with pytest.raises(NotFound, match="nobody"):
        people.find(session, "nobody")


def test_a_group_permits_known_things_only(session):
    with pytest.raises(Invalid) as refused:
        people.create_group(session, "night", "夜班", "Night", ["fly"])
    assert "fly" in str(refused.value.problems["permissions"][0])


def test_a_new_group_stands(session):
    made = people.create_group(session, "night", "夜班", "Night", ["comments", "dossiers.read"])
    assert made.permissions == ["comments", "dossiers.read"]


@pytest.mark.parametrize(
    ("key", "name", "field"), [("N!", "x", "key"), ("registry", "x", "key"), ("night", "", "name")]
)
def test_a_wrong_group_names_its_field(session, key, name, field):
    with pytest.raises(Invalid) as refused:
        people.create_group(session, key, name, "", [])
    assert list(refused.value.problems) == [field]


def test_nobody_changes_what_their_own_group_permits(session, eve):
    admin = session.get_one(Group, "admin")
    with pytest.raises(Conflict, match="belong to this group"):
        people.change_group(session, admin, "系统管理", "", [*admin.permissions, "dossiers.read"], eve)


def test_a_group_keeps_everything_when_only_its_name_changes(session, eve):
    director = session.get_one(Group, "director")
    people.change_group(session, director, "中心主任", "Head", [], eve)
    assert director.permissions == ["*"] and director.name == "中心主任"


def test_the_active_people_of_a_group_are_counted(session, anna, eve):
    people.switch(session, anna, False, eve)
    session.flush()
    assert people.members_count(session)["registry"] == 1
