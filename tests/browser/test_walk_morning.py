"""A clerk's morning without the mouse: keyboard and barcode scanner from signing in to the own day."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import counter
from tests.browser.laps import Eyes, Lap, laps, speak
from tests.people import PASSWORD
from workflow import tasks

WORK = 8


@pytest.fixture
def packs(office) -> list[int]:
    """Eight packs that anna has brought in; bob holds the last one."""
    ids = counter.lay(office, WORK)
    counter.by(office, "bob", tasks.claim, ids[-1])
    return ids


@pytest.fixture
def mouseless(page: Page) -> Page:
    """A window whose pages take no click of a mouse."""
    page.add_init_script("""for (const kind of ["mousedown", "pointerdown"])
      addEventListener(kind, (event) => { throw new Error("no mouse here: " + event.target.outerHTML); }, true);""")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, place) -> None:
    """Tab until this has the focus."""
    for _ in range(40):
        if place.evaluate("each => each === document.activeElement"):
            return
        press(page, "Tab")
    raise AssertionError(f"not reached by Tab: {place}")


@laps("zh-desk")
def test_a_clerks_morning_by_keyboard_and_scanner(site, mouseless, packs, accessible, pictures, lap: Lap):
    page, eyes = mouseless, Eyes(lap, site.office, pictures, accessible, data=("第1中学", "第2中学", "第3中学"))
    page.set_viewport_size(lap.window)
    speak(site.office, lap.language, "anna")
    page.goto(f"{site.url}/login")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("anna")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.wait_for_url("**/inbox")
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 1)
    eyes.look(page, "morning-inbox")
