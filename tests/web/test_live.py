"""News for open pages: they come at once, to whom they concern; where they cannot come the page is told so."""

import json
import time
from threading import Event
from types import SimpleNamespace

import pytest
import redis

from tests.web import desk
from web import live
from workflow import jobs, news, tasks
from workflow.identity import User
from workflow.models import UserTask

FULL = {"HX-Request": "true"}


@pytest.fixture
def told(office, valkey):
    """News are told on a real line."""
    office.queue = jobs.Queue(valkey)


def events(answer, wanted: str, seconds: float = 5):
    """The data of the first event of this kind."""
    ends_at = time.monotonic() + seconds
    for block in answer.iter_encoded():
        name, _, data = block.decode().rpartition("event: ")[2].partition("\ndata: ")
        if name == wanted:
            return json.loads(data)
        assert time.monotonic() < ends_at, f"no {wanted} came"
    return None


@pytest.fixture
def listener(told, signed_in):
    """listener("anna") hears the news as her page does."""
    opened = []

    def of(name: str):
        answer = signed_in(name).get("/inbox/events", buffered=False)
        opened.append(answer)
        assert answer.status_code == 200 and answer.mimetype == "text/event-stream"
        assert events(answer, "beat") == {}
        return answer

    yield of
    for answer in opened:
        answer.close()


def test_new_work_of_a_group_is_told_to_its_members(office, listener):
    page, stranger = listener("anna"), listener("carl")
    with office.database.transaction() as session:
        case_id = desk.begin(session).case_id if desk.deploy(session) else 0

    assert events(page, "news") == {"mine": True, "cases": [case_id], "all": False}
    assert events(stranger, "news") == {"mine": False, "cases": [case_id], "all": False}


def test_what_a_colleague_claims_and_releases_is_told_at_once(office, listener, bob):
    with office.database.transaction() as session:
        desk.deploy(session)
        task_id = desk.begin(session).id
    page = listener("anna")
    began_at = time.monotonic()
    with office.database.transaction() as session:
        task = session.get_one(UserTask, task_id)
        tasks.claim(session, task, session.get_one(User, "bob"))
    assert events(page, "news")["cases"] == [task.case_id]
    with office.database.transaction() as session:
        tasks.release(session, session.get_one(UserTask, task_id), session.get_one(User, "bob"))

    assert events(page, "news")["mine"] is True
    assert time.monotonic() - began_at < 20  # at once, and on a busy machine


def test_what_is_undone_is_not_told(office, listener, valkey):
    page = listener("anna")
    with pytest.raises(RuntimeError), office.database.transaction() as session:
        desk.deploy(session)
        desk.begin(session)
        raise RuntimeError
    office.queue.publish(news.CHANNEL, news.News(all=True).said())

    assert events(page, "news") == {"mine": False, "cases": [], "all": True}


def test_without_a_source_the_page_is_told_to_ask_by_itself(office, signed_in):
    assert signed_in("anna").get("/inbox/events").status_code == 204
    office.queue = jobs.Queue("redis://127.0.0.1:1/0")
    assert signed_in("anna").get("/inbox/events").status_code == 204


def test_when_there_is_no_room_the_page_is_told_to_ask_by_itself(told, listener, signed_in, monkeypatch):
    listener("anna")
    monkeypatch.setattr(live, "READERS", 1)
    assert signed_in("bob").get("/inbox/events").status_code == 204


def test_a_page_that_is_gone_leaves_its_place(app, listener):
    page = listener("anna")
    assert len(app.hearing._lines) == 1
    page.close()
    assert len(app.hearing._lines) == 0


def gone(timeout):
    raise redis.ConnectionError("gone")


def test_lines_are_over_when_their_source_is_gone():
    closed = Event()
    source = SimpleNamespace(get_message=gone, close=closed.set)
    hearing = live.Hearing(lambda: source)
    line = hearing.join()

    assert line.get(timeout=5) is live.ENDED
    assert closed.wait(5)
    line.put(live.ENDED)
    assert len(list(live._said(line, frozenset()))) == 1, "a beat, and then it is over"


def test_nobody_hears_news_without_signing_in(told, browser):
    assert browser.get("/inbox/events").status_code == 302


def test_hearing_news_keeps_nobody_signed_in(app, listener, office, clock, signed_in):
    page = signed_in("anna")
    clock.move(hours=1)
    answer = page.get("/inbox/events", buffered=False)
    answer.close()
    clock.move(hours=3, minutes=10)
    assert page.get("/inbox").status_code == 302


def test_many_cases_at_once_are_told_as_all(office, told, listener):
    page = listener("anna")
    with office.database.transaction() as session:
        for case_id in range(news.MANY + 1):
            news.of_case(session, case_id)
    assert events(page, "news") == {"mine": False, "cases": [], "all": True}


def test_what_is_no_news_is_passed_over():
    for said in (b"", b"{", b"[]", b'{"to": 1, "cases": [], "all": false}', b'{"to": [], "cases": ["x"], "all": 0}'):
        assert news.read(said) is None
    told = news.News(frozenset({"user:anna"}), frozenset({3}))
    assert news.read(told.said()) == told


def test_only_so_many_requests_are_worked_on_at_once():
    busy, most = [0], [0]

    def application(_environ, _start):
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        inner and inner.pop()()
        busy[0] -= 1
        return []

    turns = live.Turns(application)
    inner = [lambda: turns({"PATH_INFO": "/inbox"}, None) for _ in range(live.WORKERS - 1)]
    turns({"PATH_INFO": "/inbox"}, None)
    assert most[0] == live.WORKERS
    inner = [lambda: turns({"PATH_INFO": live.PATH}, None) for _ in range(live.WORKERS + 5)]
    turns({"PATH_INFO": live.PATH}, None)
    assert most[0] == live.WORKERS + 6
