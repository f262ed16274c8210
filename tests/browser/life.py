"""An office of two keepers in a browser: its people at their windows, each step of a dossier's life done as they do it —
the number scanned, the form filled in, the task completed —, and every paper that comes of it downloaded and read."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document as WordFile
from playwright.sync_api import Page, expect
from sqlalchemy import select

from archive import founding, storage
from archive.demo.cast import PEOPLE
from archive.numbers import IssuedNumber
from archive.transfer import keepers
from tests.browser import filling
from tests.browser.filling import Answers
from tests.browser.walking import Walk
from tests.conftest import NINE
from workflow import clock as clocks
from workflow import jobs, timers
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import Case, Job, ProcessDefinition, UserTask
from workflow.office import Office
from workflow.statuses import JobStatus, TaskStatus

READERS = {"hecha": "何查", "xuyue": "许阅"}  # of another unit, with accounts to read on the screen
OFFICES = (
    {"code": "YX", "name": "云溪区人才中心", "address": "云溪区机要局转", "inside": True},
    {"code": "YXGB", "name": "云溪区干部档案室", "address": "云溪区机要局转", "inside": True},
)

READY = "() => window.htmx !== undefined && document.readyState === 'complete'"
LEAVING = "() => { document.documentElement.dataset.leaving = 'yes'; }"
ARRIVED = f"() => !document.documentElement.dataset.leaving && ({READY})()"
NUMBER = re.compile(r"〔\d{4}〕\S*号")
TYPING = "() => ['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement?.tagName)"


def furnish(office: Office) -> None:
    """The demo's people with the tests' password, two offices of one house, a room for each."""
    with office.database.transaction() as session:
        founding.found(session)
        anna = session.get_one(User, "anna")
        for standard in founding.GROUPS:  # some were there already, for other tests
            group = session.get_one(Group, standard.key)
            group.name, group.name_en, group.permissions = standard.name, standard.name_en, list(standard.permissions)
        for person in PEOPLE:
            session.add(_user(anna, person.login, person.display_name, session.get_one(Group, person.group)))
        session.add_all(_user(anna, login, name) for login, name in READERS.items())
        for login in ("anna", "bob", "carl", "dora", "eve"):
            session.get_one(User, login).active = False
        for each in OFFICES:
            keepers.save(session, each, "linlan")
        for room, name in (("K01", "一号库"), ("K02", "干部档案库")):
            storage.furnish(session, room, name, storage.Shelves(rows=1, cabinets=1, layers=1, places=5))


def _user(like: User, login: str, name: str, *groups: Group) -> User:
    made = User(name=login, display_name=name, password_hash=like.password_hash, created_at=like.created_at)
    made.groups.extend(groups)
    return made


@dataclass
class Paper:
    """A paper of the office as Word opens it; `name`: of its file, which says its kind and number."""

    number: str
    name: str
    word: WordFile

    @property
    def text(self) -> str:
        return "".join(self.word.element.body.itertext())


class Shared(clocks.Hand):
    """A clock that other threads may look at."""

    def __init__(self) -> None:
        self.moment = now()

    def set(self, at: datetime) -> datetime:
        self.moment = super().set(at)
        return self.moment


@dataclass
class Life:
    """One dossier's life at the windows of a walk; the clock goes on a little with every step."""

    walk: Walk
    clock: "Shared"
    folder: Path
    papers: list[Paper] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # steps whose page was looked at
    data: tuple[str, ...] = ()  # words people brought, in no language of the office

    def __post_init__(self) -> None:
        """The web server goes by the same clock: a held one is known in its own thread only."""
        app, hand = self.walk.site.app, clocks.Hand()
        serve = app.wsgi_app

        def at_the_same_moment(environ, start_response):
            hand.set(self.clock.moment)
            return serve(environ, start_response)

        app.wsgi_app = at_the_same_moment  # type: ignore[method-assign]

    @property
    def office(self) -> Office:
        return self.walk.site.office

    # people at their windows

    def open(self, who: str, path: str) -> Page:
        return self.walk.open(who, path)

    def do(self, who: str, activity: str, code: str, **answers: object) -> Page:
        """Reach the task, fill in, complete; then the machine works."""
        page = self.reach(who, activity, code)
        filling.fill(page, answers_of(answers))
        self.look(page, f"{self.process_of(page)}-{activity}")
        self.complete(page)
        return page

    def reach(self, who: str, activity: str, code: str) -> Page:
        """As with the scanner: the key / leads to the box, the number, Enter; of several tasks the one of this name."""
        page, name = self.walk.window(who), self.name(activity)
        page.wait_for_function(READY)
        page.locator("#scan").focus() if page.evaluate(TYPING) else page.keyboard.press("/")
        page.keyboard.type(code)
        page.evaluate(LEAVING)
        page.keyboard.press("Enter")
        page.wait_for_function(ARRIVED)
        if "/tasks/" not in page.url:
            page.get_by_role("button", name=f"{name} →", exact=True).first.click()
        expect(page.locator("#task-name")).to_have_text(name)
        expect(page.locator("#task-form")).to_be_visible()
        return page

    def begin(self, who: str, process: str, **answers: object) -> str:
        """Start a process by hand from its list; the number of its case."""
        page = self.open(who, "/processes")
        page.locator(f"main a[href='/processes/{process}/new']").first.click()
        page.wait_for_function(READY)
        filling.fill(page, answers_of(answers))
        self.look(page, f"begin-{process}")
        page.locator("#task-form .actions button, #task-form button.form-button").first.click()
        page.wait_for_url("**/cases/*")
        self.machine()
        return self._one(select(Case.business_key).where(Case.id == int(page.url.rsplit("/", 1)[1])))

    def complete(self, page: Page) -> None:
        page.locator("#task-form .actions button, #task-form button.form-button").first.click()
        expect(page.locator("#task .notice.ok, #task [role=alert]").first).to_be_visible()
        problems = page.locator("#task [role=alert]")
        assert problems.count() == 0, problems.all_inner_texts()
        self.machine()

    def look(self, page: Page, name: str) -> None:
        """At a page of each name, once."""
        if name not in self.seen:
            self.seen.add(name)
            self.walk.look(page, f"life-{name}", *self.data, *self._numbers())

    def _numbers(self) -> list[str]:
        """The numbers of papers, which are the same in every language."""
        with self.office.database.reading() as session:
            return list(session.scalars(select(IssuedNumber.text)))

    # time and machine

    def machine(self) -> None:
        """A minute passes; what is due fires, every due job is done, until nothing is left to do."""
        self.clock.move(minutes=1)
        self.work()

    def work(self) -> None:
        database = self.office.database
        while timers.fire_due(database) + sum(jobs.perform(database, each) for each in self._due()):
            pass

    def on(self, day: int, month: int = 7) -> None:
        """Nine in the morning of this day; everybody signs in again."""
        self.clock.set(NINE.replace(month=month, day=day).astimezone(UTC))
        self.work()
        for page in self.walk.windows.values():
            page.context.close()
        self.walk.windows.clear()

    def _due(self) -> Sequence[int]:
        with self.office.database.reading() as session:
            query = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= now()).order_by(Job.id)
            return list(session.scalars(query))

    # papers

    def collect(self, who: str, process: str) -> list[Paper]:
        """Every paper of the newest case of this process: downloaded from the case's page and opened."""
        newest = select(Case.id).where(Case.process_key == process).order_by(Case.id.desc()).limit(1)
        page, found = self.open(who, f"/cases/{self._one(newest)}"), []
        for link in page.locator("main a[href^='/documents/']").all():
            with page.expect_download() as download:
                link.click()
            said = " ".join(link.inner_text().split())
            found.append(_paper(said, download.value.suggested_filename, Path(download.value.path()).read_bytes()))
            (self.folder / f"{process}-{len(found)}.docx").write_bytes(Path(download.value.path()).read_bytes())
        self.look(page, f"case-{process}")
        self.papers += found
        return found

    # names

    def name(self, activity: str) -> str:
        """What the reader's language calls a step that waits."""
        newest = select(UserTask.definition_id).where(
            UserTask.activity_id == activity, UserTask.status == TaskStatus.OPEN
        )
        with self.office.database.reading() as session:
            definition_id = session.scalars(newest.order_by(UserTask.id.desc())).first()
            assert definition_id is not None, f"nothing waits at {activity}: {self.waiting()}"
            known = session.get_one(ProcessDefinition, definition_id).activities[activity]
        return (known.get("names") or {}).get(self.walk.lap.language) or known["name"]

    def process_of(self, page: Page) -> str:
        """The process of the task at which this window stands."""
        task_id = int(page.url.rsplit("/", 1)[1])
        return self._one(select(UserTask.process_key).where(UserTask.id == task_id))

    def waiting(self) -> list[str]:
        with self.office.database.reading() as session:
            return sorted(session.scalars(select(UserTask.activity_id).where(UserTask.status == TaskStatus.OPEN)))

    def _one(self, query):
        with self.office.database.reading() as session:
            return session.scalars(query).one()


def answers_of(given: dict[str, object]) -> Answers:
    """`__` stands for the dot of a part: witness__by."""
    return {name.replace("__", "."): answer for name, answer in given.items()}  # type: ignore[misc]


def _paper(said: str, name: str, content: bytes) -> Paper:
    word = docx.Document(io.BytesIO(content))
    number = NUMBER.search(said)
    made = Paper(number[0] if number else "", name, word)
    assert not set("{}") & set(made.text), f"{said}: {made.text[:300]}"
    assert "None" not in made.text, f"{said}: {made.text}"
    return made
