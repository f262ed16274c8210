"""A clerk's morning without the mouse: keyboard and barcode scanner, from signing in to the own day."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import counter
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk
from tests.people import PASSWORD
from workflow import tasks

WORK = 8
MOUSE = """for (const kind of ["mousedown", "pointerdown", "touchstart"])
  addEventListener(kind, (event) => { throw new Error(`a mouse was used on ${event.target.outerHTML}`); }, true);"""
READY = "() => window.htmx !== undefined && document.readyState === 'complete'"


@pytest.fixture
def packs(office) -> list[int]:
    """Eight packs that anna has brought in; bob has the last one."""
    ids = counter.lay(office, WORK)
    counter.by(office, "bob", tasks.claim, ids[-1])
    return ids


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def scan(page: Page, code: str) -> None:
    """As the scanner does it: the number, then Enter."""
    page.keyboard.type(code)
    press(page, "Enter")


def tab_to(page: Page, place: Locator) -> None:
    """Tab until this has the focus: whatever can be used can be reached."""
    for _ in range(30):
        if place.evaluate("each => each === document.activeElement"):
            return
        press(page, "Tab")
    raise AssertionError(f"not reached by Tab: {place}")


def arrive(page: Page, address: str) -> None:
    """The page has come, and its scripts listen."""
    page.wait_for_url(address)
    page.wait_for_function(READY)


@laps("zh-desk")
def test_a_clerks_morning_by_keyboard_and_scanner(walk: Walk, chromium, packs, lap: Lap):
    walk.begin(lap)
    page = walk.fresh()
    page.add_init_script(MOUSE)
    look: Callable = lambda name, **more: walk.look(page, f"morning-{name}", "二中", *counter.SENDERS, **more)  # noqa: E731

    sign_in(walk, page)
    look("inbox")
    first_by_scanner(page, packs[2])
    look("task")
    fill_and_complete(page)
    look("done")
    the_next_one(page, packs)
    comment_and_put_off(walk, page, look)
    urge(page, packs[-1], walk, look)
    a_list_of_ones_own(walk, page, look)
    press(page, "g", "t")
    arrive(page, "**/day")
    expect(page.locator("#done-today .count")).to_have_text("1")
    expect(page.locator("#follow-ups .count")).to_have_text("1")
    look("day")


def sign_in(walk: Walk, page: Page) -> None:
    page.goto(f"{walk.site.url}/login")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("anna")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    arrive(page, "**/inbox")
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 1)


def first_by_scanner(page: Page, task_id: int) -> None:
    """/ leads to the box; the pack on the desk is claimed and its form stands open."""
    press(page, "/")
    scan(page, "JD1002")
    arrive(page, f"**/tasks/{task_id}")
    expect(page.locator("#task-form")).to_be_visible()


def fill_and_complete(page: Page) -> None:
    """The shelf is scanned too: Enter goes on to the next field; the last Enter completes."""
    tab_to(page, page.locator("[name=box]"))
    scan(page, "A-03-12")
    expect(page.locator("[name=sender]")).to_be_focused()
    expect(page.locator("[name=sender]")).to_have_value("第3中学")
    press(page, "Enter")
    expect(page.locator("#task .notice.ok")).to_be_visible()


def the_next_one(page: Page, packs: list[int]) -> None:
    """Back to the list with two keys; the next is claimed and opened with one."""
    press(page, "g", "i")
    arrive(page, "**/inbox")
    press(page, "j", "o")
    arrive(page, f"**/tasks/{packs[0]}")
    expect(page.locator("#task-form")).to_be_visible()


def comment_and_put_off(walk: Walk, page: Page, look: Callable) -> None:
    press(page, "Escape", "m")
    expect(page.locator("#comment-said")).to_be_focused()
    page.keyboard.type("封条破了，已拍照")
    press(page, "Control+Enter")
    expect(page.locator("#matter-said")).to_contain_text("封条破了，已拍照")
    expect(page.locator("#task-form [name=box]")).to_be_focused()  # the cursor is back where the work is
    press(page, "Escape", "s")
    expect(page.locator("[name=soon]").first).to_be_focused()
    look("later")
    press(page, "Enter")
    expect(page.locator("#follow-up")).to_be_visible()
    look("put-off")


def urge(page: Page, task_id: int, walk: Walk, look: Callable) -> None:
    """Who brought a pack in may urge the colleague who has it."""
    press(page, "Escape", "/")
    scan(page, "JD1007")
    arrive(page, "**/scan*")
    tab_to(page, page.locator(f"main a[href='/tasks/{task_id}']"))
    press(page, "Enter")
    arrive(page, f"**/tasks/{task_id}")
    press(page, "r")
    expect(page.locator("#urge-said")).to_be_focused()
    scan(page, "家长在窗口等")
    expect(page.locator("#urged")).to_contain_text("家长在窗口等")
    look("urged")


def a_list_of_ones_own(walk: Walk, page: Page, look: Callable) -> None:
    """Filtered by what the forms ask, kept under a name, and the day begins with it."""
    press(page, "g", "i")
    arrive(page, "**/inbox")
    press(page, "v")
    expect(page.get_by_label(walk.say("变量 1", "Variable 1"))).to_be_focused()
    page.keyboard.type(walk.say("寄件单位", "Sender"))
    press(page, "Tab", "Tab")
    page.keyboard.type("第2中学")
    press(page, "Enter")
    arrive(page, "**variable=**")
    expect(page.locator("tr[data-task]")).to_have_count(2)
    look("filtered")
    tab_to(page, page.locator("#list-asked [name=name]"))
    page.keyboard.type("二中")
    tab_to(page, page.locator("#list-asked [name=start]"))
    press(page, "Space")
    press(page, "Shift+Tab", "Shift+Tab")
    expect(page.locator("#list-asked [name=name]")).to_be_focused()
    press(page, "Enter")
    arrive(page, "**saved=**")
    page.goto(f"{walk.site.url}/inbox")
    expect(page.locator(".saved-views a[aria-current]")).to_contain_text("二中")
    expect(page.locator(".saved-views .count")).to_have_text("2")
    look("saved")
