"""Reading on the screen over HTTP: two people, their passwords, pages under a watermark, minutes by the house's clock."""

import io
import re

import pytest
from PIL import Image, ImageChops
from sqlalchemy import select

from archive.reading import grants, sitting
from archive.reading.grant_tables import Grant, GrantStatus, PageView, Sitting
from tests.archive.reading import granted
from tests.people import PASSWORD
from workflow import signins
from workflow.identity import User
from workflow.models import Message
from workflow.separation import relations
from workflow.signins import SignIn
from workflow.statuses import RelationKind

SEEN = {"Sec-Fetch-Dest": "image"}


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/reading goes the whole way on both."""
    return sqlite_office


@pytest.fixture
def grant(office, clock) -> Grant:
    """anna and bob may read four pages for two hours; eve has approved it."""
    with office.database.transaction() as session:
        return granted.readable(session)


@pytest.fixture
def address(grant) -> str:
    return f"/readings/{grant.id}"


def sit_down(browser, address, password=PASSWORD, **more):
    return browser.post(f"{address}/sitting", data={"second": "bob", "password": password, **more})


def leaves(office, grant):
    with office.database.reading() as session:
        return grants.leaves(session, session.get_one(Grant, grant.id))


def turn(browser, address, leaf):
    return browser.post(f"{address}/pages", data={"material": leaf.material_id, "page": leaf.page})


def views(office) -> list[PageView]:
    with office.database.reading() as session:
        return list(session.scalars(select(PageView).order_by(PageView.id)))


def now_of(office, grant) -> Grant:
    with office.database.reading() as session:
        return session.get_one(Grant, grant.id)


def bare(page: str) -> str:
    """A page without the tokens that are different each time."""
    return re.sub(r'"X-CSRFToken": "[^"]*"|value="[^"]{60,}"', "", page)


def picture(browser, address, view, **options):
    return browser.get(f"{address}/views/{view.id}.jpg", headers=SEEN, **options)


def test_two_readers_sit_down_leaf_and_are_done(office, grant, address, signed_in, clock):
    anna = signed_in("anna")
    assert "两人同阅" in anna.get(address).text
    assert sit_down(anna, address).status_code == 303
    first, second, *_ = leaves(office, grant)
    turn(anna, address, first)
    clock.move(seconds=40)
    turn(anna, address, second)
    clock.move(seconds=20)
    assert anna.post(f"{address}/end").status_code == 303

    seen = views(office)
    assert [(each.page, each.first, each.second, each.ms) for each in seen] == [
        (1, "anna", "bob", 40_000),
        (2, "anna", "bob", 20_000),
    ]
    closed = now_of(office, grant)
    assert (closed.status, closed.used_ms, closed.closed_by) == (GrantStatus.ENDED, 60_000, "anna")
    with office.database.reading() as session:
        assert [(each.name, each.correlation_key) for each in session.scalars(select(Message))] == [
            ("reading.over", str(grant.case_id))
        ]


def test_the_page_is_the_scan_under_a_watermark_and_kept_nowhere(office, grant, address, signed_in):
    anna = signed_in("anna")
    sit_down(anna, address)
    leaf = leaves(office, grant)[0]
    turn(anna, address, leaf)
    answer = picture(anna, address, views(office)[0])

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Disposition" not in answer.headers
    plain = office.files.path(leaf.sha256).read_bytes()
    shown = Image.open(io.BytesIO(answer.data))
    differing = ImageChops.difference(shown.convert("RGB"), Image.open(io.BytesIO(plain)).convert("RGB"))
    assert sum(differing.convert("L").histogram()[24:]) > 200  # points of the words that lie across it
    page = anna.get(address).text
    assert f"/files/{leaf.file_id}" not in page and leaf.sha256 not in page


def test_the_watermark_says_who_when_and_where(office, grant, address, signed_in):
    anna = signed_in("anna")
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    with office.database.reading() as session:
        said, plain = sitting.mark(session, session.scalars(select(PageView)).one())
    assert said == "安娜 鲍勃  2026-07-01 09:00  127.0.0.1  〔2026〕查字0001号"
    assert plain == "anna bob  2026-07-01 09:00  127.0.0.1"


def test_a_page_is_shown_for_its_view_alone_and_only_inside_the_page(office, grant, address, signed_in):
    anna = signed_in("anna")
    sit_down(anna, address)
    first, second, *_ = leaves(office, grant)
    turn(anna, address, first)
    turn(anna, address, second)
    before, shown = views(office)

    assert picture(anna, address, before).status_code == 404
    assert picture(anna, address, shown).status_code == 200
    opened = anna.get(f"{address}/views/{shown.id}.jpg", headers={"Sec-Fetch-Dest": "document"})
    assert opened.status_code == 404
    assert (
        anna.get(f"{address}/views/{shown.id}.jpg?download=1", headers={"Sec-Fetch-Dest": "document"}).status_code
        == 404
    )


def test_another_browser_of_the_same_reader_sees_nothing(office, grant, address, signed_in):
    anna, elsewhere, bob = signed_in("anna"), signed_in("anna"), signed_in("bob")
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    (view,) = views(office)

    for other in (elsewhere, bob):
        assert picture(other, address, view).status_code == 404
        assert "另一台电脑" in other.get(address).text
        assert turn(other, address, leaves(office, grant)[1]).status_code == 404
    assert sit_down(bob, address, second="anna").status_code == 409
    bob.post(f"{address}/sitting/end")
    assert picture(anna, address, view).status_code == 404


def test_downloading_takes_a_grant_that_says_so(office, clock, signed_in):
    with office.database.transaction() as session:
        grant = granted.readable(session, may_download=True, may_print=True)
    anna, address = signed_in("anna"), f"/readings/{grant.id}"
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    answer = anna.get(f"{address}/views/{views(office)[0].id}.jpg?download=1", headers={"Sec-Fetch-Dest": "document"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "printable" in anna.get(address).text


@pytest.mark.parametrize("name", ["carl", "eve", "dora"])
def test_a_stranger_learns_nothing_of_a_grant(office, grant, address, signed_in, name):
    """carl belongs to nothing. eve has approved and dora oversees: they see the log, never a page."""
    anna, other = signed_in("anna"), signed_in(name)
    sit_down(anna, address)
    leaf = leaves(office, grant)[0]
    turn(anna, address, leaf)
    (view,) = views(office)

    tried = [
        picture(other, address, view),
        turn(other, address, leaf),
        sit_down(other, address),
        other.post(f"{address}/beats"),
        other.post(f"{address}/end"),
        other.post(f"{address}/sitting/end"),
        other.post(f"{address}/presence", data={"first_password": PASSWORD, "password": PASSWORD}),
    ]
    assert {each.status_code for each in tried} == {404}
    page = other.get(address)
    if name == "carl":
        nothing = other.get("/readings/9")
        assert (page.status_code, bare(page.text)) == (404, bare(nothing.text).replace("/readings/9", address))
        assert other.post(f"{address}/withdrawal", data={"why": "x"}).status_code == 404
        assert "单雄信" not in other.get("/readings").text
    else:
        assert "鲍勃" in page.text and ".jpg" not in page.text


def test_the_second_reader_s_password_is_asked_and_a_wrong_one_counts(office, grant, address, signed_in):
    anna = signed_in("anna")
    answer = sit_down(anna, address, "not it")
    assert (answer.status_code, "密码不正确" in answer.text) == (422, True)
    with office.database.reading() as session:
        assert session.scalars(select(Sitting)).first() is None
        failed = session.get_one(signins.Attempts, "account:bob")
        assert failed.failures == 1


@pytest.mark.parametrize("second", ["anna", "carl", ""])
def test_nobody_reads_alone_or_with_somebody_else(office, grant, address, signed_in, second):
    """Whoever is named beside, the other reader's password is what counts."""
    anna = signed_in("anna")
    with office.database.transaction() as session:
        session.get_one(User, "bob").password_hash = ""
    assert sit_down(anna, address, second=second).status_code == 422


def test_both_are_asked_again_after_some_minutes_and_the_page_is_gone(office, grant, address, signed_in, clock):
    anna = signed_in("anna")
    sit_down(anna, address)
    leaf = leaves(office, grant)[0]
    turn(anna, address, leaf)
    for _ in range(15):
        clock.move(minutes=1)
        answer = anna.ask(f"{address}/beats", "POST")
    assert answer.headers["HX-Redirect"] == address
    (view,) = views(office)
    assert view.ms == 15 * 60_000
    assert picture(anna, address, view).status_code == 404
    assert "两位都在吗" in anna.get(address).text

    turn(anna, address, leaf)
    assert len(views(office)) == 1
    wrong = anna.post(f"{address}/presence", data={"first_password": PASSWORD, "password": "x"})
    assert wrong.status_code == 422
    assert anna.post(f"{address}/presence", data={"first_password": PASSWORD, "password": PASSWORD}).status_code == 303
    turn(anna, address, leaf)
    assert picture(anna, address, views(office)[1]).status_code == 200


def test_a_screen_that_falls_silent_counts_one_minute_and_both_are_asked_again(
    office, grant, address, signed_in, clock
):
    anna = signed_in("anna")
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    clock.move(minutes=9)
    assert picture(anna, address, views(office)[0]).status_code == 404
    assert anna.ask(f"{address}/beats", "POST").headers["HX-Redirect"] == address
    assert views(office)[0].ms == 60_000


def test_minutes_that_run_out_in_the_middle_of_a_page_take_it_away(office, clock, signed_in):
    with office.database.transaction() as session:
        grant = granted.readable(session, minutes=1)
    anna, address = signed_in("anna"), f"/readings/{grant.id}"
    sit_down(anna, address)
    leaf = leaves(office, grant)[0]
    turn(anna, address, leaf)
    (view,) = views(office)
    assert anna.get(address).headers["Refresh"] == "61"
    clock.move(seconds=45)
    assert "剩余 0:15" in anna.ask(f"{address}/beats", "POST").text
    clock.move(seconds=16)

    assert picture(anna, address, view).status_code == 404
    assert turn(anna, address, leaf).status_code == 303
    closed = now_of(office, grant)
    assert (closed.status, closed.used_ms) == (GrantStatus.USED_UP, 60_000)
    assert views(office)[0].ms == 60_000 and len(views(office)) == 1
    assert "时间已用完" in anna.get(address).text
    assert sit_down(anna, address).status_code == 409


def test_a_grant_withdrawn_while_it_is_read_takes_the_page_away(office, grant, address, signed_in, clock):
    anna, eve = signed_in("anna"), signed_in("eve")
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    clock.move(seconds=5)
    assert eve.post(f"{address}/withdrawal", data={"why": " "}).status_code == 422
    assert eve.post(f"{address}/withdrawal", data={"why": "事由已变"}).status_code == 303

    assert anna.ask(f"{address}/beats", "POST").headers["HX-Redirect"] == address
    assert "事由已变" in anna.get(address).text
    assert [each.ms for each in views(office)] == [5_000]
    assert picture(anna, address, views(office)[0]).status_code == 404
    assert eve.post(f"{address}/withdrawal", data={"why": "again"}).status_code == 409


def test_nothing_is_read_once_its_day_is_over(office, grant, address, signed_in, clock):
    anna = signed_in("anna")
    sit_down(anna, address)
    clock.move(days=5)
    anna = signed_in("anna")
    assert sit_down(anna, address).status_code == 409
    assert "已结束" in anna.get(address).text


def test_the_second_reader_s_sign_in_can_be_revoked_and_ends_with_the_sitting(office, grant, address, signed_in):
    anna = signed_in("anna")
    sit_down(anna, address)
    with office.database.transaction() as session:
        (live,) = signins.live_ones(session, "bob")
        signins.revoke(session, live)
    assert turn(anna, address, leaves(office, grant)[0]).status_code == 303
    assert views(office) == []
    sit_down(anna, address)
    anna.post(f"{address}/sitting/end")
    with office.database.reading() as session:
        assert signins.live_ones(session, "bob") == []
        assert len(session.scalars(select(SignIn).where(SignIn.user_name == "bob")).all()) == 2


def test_a_relation_that_comes_out_later_stops_the_reading(office, grant, address, signed_in):
    with office.database.transaction() as session:
        person = session.get_one(Grant, grant.id).dossier.person
        bob = session.get_one(User, "bob")
        relations.declare(session, bob, f"id:{person.id_fingerprint}", "单雄信", RelationKind.BLOOD)
    answer = sit_down(signed_in("anna"), address)
    assert (answer.status_code, "bob" in answer.text and "亲属" in answer.text) == (409, True)


def test_a_page_that_is_not_granted_does_not_come_to_the_screen(office, grant, address, signed_in):
    anna = signed_in("anna")
    sit_down(anna, address)
    leaf = leaves(office, grant)[0]
    assert anna.post(f"{address}/pages", data={"material": leaf.material_id, "page": 99}).status_code == 404
    assert anna.post(f"{address}/pages", data={"material": 99, "page": 1}).status_code == 404
    assert views(office) == []


def test_the_list_shows_what_i_may_read_or_look_after(office, grant, signed_in):
    assert [("单雄信" in signed_in(name).get("/readings").text) for name in ("anna", "bob", "eve", "dora", "carl")] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_the_log_shows_each_page_with_both_readers_and_the_time(office, grant, address, signed_in, clock):
    anna = signed_in("anna")
    sit_down(anna, address)
    turn(anna, address, leaves(office, grant)[0])
    clock.move(seconds=50)
    anna.post(f"{address}/sitting/end")
    shown = signed_in("eve").get(address).text
    assert "0:50" in shown and "干部履历表" in shown and "127.0.0.1" in shown
