"""Coming in and leaving."""

import pytest
from sqlalchemy import select

from tests.people import PASSWORD
from workflow import passwords
from workflow.identity import Group, User
from workflow.signins import SignIn


def rows(office, model=SignIn):
    with office.database.reading() as session:
        return list(session.scalars(select(model)))


def test_a_page_leads_to_the_sign_in_page_and_back(browser):
    answer = browser.get("/profile?x=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/profile?x%3D1"
    answer = browser.sign_in("anna", next="/profile?x=1")
    assert answer.headers["Location"] == "/profile?x=1"


def test_a_fragment_asked_for_without_signing_in_sends_the_browser_to_the_sign_in_page(browser):
    answer = browser.ask("/profile")
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/login"


def test_the_right_password_lets_in(signed_in):
    assert "安娜" in signed_in("anna").get("/profile").text


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("Anna", PASSWORD), ("anna", "")]
)
def test_everything_wrong_gives_the_same_answer(browser, name, password):
    answer = browser.sign_in(name, password)
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.text


def test_an_account_switched_off_gets_the_same_answer(browser, office):
    with office.database.transaction() as session:
        session.get_one(User, "anna").active = False
    answer = browser.sign_in("anna")
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.text


def test_guessing_is_slowed_down_even_with_the_right_password_and_for_unknown_names(browser, clock):
    for name in ("anna", "nobody"):
        for _each in range(3):
            assert browser.sign_in(name, "wrong").status_code == 422
        answer = browser.sign_in(name)
        assert answer.status_code == 429
        assert "请等待 4 秒" in answer.text
    clock.move(seconds=4)
    assert browser.sign_in("anna").status_code == 302


def test_a_new_cookie_is_given_at_the_sign_in(browser):
    browser.get("/login")
    before = browser.get_cookie("juanliu").value
    browser.sign_in("anna")
    assert browser.get_cookie("juanliu").value != before


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    cookie = browser.sign_in("anna").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_the_cookie_alone_says_nothing_after_signing_out(app, browser):
    browser.sign_in("anna")
    stolen = browser.get_cookie("juanliu").value
    browser.post("/logout")
    thief = app.test_client()
    thief.set_cookie("juanliu", stolen)
    assert thief.get("/profile").status_code == 302


def test_signing_out_needs_the_token_of_the_page(signed_in):
    anna = signed_in("anna")
    assert anna.open("/logout", method="POST", csrf=False).status_code == 400
    assert anna.get("/profile").status_code == 200


def test_a_role_taken_away_acts_on_the_next_request(signed_in, office):
    eve = signed_in("eve")
    assert eve.get("/people").status_code == 200
    with office.database.transaction() as session:
        session.get_one(Group, "admin").permissions = []
    assert eve.get("/people").status_code == 403


def test_an_account_switched_off_is_out_at_once(signed_in, office):
    anna = signed_in("anna")
    with office.database.transaction() as session:
        session.get_one(User, "anna").active = False
    assert anna.get("/profile").status_code == 302


def test_an_idle_browser_is_signed_out(signed_in, clock):
    anna = signed_in("anna")
    clock.move(minutes=239)
    assert anna.get("/profile").status_code == 200
    clock.move(minutes=239)
    assert anna.get("/profile").status_code == 200
    clock.move(minutes=241)
    assert anna.get("/profile").status_code == 302


def test_what_a_page_fetches_by_itself_does_not_keep_the_sign_in_alive(signed_in, clock):
    anna = signed_in("anna")
    for _each in range(3):
        clock.move(minutes=85)
        answer = anna.ask("/profile")
    assert answer.status_code == 401


def test_an_initial_password_must_be_changed_before_anything_else(browser, office):
    with office.database.transaction() as session:
        session.get_one(User, "anna").password_initial = True
    browser.sign_in("anna")
    assert browser.get("/profile").headers["Location"] == "/profile/password"
    assert "请先设置自己的密码" in browser.get("/profile/password").text


def test_an_outdated_hash_is_made_anew_at_the_sign_in(browser, office):
    with office.database.transaction() as session:
        session.get_one(User, "anna").password_hash = passwords.Hasher(
            passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        ).hash(PASSWORD)
    browser.sign_in("anna")
    [anna] = [user for user in rows(office, User) if user.name == "anna"]
    assert "m=8,t=1" in anna.password_hash


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\n/evil",
        "/\t/evil.example",
        "evil.example",
        "/%0d%0a",
        "",
    ],
)
def test_the_way_back_stays_on_this_site(browser, target):
    location = browser.sign_in("anna", next=target).headers["Location"]
    assert location in ("/", "/%0d%0a")


def test_where_one_is_signed_in_is_listed_and_can_be_ended(signed_in, office):
    here, there = signed_in("anna"), signed_in("anna")
    assert here.get("/profile").text.count("<tr><td") == 2
    other = max(row.id for row in rows(office))
    assert here.post(f"/profile/sign-ins/{other}/end").status_code == 303
    assert there.get("/profile").status_code == 302
    assert here.get("/profile").status_code == 200


def test_nobody_ends_the_sign_in_of_another(signed_in, office):
    anna, bob = signed_in("anna"), signed_in("bob")
    bobs = next(row.id for row in rows(office) if row.user_name == "bob")
    assert anna.post(f"/profile/sign-ins/{bobs}/end").status_code == 404
    assert bob.get("/profile").status_code == 200


def test_all_other_browsers_can_be_signed_out(signed_in):
    here, there = signed_in("anna"), signed_in("anna")
    here.post("/profile/sign-ins/end")
    assert there.get("/profile").status_code == 302
    assert here.get("/profile").status_code == 200


def change(browser, current, password, repeated=None):
    fields = {"current": current, "password": password, "repeated": password if repeated is None else repeated}
    return browser.post("/profile/password", data=fields)


def test_a_password_is_changed_by_its_owner(signed_in, app):
    anna, elsewhere = signed_in("anna"), signed_in("anna")
    assert change(anna, PASSWORD, "a new one, long").status_code == 303
    assert "密码已修改" in anna.get("/profile").text
    assert elsewhere.get("/profile").status_code == 302
    assert app.test_client().sign_in("anna").status_code == 422
    assert app.test_client().sign_in("anna", "a new one, long").status_code == 302


@pytest.mark.parametrize(
    ("current", "password", "repeated", "said"),
    [
        ("wrong", "a new one, long", None, "这不是您现在的密码"),
        (PASSWORD, "short", None, "至少"),
        (PASSWORD, "password123", None, "最先"),
        (PASSWORD, "a new one, long", "another", "不一致"),
    ],
)
def test_a_wrong_change_says_why_and_changes_nothing(signed_in, app, current, password, repeated, said):
    answer = change(signed_in("anna"), current, password, repeated)
    assert answer.status_code == 422
    assert said in answer.text
    assert app.test_client().sign_in("anna").status_code == 302


def test_the_present_password_cannot_be_guessed_on_the_change_page(signed_in, clock):
    anna = signed_in("anna")
    for _each in range(3):
        change(anna, "wrong", "a new one, long")
    assert "请等待" in change(anna, PASSWORD, "a new one, long").text
