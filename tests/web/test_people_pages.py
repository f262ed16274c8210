"""The pages for people and groups."""

import re

import pytest

from web.people import PERMISSION_LABELS, first_password
from workflow.identity import Group, User
from workflow.people import PERMISSIONS


@pytest.fixture
def eve(signed_in):
    return signed_in("eve")


def user_of(office, name):
    with office.database.reading() as session:
        user = session.get(User, name)
        return user and (user.display_name, user.group_keys, user.active, user.password_initial)


def shown_password(answer):
    return re.search(r'class="mono secret">([^<]+)<', answer.text)[1]


def test_a_new_colleague_gets_in_with_the_password_shown_once(eve, app, office):
    answer = eve.post("/people", data={"name": "frank", "display_name": "弗兰克", "groups": ["registry"]})
    assert answer.status_code == 201
    assert user_of(office, "frank") == ("弗兰克", ["registry"], True, True)
    frank = app.test_client()
    assert frank.sign_in("frank", shown_password(answer)).status_code == 302
    assert frank.get("/").headers["Location"] == "/profile/password"
    fields = {"current": shown_password(answer), "password": "long and his own", "repeated": "long and his own"}
    assert frank.post("/profile/password", data=fields).status_code == 303
    assert frank.get("/profile").status_code == 200
    assert shown_password(answer) not in eve.get("/people/frank").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Frank!", "display_name": "弗兰克"}, "账号为 2 至 40 个小写字母"),
        ({"name": "anna", "display_name": "弗兰克"}, "已有账号“anna”"),
        ({"name": "frank", "display_name": " "}, "请填写姓名"),
        ({"name": "frank", "display_name": "弗兰克", "groups": ["pirates"]}, "没有用户组“pirates”"),
    ],
)
def test_a_wrong_account_is_told_beside_its_field_and_nothing_is_made(eve, office, fields, said):
    answer = eve.post("/people", data=fields)
    assert answer.status_code == 422
    assert said in answer.text and f'value="{fields["name"]}"' in answer.text
    assert user_of(office, "frank") is None


def test_what_is_typed_for_a_name_is_shown_as_text(eve):
    eve.post("/people", data={"name": "mallory", "display_name": "<script>alert(1)</script>"})
    page = eve.get("/people").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_groups_are_changed(eve, office):
    answer = eve.post("/people/anna", data={"display_name": "安娜", "groups": ["director"]})
    assert answer.status_code == 303
    assert user_of(office, "anna")[1] == ["director"]


def test_fields_nobody_offered_change_nothing(eve, office):
    eve.post(
        "/people/anna",
        data={"display_name": "安娜", "groups": ["registry"], "active": "", "password_hash": "x", "name": "z"},
    )
    assert user_of(office, "anna") == ("安娜", ["registry"], True, False)


def test_an_account_is_switched_off_and_on(eve, signed_in, office):
    anna = signed_in("anna")
    eve.post("/people/anna/activity", data={"active": "0"})
    assert user_of(office, "anna")[2] is False
    assert anna.get("/profile").status_code == 302
    eve.post("/people/anna/activity", data={"active": "1"})
    assert user_of(office, "anna")[2] is True


def test_ones_own_account_is_not_switched_off(eve, office):
    answer = eve.post("/people/eve/activity", data={"active": "0"})
    assert answer.status_code == 409
    assert "这是您自己的账号" in answer.text
    assert user_of(office, "eve")[2] is True


def test_a_password_is_reset(eve, app, signed_in):
    anna = signed_in("anna")
    shown = shown_password(eve.post("/people/anna/password"))
    assert anna.get("/profile").status_code == 302
    assert app.test_client().sign_in("anna", shown).status_code == 302


def test_an_unknown_person_is_not_found(eve):
    for path in ("/people/nobody", "/groups/nothing"):
        assert eve.get(path).status_code == 404
    assert eve.post("/people/nobody/password").status_code == 404


def test_a_group_is_made_and_changed(eve, office):
    assert eve.post("/groups", data={"key": "night", "name": "夜班", "name_en": "Night shift"}).status_code == 303
    eve.post("/groups/night", data={"name": "夜班", "name_en": "Night shift", "permissions": ["comments"]})
    with office.database.reading() as session:
        assert session.get_one(Group, "night").permissions == ["comments"]


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/groups", {"key": "!", "name": "x"}, "用户组键名"),
        ("/groups", {"key": "admin", "name": "x"}, "已有用户组"),
        ("/groups/registry", {"name": ""}, "请填写用户组名称"),
        ("/groups/registry", {"name": "x", "permissions": ["fly"]}, "没有权限“fly”"),
    ],
)
def test_a_wrong_group_is_told_beside_its_field(eve, path, fields, said):
    answer = eve.post(path, data=fields)
    assert answer.status_code == 422 and said in answer.text


def test_nobody_widens_what_their_own_group_permits(eve, office):
    answer = eve.post("/groups/admin", data={"name": "系统管理", "permissions": list(PERMISSIONS)})
    assert answer.status_code == 409
    with office.database.reading() as session:
        assert "dossiers.read" not in session.get_one(Group, "admin").permissions


def test_every_permission_has_words():
    assert set(PERMISSION_LABELS) == set(PERMISSIONS)


def test_first_passwords_differ_and_are_easily_read():
    made = {first_password() for _each in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}", each) for each in made)
