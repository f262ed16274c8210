"""A walk of several people, each at a window of their own, in one language and at one width (see laps.py)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from tests.browser.laps import WHOLE, Eyes, Lap, fits, speak
from tests.browser.window import Site, opened
from workflow.identity import User


@dataclass
class Walk:
    """The office and the windows of those who walk."""

    site: Site
    chromium: Browser
    pictures: Path
    accessible: Callable[[Page], None]
    met: list[str]
    lap: Lap = field(default_factory=lambda: Lap("zh", "desk"))
    windows: dict[str, Page] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # what the eyes did not like, told at the end of the walk

    def begin(self, lap: Lap) -> "Walk":
        """Everybody reads the lap's language from now on, at windows of its width."""
        self.lap = lap
        with self.site.office.database.reading() as session:
            names = list(session.scalars(select(User.name).order_by(User.name)))
        speak(self.site.office, lap.language, *names)
        return self

    def say(self, chinese: str, english: str) -> str:
        """The words of the walk's language."""
        return chinese if self.lap.language == "zh" else english

    def fresh(self) -> Page:
        """A window at which nobody is signed in yet."""
        page = opened(self.chromium, self.met).new_page()
        page.set_viewport_size(self.lap.window)
        return page

    def window(self, name: str) -> Page:
        """The window of a person, who is signed in."""
        if name not in self.windows:
            page = self.fresh()
            self.site.sign_in(page, name)
            self.windows[name] = page
        return self.windows[name]

    def open(self, name: str, path: str) -> Page:
        """The window of a person at this page, whose scripts have run."""
        page = self.window(name)
        page.goto(self.site.url + path)
        page.wait_for_function("() => window.htmx !== undefined && document.readyState === 'complete'")
        return page

    def look(self, page: Page, name: str, *data: str, whole: bool = True) -> None:
        """See laps.Eyes, but only where all laps are gone: it takes its time. `data` are words of the other language
        that people brought."""
        if not WHOLE:
            fits(page, name)
            return
        page.mouse.move(0, 0)
        try:
            Eyes(self.lap, self.site.office, self.pictures, self.accessible, data).look(page, name, whole)
        except AssertionError as refused:
            self.refused.append(str(refused))


@pytest.fixture
def walk(site: Site, chromium: Browser, met: list[str], pictures: Path, accessible):
    """A walk to begin; at its end no page may have been ugly, and no window have met an error."""
    made = Walk(site, chromium, pictures, accessible, met)
    yield made
    for window in chromium.contexts:
        window.close()
    assert not [*made.refused, *met], "\n".join([*made.refused, *met])
