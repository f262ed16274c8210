"""Everything the inbox shows stands in its address: what is asked for goes round unchanged, and pages lose nothing."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from tests.web import desk
from web.wishes import DONE_SORTS, DUES, SORTS, VIEWS, Wish, wish_of
from workflow import tasks
from workflow.clock import now
from workflow.identity import User
from workflow.models import TaskCandidate

ANY = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=40)
KNOWN = {
    "view": st.sampled_from([each.value for each in VIEWS]),
    "due": st.sampled_from(["", *(each.value for each in DUES)]),
    "sort": st.sampled_from([each.value for each in SORTS]),
    "process": ANY,
    "activity": ANY,
    "group": ANY,
    "after": ANY,
    "text": ANY.map(str.strip),
}


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="task-(\d+)"', page)


def link(page: str, relation: str) -> str | None:
    found = re.search(rf'rel="{relation}" href="([^"]+)"', page)
    return unescape(found.group(1)) if found else None


@given(st.fixed_dictionaries(KNOWN))
def test_any_wish_is_the_same_after_going_through_its_address(asked):
    asked["sort"] = DONE_SORTS[0].value if asked["view"] == "done" else asked["sort"]
    wish = Wish(**asked)
    assert wish_of(arguments(wish.url()), "mine") == wish


@given(st.dictionaries(st.sampled_from([*KNOWN, "page", "x"]), ANY), st.sampled_from(["mine", "groups"]))
def test_any_address_is_a_wish(asked, otherwise):
    wish = wish_of(MultiDict(asked), otherwise)
    assert wish.view in {each.value for each in VIEWS}
    assert wish.sort in {each.value for each in wish.sorts}
    assert wish.due in {"", *(each.value for each in DUES)}
    assert len(wish.text) <= 80


@given(st.fixed_dictionaries(KNOWN), st.sampled_from([each.value for each in VIEWS]))
def test_another_view_starts_at_its_first_page_and_its_own_order(asked, view):
    changed = wish_of(arguments(Wish(**asked).url(view=view)), "mine")
    assert (changed.view, changed.after, changed.sort) == (view, "", changed.sorts[0].value)


def arguments(url: str) -> MultiDict:
    return MultiDict(parse_qs(urlsplit(url).query))


@pytest.fixture
def full(office, clock):
    """60 tasks, some of one moment, some without a due date, in three priorities; anna has done five."""
    ids = desk.put(office, 60)
    with office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        for number, task_id in enumerate(ids):
            task = session.get_one(desk.UserTask, task_id)
            if number % 5:
                due(session, task, now() + timedelta(hours=number % 7 - 3, minutes=1))
            task.priority = number % 3 * 10
            task.created_at = now() - timedelta(minutes=number % 11)
        session.flush()
        for task_id in ids[:5]:
            task = session.get_one(desk.UserTask, task_id)
            tasks.claim(session, task, anna)
            tasks.complete(session, task, anna, {"seen": "x"})
    return ids


def due(session, task, at) -> None:
    """Give the task a due date, as the engine keeps it: with the task and with its candidates."""
    task.due_at = at
    session.execute(update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=at))


@pytest.mark.parametrize("sort", [each.value for each in SORTS])
def test_in_every_order_the_pages_hold_each_task_once_forwards_and_backwards(full, signed_in, sort):
    anna, forwards, pages = signed_in("anna"), [], []
    address = f"/inbox?view=groups&sort={sort}"
    while address:
        page = anna.get(address).text
        pages.append(rows(page))
        forwards += rows(page)
        address, last = link(page, "next"), page
    backwards = [pages[-1]]
    while address := link(last, "prev"):
        last = anna.get(address).text
        backwards.insert(0, rows(last))

    assert len(forwards) == len(set(forwards)) == 60
    assert sorted(sum(backwards, [])) == sorted(forwards)
    assert backwards[-1] == pages[-1]


def test_a_page_keeps_every_filter_of_the_one_before(full, signed_in):
    page = signed_in("anna").get("/inbox?view=groups&process=desk&text=张三&group=registry&sort=priority").text

    asked = wish_of(arguments(link(page, "next")), "mine")

    assert (asked.view, asked.process, asked.text, asked.group, asked.sort) == (
        "groups",
        "desk",
        "张三",
        "registry",
        "priority",
    )
    assert asked.after


@pytest.mark.parametrize("change", ["sort=created", "sort=-created", "view=done", "view=mine"])
def test_a_place_in_one_order_is_no_place_in_another(full, signed_in, change):
    anna = signed_in("anna")
    following = link(anna.get("/inbox?view=groups&sort=due").text, "next")
    turned = re.sub(rf"{change.partition('=')[0]}=[^&]*", change, following)

    answer = anna.get(turned)

    assert answer.status_code == 422 or "view=mine" in change
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("due", ["overdue", "today", "week", "none"])
def test_what_is_narrowed_by_its_due_date_is_part_of_the_whole(full, office, signed_in, due):
    anna = signed_in("anna")
    everything = all_rows(anna, "/inbox?view=groups")
    found = all_rows(anna, f"/inbox?view=groups&due={due}")
    with office.database.reading() as session:
        dues = {task_id: session.get_one(desk.UserTask, int(task_id)).due_at for task_id in everything}
    without = {task_id for task_id, at in dues.items() if at is None or at.year > 9000}
    past = {task_id for task_id, at in dues.items() if task_id not in without and at < now()}
    expected = {"overdue": past, "none": without, "today": set(dues) - without, "week": set(dues) - without - past}[due]

    assert set(found) == expected
    assert expected


def all_rows(browser, address: str | None) -> list[str]:
    found = []
    while address:
        page = browser.get(address).text
        found += rows(page)
        address = link(page, "next")
    return found


def test_what_is_done_stands_under_done_last_first(full, signed_in):
    anna = signed_in("anna")

    done = rows(anna.get("/inbox?view=done").text)

    assert sorted(map(int, done)) == sorted(full[:5])
    assert rows(anna.get("/inbox?view=done&sort=ended").text) == done[::-1]
    assert not set(done) & set(all_rows(anna, "/inbox?view=groups"))


def test_the_address_is_shown_back_in_the_filters(full, signed_in):
    page = signed_in("anna").get("/inbox?view=groups&process=desk&activity=look&due=none&text=<b>件&sort=priority").text

    assert 'value="&lt;b&gt;件"' in page
    for chosen in ("desk", "look", "none", "priority"):
        assert re.search(rf'<option value="{chosen}" selected', page), chosen
