import re

from tests.web import desk
from workflow import tasks
from workflow.identity import User


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="task-(\d+)"', page)


def test_the_inbox_shows_what_my_groups_may_take(office, clock, signed_in):
    task_id = desk.put(office)[0]

    page = signed_in("anna").get("/inbox")

    assert page.status_code == 200
    assert rows(page.text) == [str(task_id)]
    assert "张三0" in page.text
    assert "查看" in page.text


def test_the_inbox_opens_on_mine_once_something_is_mine(office, clock, signed_in):
    desk.put(office, 2)
    with office.database.transaction() as session:
        task = desk.begin(session, "李四 · 77", "件77")
        tasks.claim(session, task, session.get_one(User, "anna"))

    page = signed_in("anna").get("/inbox").text

    assert rows(page) == [str(task.id)]


def test_strangers_see_nothing(office, clock, signed_in):
    desk.put(office, 3)

    for view in ("mine", "groups", "done", "others"):
        page = signed_in("carl").get(f"/inbox?view={view}").text
        assert rows(page) == []
        assert "张三" not in page


def test_nobody_sees_the_inbox_without_signing_in(browser):
    answer = browser.get("/inbox")

    assert answer.status_code == 302
    assert "/login" in answer.location


def test_htmx_gets_only_the_list_and_304_while_nothing_changed(office, clock, signed_in):
    desk.put(office)
    anna = signed_in("anna")

    first = anna.ask("/inbox?view=groups")
    again = anna.ask("/inbox?view=groups", headers={"If-None-Match": first.headers["ETag"]})
    with office.database.transaction() as session:
        desk.begin(session, "王五", "件9")
    changed = anna.ask("/inbox?view=groups", headers={"If-None-Match": first.headers["ETag"]})

    assert "<html" not in first.text
    assert again.status_code == 304
    assert again.text == ""
    assert changed.status_code == 200


def test_the_url_filters_by_text_process_and_step(office, clock, signed_in):
    desk.put(office, 12)
    anna = signed_in("anna")

    assert len(rows(anna.get("/inbox?view=groups&text=件11").text)) == 1
    assert len(rows(anna.get("/inbox?view=groups&process=desk").text)) == 12
    other = anna.get("/inbox?view=groups&process=other").text
    assert "没有流程“other”" in other and len(rows(other)) == 12
    assert rows(anna.get("/inbox?view=groups&activity=decide").text) == []
    assert "没有符合条件" in anna.get("/inbox?view=groups&activity=decide").text


def test_unknown_words_in_the_url_are_left_alone(office, clock, signed_in):
    desk.put(office)

    page = signed_in("anna").get("/inbox?view=groups&due=never&sort=bogus")

    assert page.status_code == 200
    assert len(rows(page.text)) == 1


def test_a_cursor_that_was_never_given_is_a_sentence(office, clock, signed_in):
    assert signed_in("anna").get("/inbox?view=groups&after=bogus").status_code == 422


def test_pages_follow_one_another_and_go_back(office, clock, signed_in):
    desk.put(office, 60)
    anna = signed_in("anna")

    first = anna.get("/inbox?view=groups").text
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = anna.get(following).text
    back = re.search(r'rel="prev" href="([^"]+)"', second).group(1).replace("&amp;", "&")

    assert len(rows(first)) == 50
    assert len(rows(second)) == 10
    assert not set(rows(first)) & set(rows(second))
    assert rows(anna.get(back).text) == rows(first)


def test_an_overdue_task_says_so_in_words(office, clock, signed_in):
    task_id = desk.put(office)[0]
    with office.database.transaction() as session:
        task = session.get_one(desk.UserTask, task_id)
        task.due_at = clock.move(minutes=0)
    clock.move(days=2)

    page = signed_in("anna").get("/inbox?view=groups").text

    assert 'class="overdue"' in page
    assert "逾期2天" in page


def test_a_hostile_title_is_shown_as_text(office, clock, signed_in):
    with office.database.transaction() as session:
        desk.begin(session, "<img src=x onerror=alert(1)>{{7*7}}", "件1")

    page = signed_in("anna").get("/inbox?view=groups").text

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "{{7*7}}" in page


def test_the_page_speaks_english_when_asked(office, clock, signed_in):
    desk.put(office)
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en"})

    page = anna.get("/inbox?view=groups").text

    assert "Look at it" in page
    assert "Claim and open" in page
    assert "My groups" in page
