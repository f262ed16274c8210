"""A real browser, headless, on a real web server.

page   a fresh window, 1366×768, Chinese; at the end of a test it must have met no error: no exception in a
       script, nothing refused by the content security policy, no answer of 5xx
site   a web server on the office of the test (SQLite): site.url, site.office; `site.sign_in(page, "anna")`
walk   people at their windows, in one language and at one width (tests/browser/walking.py)
accessible(page)  axe finds nothing serious
"""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.applications import application
from tests.browser.walking import walk  # noqa: F401 - a fixture
from tests.browser.window import Site, opened
from workflow.office import Office

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of this process."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, "There is no Chromium: `make test` installs it (as root) or says how."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def met() -> list[str]:
    """The errors the page met so far."""
    return []


@pytest.fixture
def page(chromium: Browser, met: list[str]) -> Iterator[Page]:
    """A window of a person's own; fails the test when a page of it met an error."""
    context = opened(chromium, met)
    yield context.new_page()
    context.close()
    assert not met, "\n".join(["The page met errors:", *met])


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go, to be looked at: `page.screenshot(path=pictures / "inbox.png")`."""
    folder = Path(__file__).resolve().parent.parent / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def accessible():
    """Call with a page: axe must find nothing serious on it."""

    def check(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        serious = [f"{each['id']}: {each['help']} ({_where(each)})" for each in found if each["impact"] in SERIOUS]
        assert not serious, "\n".join([page.url, *serious])

    return check


def _where(violation: dict) -> str:
    return ", ".join(str(node["target"]) for node in violation["nodes"][:3])


@pytest.fixture
def office(sqlite_office: Office) -> Office:
    """Pages look the same on either database."""
    return sqlite_office


@pytest.fixture
def site(office: Office, chromium: Browser) -> Iterator[Site]:
    """A web server on the office, on a port of its own."""
    app = application(office)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", office, app)
    for window in chromium.contexts:  # a page that refreshes itself must not meet a server that is gone
        window.close()
    server.shutdown()
    serving.join(10)
    server.server_close()
