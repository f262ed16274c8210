"""People at their browsers, as far as a scanning batch needs them: a task done, dossiers counted at the desk, a package
uploaded, page images looked at one by one."""

import http.client
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from archive.images.defect_tables import Defect
from archive.scanning.models import ScanBatch
from bench import sheets
from bench.firm import SLIP
from tests import people
from tests.installation import Installation
from tests.season.browser import Browser, Page, WebForm
from workflow.models import UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

CHUNK = 1 << 20
PLACE = re.compile(r'name="material" value="(\d+)"><input type="hidden" name="page" value="(\d+)"')
HEADING = re.compile(r"<h2>(\S+)-(\d+) ")
DOSSIER = re.compile(r'<h1>.*?<a class="mono" href="/dossiers/\d+">(\S+)</a>')
IMAGE = re.compile(r'src="(/dossiers/\d+/images/\d+/file)"')
LOOKED = re.compile(r'<p class="totals">(.*?)</p>', re.S)
KINDS = ("raw", "opt")


class Hands:
    """Everybody who works on the one batch there is, each signed in at a browser of their own."""

    def __init__(self, installation: Installation, office: Office, patience: float) -> None:
        self.installation, self.office, self.patience = installation, office, patience
        self.browsers: dict[str, Browser] = {}

    def of(self, login: str) -> Browser:
        """Their browser, signed in."""
        if login not in self.browsers:
            self.browsers[login] = found = Browser(self.installation.url)
            page = found.send(found.open("/login").form("/login"), name=login, password=people.PASSWORD)
            assert page.url.endswith("/inbox"), f"{login} cannot sign in: {page.words()[:300]}"
        return self.browsers[login]

    def close(self) -> None:
        for browser in self.browsers.values():
            browser.close()

    # tasks

    def plan(self, who: str, **answers: str) -> None:
        """Begin the batch."""
        browser = self.of(who)
        page = browser.open("/processes/scanning/new")
        (own,) = [each for each in page.tree.iter("form") if each.get("method") == "post" and not each.get("action")]
        own.set("action", page.url)
        _well(browser.send(WebForm(page.url, dict(own.form_values())), **answers), "plan")

    def wait_for(self, *activities: str) -> str:
        """Wait until the batch stands at one of these steps; which."""
        return self.installation.wait(lambda: self._standing(*activities), " or ".join(activities), self.patience)

    def claim(self, who: str, activity: str) -> Page:
        """Take the task of this step in hand, once it is there; its page."""
        self.wait_for(activity)
        browser, path = self.of(who), f"/tasks/{self._task(who, activity)}"
        page = browser.open(path)
        if f'action="{path}/completion"' not in page.text:
            page = _well(browser.send(page.form(f"{path}/claim")), activity)
        return page

    def do(self, who: str, activity: str, **answers: str | list[str]) -> None:
        """Claim and complete it."""
        page = self.claim(who, activity)
        _well(self.of(who).send(page.form("/completion"), follow=False, **answers), activity)

    # the batch

    def at_desk(self, who: str, place: str, **typed: str) -> None:
        """Dossiers are counted out or back on the batch's page."""
        browser = self.of(who)
        page = browser.open(self.batch())
        _well(browser.send(page.form(f"/{place}"), follow=False, **typed), place)

    def upload(self, who: str, package: Path, part: bool) -> None:
        """Send a package, in pieces as a browser does."""
        browser = self.of(who)
        form = browser.open(self.batch()).form("/parcels")
        values = {**form.values, **({"part": "1"} if part else {})}
        _send_file(browser, WebForm(form.action, values), package)

    def batch(self) -> str:
        """The path of its page."""
        with self.office.database.reading() as session:
            return f"/scanning/{session.scalars(select(ScanBatch.id)).one()}"

    # page images

    def look_at(self, who: str, dossier_id: int, stage: str) -> None:
        """Look at every page of the dossier this person (at the firm: anybody) has not looked at; mark what is wrong
        with it, told from the picture alone."""
        browser, path = self.of(who), f"/dossiers/{dossier_id}/images"
        page = browser.open(f"{path}?stage={stage}")
        while _left(page):
            found = next(_seen_wrong(browser, page), None)
            if found is None:
                page = browser.send(page.form("/images/checks"))
            else:
                kind, code = found
                browser.send(page.form("/images/defects"), follow=False, kind=kind, code=code.value)
                page = browser.open(f"{path}?stage={stage}")
            if page.status != 200:
                raise AssertionError(f"{who} at {page.url}: {page.status} {page.words()[:300]}")

    def _standing(self, *activities: str) -> str | None:
        with self.office.database.reading() as session:
            there = select(UserTask.activity_id).where(UserTask.status == TaskStatus.OPEN)
            return session.scalars(there.where(UserTask.activity_id.in_(activities)).limit(1)).first()

    def _task(self, who: str, activity: str) -> int:
        """The open task of this step: theirs, else one nobody has."""
        with self.office.database.reading() as session:
            there = select(UserTask).where(UserTask.status == TaskStatus.OPEN, UserTask.activity_id == activity)
            found = session.scalars(there.order_by(UserTask.id)).all()
            return min(found, key=lambda each: (each.assignee != who, each.assignee is not None, each.id)).id


def _left(page: Page) -> bool:
    """Whether pages are left nobody has looked at: “12 of 60”."""
    numbers = [int(each) for each in re.findall(r"\d+", LOOKED.search(page.text)[1])]
    return min(numbers) < max(numbers)


def _seen_wrong(browser: Browser, page: Page) -> Iterator[tuple[str, Defect]]:
    """What a person sees in the two pictures: nothing, another's page, a page of another place, a slip of the pen."""
    code, seq = HEADING.search(page.text).groups()
    wanted = f"{DOSSIER.search(page.text)[1]}.{code}-{seq}.{PLACE.search(page.text)[2]}"
    for kind, path in zip(KINDS, IMAGE.findall(page.text), strict=True):
        said = sheets.read(browser.open(path).body)
        if not said:
            yield kind, Defect.BLANK
        elif said == wanted + SLIP:
            if "stage=owner" in page.url or 'name="stage" value="owner"' in page.text:
                yield kind, Defect.REMARK  # the archive's checkers compare names, the firm's do not
        elif said != wanted:
            yield kind, Defect.WRONG_PERSON if said.split(".")[0] != wanted.split(".")[0] else Defect.WRONG_ORDER


def _well(page: Page, what: str) -> Page:
    assert page.status < 400, f"{what}: {page.status} {page.words()[:600]}"
    return page


def _send_file(browser: Browser, form: WebForm, package: Path) -> None:
    mark = uuid.uuid4().hex
    fields = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.values.items()
    )
    opened = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{package.name}"\r\n'
    head = (fields + opened + "Content-Type: application/zip\r\n\r\n").encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    line = http.client.HTTPConnection(browser.base.removeprefix("http://"), timeout=600)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(head) + package.stat().st_size + len(tail)),
        "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
        "Origin": browser.base,
    }
    line.request("POST", form.action.removeprefix(browser.base), _pieces(head, package, tail), headers)
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    assert answer.status == 303, f"upload: {answer.status} {said[:600]}"


def _pieces(head: bytes, package: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with package.open("rb") as opened:
        while piece := opened.read(CHUNK):
            yield piece
    yield tail
