"""A browser without a screen: signs people in and speaks to the application of the test's office."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient

from tests.applications import application
from tests.people import PASSWORD
from web.app import Juanliu
from workflow.office import Office
from workflow.passwords import Hasher

QUICK = Hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Browser(FlaskClient):
    """A test client that sends the CSRF token of its session, as the pages do, and holds one cookie jar."""

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str):
        """Sign in through the page; returns the answer."""
        return self.post("/login", data={"name": name, "password": password, **fields})

    def token(self) -> str:
        """The CSRF token of this browser's session."""
        page = self.get("/login", headers={"HX-Request": "true", "HX-Request-Type": "full"})
        page = page if page.status_code == 200 else self.get("/profile", follow_redirects=True)
        return page.text.split('"X-CSRFToken": "')[1].split('"')[0]

    def open(self, *arguments, **options):
        method = str(options.get("method", "GET")).upper()
        if method not in ("GET", "HEAD", "OPTIONS") and options.pop("csrf", True):
            headers = dict(options.get("headers") or {})
            headers.setdefault("X-CSRFToken", self.token())
            options["headers"] = headers
        options.setdefault("buffered", True)  # the file behind a static answer is closed
        return super().open(*arguments, **options)

    def ask(self, path: str, method: str = "GET", **options):
        """Ask as htmx does, for a part of the page."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", **options.pop("headers", {})}
        return self.open(path, method=method, headers=headers, **options)


@pytest.fixture
def app(office: Office) -> Juanliu:
    made = application(office)
    made.testing = True
    made.test_client_class = Browser
    made.config["PROPAGATE_EXCEPTIONS"] = False  # errors reach their handlers, as in use
    return made


@pytest.fixture
def browser(app: Juanliu) -> Browser:
    """Nobody is signed in yet."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Juanliu) -> Callable[[str], Browser]:
    """signed_in("anna") is a browser in which anna is signed in."""

    def browser_of(name: str) -> Browser:
        opened = app.test_client()
        assert opened.sign_in(name).status_code == 302
        return opened

    return browser_of
