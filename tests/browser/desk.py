"""A person at the office's pages in a real browser: scans a number, claims, fills in, completes."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from archive.demo.morning import Parcel
from tests.browser import filling
from tests.season import browser as plain
from tests.season.clerk import ANSWERS, Answers, Season

PATIENCE = 60  # scans, a third of a second apart, until the machine has prepared the next step


@dataclass
class Desk:
    """One person signed in at one window; answers as the scripted clerks do (tests.season.clerk.ANSWERS)."""

    page: Page
    season: Season
    login: str
    witness: str = ""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def sign_in(self) -> "Desk":
        self.open("/login")
        self.page.locator("input[name=name]").fill(self.login)
        self.page.locator("input[name=password]").fill(self.season.password)
        self.page.locator("form button[type=submit]").first.click()
        self.page.wait_for_url("**/inbox")
        return self

    def open(self, path: str) -> Page:
        self.page.goto(self.season.base + path)
        return self.page

    def times(self, parcel: Parcel, name: str) -> int:
        """How often this step of this parcel was done before."""
        return self.season.done[(parcel.tracking_no, name)]

    def do(self, parcel: Parcel, name: str, picture: Path | None = None) -> Answers:
        """Scan the parcel, fill in the named task that waits for it, complete it and see that it is done."""
        self.reach(parcel, name)
        answers = self.answers(parcel, name)
        self.fill(answers)
        if picture:
            self.page.screenshot(path=picture)
        self.complete()
        self.season.done[(parcel.tracking_no, name)] += 1
        return answers

    def complete(self) -> None:
        self.page.locator("#task-form .actions button, #task-form button.form-button").last.click()
        expect(self.page.locator("#task .notice.ok, #task [role=alert]").first).to_be_visible()
        problems = self.page.locator("#task [role=alert]")
        assert problems.count() == 0, problems.all_inner_texts()
        assert self.page.locator("#task .notice.ok").is_visible()

    def reach(self, parcel: Parcel, name: str) -> None:
        """Scan until the named task waits; of several, choose it from the list."""
        for _ in range(PATIENCE):
            self.scan(parcel.tracking_no)
            offered = self.page.locator("main form button", has_text=name)
            if "/tasks/" not in self.page.url and offered.count():
                offered.first.click()
                self.page.wait_for_url("**/tasks/*")
            if self.page.locator("#task-name").all_inner_texts() == [name]:
                expect(self.page.locator("#task-form")).to_be_visible()
                return
            plain.WAIT(0.3)
        raise AssertionError(f"{self.login} finds no “{name}”: {self.page.locator('main').inner_text()[:600]}")

    def scan(self, code: str) -> None:
        """As with the scanner: the key / leads to the box, the number, Enter."""
        self.open("/inbox")
        self.page.keyboard.press("/")
        self.page.keyboard.type(code)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def shown(self) -> plain.Page:
        """The page as it stands."""
        return plain.Page(200, self.page.url, self.page.content().encode())

    def answers(self, parcel: Parcel | None, name: str) -> Answers:
        """What the clerks would answer on the page as it stands."""
        if name == "跟踪补材料":  # the clerks leave it open; here all of it comes
            options = self.page.locator("#task-form input[type=checkbox][name=supplied]")
            return {"supplied": [each.get_attribute("value") for each in options.all()]}
        return ANSWERS[name](self, parcel, self.shown())

    def fill(self, answers: Answers) -> None:
        """Put the answers into the fields of those names; a field that is not asked is left out."""
        filling.fill(self.page, answers)
