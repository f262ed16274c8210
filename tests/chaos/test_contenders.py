"""Many people want the same task at the same moment, over HTTP: one gets it, one completes it, nobody sees a failure.

`make contenders`: 200 people on one task, 100 rounds, on both databases; `make test` plays a share.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

from sqlalchemy import func, select

from tests import people as cast
from tests.chaos.serving import serving
from tests.season.browser import Browser, Page, WebForm
from tests.web import desk
from workflow import fsck
from workflow.identity import Group, User
from workflow.models import HistoryEvent, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

CONTENDERS, ROUNDS = (int(part) for part in os.environ.get("JUANLIU_CONTENDERS", "10x2").split("x"))
WON, TOLD = {200, 303}, {200, 303, 403, 404, 409}  # what a browser is answered: one has it; the others are told so


class Contender:
    """One person at one browser, signed in."""

    def __init__(self, base: str, name: str) -> None:
        self.name, self.browser = name, Browser(base)
        page = self.browser.send(
            self.browser.open("/login").form("/login"), follow=False, name=name, password=cast.PASSWORD
        )
        assert page.status == 302 or page.url.endswith("/"), page.status
        self.token = self.browser.open("/profile").tree.xpath('//input[@name="csrf_token"]/@value')[0]
        self.browser.close()

    def send(self, path: str, **answers: str) -> Page:
        form = WebForm(f"{self.browser.base}{path}", {"csrf_token": self.token})
        with closing(self.browser):  # a connection each time: nobody keeps a line of the server for themselves
            return self.browser.send(form, follow=False, **answers)


def test_of_all_who_want_a_task_one_gets_it_and_it_is_done_once(office):
    task_ids = desk.put(office, ROUNDS)
    names = _crowd(office, CONTENDERS)
    with serving(office) as base, ThreadPoolExecutor(CONTENDERS) as pool:
        crowd = [Contender(base, name) for name in names]
        for task_id in task_ids:
            _contend(office, pool, crowd, task_id)
    _check(office, task_ids)


def _crowd(office: Office, count: int) -> list[str]:
    """So many colleagues of the registry; their names."""
    names = [f"clerk{number}" for number in range(count)]
    with office.database.transaction() as session:
        registry, known = session.get_one(Group, "registry"), session.get_one(User, "anna")
        for name in names:
            person = User(name=name, display_name=name, password_hash=known.password_hash, created_at=cast.SINCE)
            person.groups = [registry]
            session.add(person)
    return names


def _contend(office: Office, pool: ThreadPoolExecutor, crowd: list[Contender], task_id: int) -> None:
    claimed = _at_once(pool, crowd, lambda each: each.send(f"/tasks/{task_id}/claim"))
    holder = _holder(office, task_id)
    won = [each.name for each, page in zip(crowd, claimed, strict=True) if page.status in WON]
    assert won == [holder], f"{won} were told they have it; {holder} does"

    done = _at_once(pool, crowd, lambda each: each.send(f"/tasks/{task_id}/completion", seen="完好", request_key="k"))
    assert [each.name for each, page in zip(crowd, done, strict=True) if page.status in WON] == [holder]

    winner = next(each for each in crowd if each.name == holder)
    again = _at_once(
        pool, [winner] * 5, lambda each: _fresh(each).send(f"/tasks/{task_id}/completion", seen="完好", request_key="k")
    )
    assert all(page.status in WON for page in again)


def _fresh(contender: Contender) -> Contender:
    """The same person in one more window."""
    window = object.__new__(Contender)
    window.name, window.token = contender.name, contender.token
    window.browser = Browser(contender.browser.base, dict(contender.browser.cookies))
    return window


def _at_once(pool: ThreadPoolExecutor, crowd: list[Contender], act) -> list[Page]:
    """What everybody is answered; none of it a failure of the server."""
    together = Barrier(len(crowd), timeout=120)

    def send(each: Contender) -> Page:
        together.wait()
        return act(each)

    pages = list(pool.map(send, crowd))
    answers = Counter(page.status for page in pages)
    assert set(answers) <= TOLD, answers
    return pages


def _holder(office: Office, task_id: int) -> str:
    with office.database.reading() as session:
        return session.scalars(select(UserTask.assignee).where(UserTask.id == task_id)).one()


def _check(office: Office, task_ids: list[int]) -> None:
    """Each task was claimed once and completed once, by the same person, and the next step waits once."""
    with office.database.reading() as session:
        told = select(HistoryEvent.kind, func.count()).where(
            HistoryEvent.activity_id == "look", HistoryEvent.kind.in_(["claimed", "completed"])
        )
        assert dict(session.execute(told.group_by(HistoryEvent.kind)).all()) == {
            "claimed": len(task_ids),
            "completed": len(task_ids),
        }
        looked = list(session.scalars(select(UserTask).where(UserTask.id.in_(task_ids))))
        assert all(task.status is TaskStatus.COMPLETED and task.completed_by == task.assignee for task in looked)
        waiting = select(func.count()).where(UserTask.activity_id == "decide", UserTask.status == TaskStatus.OPEN)
        assert session.scalar(waiting) == len(task_ids)
        assert fsck.run(session) == []
