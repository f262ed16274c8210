"""Walks through the office in a browser: each in two languages and at two widths, each page looked at on the way.

One lap of a walk is a language and a width. `make test` goes one lap of each walk; WALKS=all (`make walks`)
goes all four. `Eyes.look(page, "inbox")` keeps a picture (tests/artifacts) and refuses what nobody should have to
see: a page wider than its window, a button broken over lines, words of the other language, what axe finds serious.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from sqlalchemy import select

from workflow.identity import Group, User
from workflow.models import Case
from workflow.office import Office

SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LANGUAGES = ("zh", "en")
WHOLE = os.environ.get("WALKS") == "all"
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
BRAND = ("卷流", "卷", "中文")
BORROWED = ("English", "Excel", "CSV", "Enter", "Esc", "Alt", "Word")

TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || parent.closest("script, style, kbd, textarea, q, .said, blockquote, .mono, datalist")) continue;
    if (parent.closest("option") || parent.checkVisibility({ visibilityProperty: true })) found.push(words);
  }
  for (const each of document.querySelectorAll("[placeholder], [aria-label], [title]"))
    for (const name of ["placeholder", "aria-label", "title"]) if (each.hasAttribute(name)) found.push(each.getAttribute(name));
  return found;
}"""
BROKEN = """() => [...document.querySelectorAll(".button, .tabs > a, .badge, thead th")]
  .filter((each) => each.checkVisibility() && !each.closest(".phrases"))
  .filter((each) => { const range = document.createRange(); range.selectNodeContents(each);
    const tops = [...range.getClientRects()].filter((box) => box.width > 2).map((box) => box.top + box.height / 2);
    return Math.max(...tops) - Math.min(...tops) > 14; })
  .map((each) => each.textContent.trim())"""
FITS = """() => document.readyState === 'complete'
  && document.documentElement.scrollWidth <= document.documentElement.clientWidth"""


@dataclass(frozen=True)
class Lap:
    language: str
    size: str

    def __str__(self) -> str:
        return f"{self.language}-{self.size}"

    @property
    def window(self) -> dict[str, int]:
        return SIZES[self.size]


def laps(usually: str) -> Callable:
    """Parametrizes a test by `lap`; `usually` ("zh-desk") is the one lap of `make test`."""
    every = [Lap(language, size) for size in SIZES for language in LANGUAGES]
    return pytest.mark.parametrize("lap", [each for each in every if WHOLE or str(each) == usually], ids=str)


def speak(office: Office, language: str, *names: str) -> None:
    """These people read the office in this language."""
    with office.database.transaction() as session:
        for name in names:
            session.get_one(User, name).language = language


def dress(page: Page, theme: str, language: str) -> None:
    """On the own profile: first the theme, then the language; each has come before anything else is done."""
    page.locator(f"main button[value={theme}]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.locator(f"main button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")


def fits(page: Page, name: str = "the page") -> None:
    """The page, once it is there whole (it may just be on its way), is no wider than its window."""
    try:
        page.wait_for_function(FITS, timeout=10_000)
    except PlaywrightTimeoutError as late:
        raise AssertionError(f"{name} is wider than the window") from late


@dataclass
class Eyes:
    """Looks at the pages of one lap; `data` are words of the other language that the office's people brought."""

    lap: Lap
    office: Office
    pictures: Path
    accessible: Callable[[Page], None]
    data: tuple[str, ...] = ()

    def look(self, page: Page, name: str, whole: bool = True) -> None:
        """The page as it stands fits, is in one language, and axe finds nothing serious."""
        fits(page, name)
        page.screenshot(path=self.pictures / f"walk-{name}-{self.lap}.png", full_page=whole, caret="initial")
        broken = page.evaluate(BROKEN)
        assert not broken, f"{name}: broken over lines: {broken}"
        strange = sorted(set(self._strange(page.evaluate(TEXTS))))
        assert not strange, f"{name}: not {self.lap.language}: {strange}"
        self.accessible(page)

    def _strange(self, texts: Iterable[str]) -> list[str]:
        known = sorted({*BRAND, *BORROWED, *self.data, *_brought(self.office)}, key=len, reverse=True)
        other = LATIN if self.lap.language == "zh" else HAN
        return [text for text in texts if other.search(_without(text, known))]


def _without(text: str, known: list[str]) -> str:
    for word in known:
        text = text.replace(word, " ")
    return text


def _brought(office: Office) -> set[str]:
    """Names of people and cases: in the language they have, whoever reads them. Groups have a name in each."""
    with office.database.reading() as session:
        people = {word for row in session.execute(select(User.name, User.display_name)) for word in row}
        cases = {word for row in session.execute(select(Case.title, Case.business_key)) for word in row}
        nameless = {group.name for group in session.scalars(select(Group)).unique() if not group.name_en}
    return {word for word in people | cases | nameless if word}
