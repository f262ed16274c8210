"""One person at a browser: signs in, sends forms, and is answered; what is answered is told apart and counted."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from tests import people as cast
from tests.season.browser import WAIT, Browser, Page, WebForm
from tests.season.clerk import problems_of
from tests.week.costs import Costs

DONE, BUSY = {302, 303}, 503
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TRIES = 60


@dataclass(frozen=True)
class Answer:
    """`said`: the refusal's words, "" where there is none. `place`: where a done act leads to."""

    status: int
    place: str
    said: str

    @property
    def done(self) -> bool:
        return self.status in DONE


class Person:
    """Signed in as `login` at the server `base`."""

    def __init__(self, base: str, login: str, broken: list[str], costs: Costs) -> None:
        """`broken` is told of every page that says that something went wrong, `costs` how long each took."""
        self.login, self.browser, self.token, self.broken, self.costs = login, Browser(base), "", broken, costs
        self.lock = threading.Lock()

    def sign_in(self) -> None:
        with self.lock:
            self._enter()

    def send(self, path: str, **answers: str | list[str]) -> Answer:
        """POST a form, as its page would."""
        with self.lock:
            page = self._patiently(path, lambda: self.browser.send(self._form(path), follow=False, **answers))
        return Answer(page.status, page.url.removeprefix(self.browser.base), "" if page.status in DONE else said(page))

    def upload(self, path: str, filename: str, content: bytes) -> Answer:
        """POST a diagram."""
        with self.lock:
            page = self._patiently(path, lambda: self.browser.upload(self._form(path), "diagram", filename, content))
        return Answer(303 if page.status == 200 else page.status, path, "" if page.status == 200 else said(page))

    def open(self, path: str) -> Page:
        with self.lock:
            return self._patiently(path, lambda: self.browser.open(path))

    def _form(self, path: str) -> WebForm:
        return WebForm(f"{self.browser.base}{path}", {"csrf_token": self.token})

    def _enter(self) -> None:
        self.browser.cookies.clear()
        form = self.browser.open("/login").form("/login")
        page = self.browser.send(form, follow=False, name=self.login, password=cast.PASSWORD)
        assert page.status in DONE, f"{self.login} cannot sign in: {page.status} {said(page)}"
        self.token = self.browser.open("/profile").tree.xpath('//input[@name="csrf_token"]/@value')[0]

    def _patiently(self, path: str, ask: Callable[[], Page]) -> Page:
        """Signed in again where the sitting was too long ago; asked again where the server was busy."""
        for _ in range(TRIES):
            began = monotonic()
            page = ask()
            self.costs.took(path, monotonic() - began)
            if "/login" in page.url:
                self._enter()
            elif page.status == BUSY:
                WAIT(0.2)
            else:
                break
        if page.status >= 500:
            self.broken.append(f"{self.login}: {page.url} answered {page.status}: {problems_of(page)[:200]}")
        return page


def said(page: Page) -> str:
    """What a page says is wrong; "" when it says nothing a person could read."""
    words = problems_of(page) if page.body else ""
    return words if CHINESE.search(words) else ""
