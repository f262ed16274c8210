"""The inbox: views, filters, order, pages, counts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workflow import made
from workflow import cases, tasks
from workflow.clock import now
from workflow.errors import Invalid, NotFound

pytestmark = pytest.mark.usefixtures("clock")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def ids(page):
    return [task.id for task in page.rows]


def named(session, user, view="groups", **asked):
    return [task.name for task in tasks.inbox(session, user, view, asked).rows]


def test_the_groups_view_holds_what_nobody_has_yet(session, anna, carl):
    free = made.task(session)
    made.task(session, assignee="bob")
    made.task(session, groups=("director",))

    assert ids(tasks.inbox(session, anna, "groups")) == [free.id]
    assert ids(tasks.inbox(session, carl, "groups")) == []


def test_a_task_offered_to_two_of_my_groups_stands_once(session, dora, anna):
    dora.groups.append(anna.groups[0])
    task = made.task(session, groups=("registry", "director"), users=("dora",))

    assert ids(tasks.inbox(session, dora, "groups")) == [task.id]
    assert tasks.counts(session, dora)["groups"] == 1


def test_a_claimed_task_moves_from_groups_to_mine(session, anna, bob):
    task = made.task(session)
    tasks.claim(session, task, anna)

    assert ids(tasks.inbox(session, anna, "groups")) == []
    assert ids(tasks.inbox(session, bob, "groups")) == []
    assert ids(tasks.inbox(session, anna, "mine")) == [task.id]


def test_done_holds_what_i_completed_last_first(session, anna, clock):
    first = made.task(session, completed_by="anna")
    clock.move(minutes=1)
    second = made.task(session, completed_by="anna")
    made.task(session, completed_by="bob")

    assert ids(tasks.inbox(session, anna, "done")) == [second.id, first.id]


def test_others_holds_what_waits_for_others_in_cases_i_may_see(session, anna, dora, carl):
    shared = made.case(session)
    made.task(session, in_case=shared)  # for my group: not for others
    director = made.task(session, groups=("director",), in_case=shared)
    bobs = made.task(session, assignee="bob")
    hidden = made.task(session, groups=("director",))

    assert ids(tasks.inbox(session, anna, "others")) == [director.id, bobs.id]
    assert hidden.id not in ids(tasks.inbox(session, anna, "others"))
    assert ids(tasks.inbox(session, carl, "others")) == []
    assert bobs.id in ids(tasks.inbox(session, dora, "others"))


def test_counts_agree_with_the_lists(session, anna):
    made.task(session)
    made.task(session)
    made.task(session, assignee="anna")
    made.task(session, assignee="bob")
    made.task(session, completed_by="anna")

    counts = tasks.counts(session, anna)

    assert counts == {"mine": 1, "groups": 2, "done": 1, "others": 1}
    assert counts == {view: len(tasks.inbox(session, anna, view).rows) for view in counts}


def test_what_is_due_first_stands_first_and_without_due_last(session, anna):
    never = made.task(session)
    late = made.task(session, due=now() + timedelta(days=3))
    soon = made.task(session, due=now() + timedelta(hours=1))

    assert ids(tasks.inbox(session, anna)) == [soon.id, late.id, never.id]
    assert ids(tasks.inbox(session, anna, sort="-due")) == [never.id, late.id, soon.id]


@pytest.mark.parametrize("view", ["groups", "mine"])
def test_every_order_and_its_reverse(session, anna, clock, view):
    holder = "anna" if view == "mine" else None
    first = made.task(session, priority=50, in_case=made.case(session, key="b"), assignee=holder)
    clock.move(minutes=1)
    second = made.task(session, priority=80, in_case=made.case(session, key="a"), assignee=holder)

    for sort, expected in {
        "created": [first, second],
        "-created": [second, first],
        "priority": [second, first],
        "-priority": [first, second],
        "case": [second, first],
        "-case": [first, second],
    }.items():
        assert ids(tasks.inbox(session, anna, view, sort=sort)) == [task.id for task in expected], sort


def test_filter_by_process_and_activity(session, anna):
    returns = made.definition(session, "return")
    made.task(session, name="甲", activity="open")
    made.task(session, name="乙", of=returns, activity="open")
    made.task(session, name="丙", of=returns, activity="close")

    assert named(session, anna, process="return") == ["乙", "丙"]
    assert named(session, anna, process="return", activity="close") == ["丙"]
    assert tasks.filter_counts(session, anna, "groups") == {
        ("receipt", "open"): 1,
        ("return", "open"): 1,
        ("return", "close"): 1,
    }


def test_filter_by_due_follows_the_clock_of_the_office(session, anna):
    def at(day, hour):
        return datetime(2026, 7, day, hour, tzinfo=SHANGHAI)  # 2026-07-01 is a Wednesday, and it is nine

    made.task(session, name="昨天", due=at(1, 0) - timedelta(minutes=1))
    made.task(session, name="一早", due=at(1, 0))
    made.task(session, name="今晚", due=at(1, 23))
    made.task(session, name="周日", due=at(5, 23))
    made.task(session, name="周一", due=at(6, 0))
    made.task(session, name="不限")

    assert named(session, anna, due="overdue") == ["昨天", "一早"]
    assert named(session, anna, due="today") == ["一早", "今晚"]
    assert named(session, anna, due="week") == ["今晚", "周日"]
    assert named(session, anna, due="none") == ["不限"]


@pytest.mark.parametrize("text", ["王晓", "晓明 核对", "SF10", "ｓｆ1099", "件号-7", "100%"])
def test_text_finds_any_part_of_title_keys_and_task_name(session, anna, text):
    case = made.case(session, title="王晓明的档案 100%", key="件号-77")
    cases.add_key(session, case, "SF1099")
    made.task(session, in_case=case)
    made.task(session, in_case=made.case(session, title="李雷 1000"))

    assert [task.case_id for task in tasks.inbox(session, anna, filters={"text": text}).rows] == [case.id]


def test_filter_by_group(session, dora, anna):
    dora.groups.append(anna.groups[0])
    made.task(session, name="甲", groups=("registry",))
    made.task(session, name="乙", groups=("director",))
    made.task(session, name="丙", groups=("director",), assignee="dora")

    assert named(session, dora, group="registry") == ["甲"]
    assert named(session, dora, "mine", group="director") == ["丙"]
    assert named(session, dora, group="admin") == []


@pytest.mark.parametrize("sort", ["due", "-due", "created", "-created", "priority", "case"])
@pytest.mark.parametrize("view", ["groups", "mine"])
def test_pages_forth_and_back_show_every_task_once(session, anna, view, sort):
    holder = "anna" if view == "mine" else None
    due = [None, now(), now() + timedelta(days=1)]
    for number in range(11):
        made.task(session, due=due[number % 3], priority=number % 2, assignee=holder)
    whole = ids(tasks.inbox(session, anna, view, sort=sort))

    pages, cursor = [], None
    while not pages or cursor:
        page = tasks.inbox(session, anna, view, sort=sort, after=cursor, limit=4)
        pages.append(page)
        cursor = page.next
    assert [ids(page) for page in pages] == [whole[:4], whole[4:8], whole[8:]]
    assert pages[0].previous is None

    middle = tasks.inbox(session, anna, view, sort=sort, after=pages[2].previous, limit=4)
    assert ids(middle) == whole[4:8]
    first = tasks.inbox(session, anna, view, sort=sort, after=middle.previous, limit=4)
    assert (ids(first), first.previous) == (whole[:4], None)
    assert ids(tasks.inbox(session, anna, view, sort=sort, after=first.next, limit=4)) == whole[4:8]


def test_a_page_neither_repeats_nor_skips_when_its_last_task_is_gone(session, anna, bob):
    made_ids = [made.task(session, due=now() + timedelta(hours=hour)).id for hour in range(6)]
    page = tasks.inbox(session, anna, limit=3)
    for task in page.rows:
        tasks.claim(session, task, bob)

    assert ids(tasks.inbox(session, anna, after=page.next, limit=3)) == made_ids[3:]


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "WyJkdWUiXQ==", "bnVsbA==", "W10=", "é", "W1siYSJdLDEsMiwzXQ==", "1" * 5000]
)
def test_a_cursor_that_is_none_is_refused_in_words(session, anna, cursor):
    with pytest.raises(Invalid) as refused:
        tasks.inbox(session, anna, after=cursor)
    assert "start at its first page" in str(refused.value.problems["after"][0])


def test_a_cursor_of_another_order_is_refused(session, anna):
    for _ in range(3):
        made.task(session)
    cursor = tasks.inbox(session, anna, limit=2).next

    with pytest.raises(Invalid):
        tasks.inbox(session, anna, sort="created", after=cursor, limit=2)


@pytest.mark.parametrize(("asked", "field"), [({"sort": "colour"}, "sort"), ({"view": "all"}, "view")])
def test_an_unknown_order_or_view_is_refused_by_name(session, anna, asked, field):
    with pytest.raises(Invalid) as refused:
        tasks.inbox(session, anna, **asked)
    assert asked[field] in str(refused.value.problems[field][0])


@pytest.mark.parametrize("filters", [{"due": "soon"}, {"colour": "red"}])
def test_an_unknown_filter_is_refused_by_name(session, anna, filters):
    with pytest.raises(Invalid) as refused:
        tasks.inbox(session, anna, filters=filters)
    assert set(refused.value.problems) == set(filters)


def test_a_task_in_a_case_i_may_not_see_does_not_exist(session, anna, carl):
    task = made.task(session)

    assert tasks.find(session, task.id, anna) is task
    with pytest.raises(NotFound):
        tasks.find(session, task.id, carl)
    with pytest.raises(NotFound):
        tasks.find(session, 4711, anna)


@pytest.mark.parametrize("code", ["SF1099", "ＳＦ１０９９", " sf 1099 ", "sf1099\n"])
def test_a_scan_finds_the_task_that_waits(session, anna, code):
    case = made.case(session)
    cases.add_key(session, case, "SF1099")
    cases.add_key(session, case, "sf1099")
    task = made.task(session, in_case=case)
    made.task(session)

    assert tasks.scan(session, anna, code) == [task]
    assert tasks.scan(session, anna, code + "0") == []


def test_a_scan_shows_first_what_is_mine_then_what_i_may_claim(session, anna):
    case = made.case(session, key="盒-1")
    bobs = made.task(session, assignee="bob", in_case=case)
    other = made.task(session, groups=("director",), in_case=case)
    free = made.task(session, in_case=case)
    mine = made.task(session, assignee="anna", in_case=case)
    made.task(session, completed_by="anna", in_case=case)

    assert tasks.scan(session, anna, "盒-1") == [mine, free, bobs, other]
    assert tasks.open_in_case(session, case, anna) == [mine, free, bobs, other]
    assert tasks.next_in_case(session, mine, anna) is free


def test_a_scan_finds_nothing_in_cases_i_may_not_see(session, carl):
    made.task(session, in_case=made.case(session, key="盒-1"))

    assert tasks.scan(session, carl, "盒-1") == []
