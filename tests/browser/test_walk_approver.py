"""An approver's evening on the phone: sign in, see what is asked, read, write, sign, decide, the next one; countersign."""

from playwright.sync_api import Page, expect

from tests.browser import transfer
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk


def draw_name(page: Page) -> None:
    """A stroke over the pad, as a finger makes it."""
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 30 + 26 * step, box["y"] + 30 + 14 * (step % 3))
    page.mouse.up()


@laps("zh-phone")
def test_an_approver_reads_signs_and_decides(walk: Walk, lap: Lap):
    say = walk.begin(lap).say
    with walk.site.office.database.transaction() as session:
        for number in (1, 2, 3):
            task = transfer.to_approval(session, say, number)
        case_id, task_id = task.case_id, task.id
    known = ("png", "pdf", "KB", "Powered by bpmn.io")

    page = walk.open("dora", "/inbox")
    walk.look(page, "approver-inbox", *known)
    page.locator(".tasks a.open, .tasks th a").first.click()
    expect(page.locator("#task-name")).to_be_visible()
    walk.look(page, "approver-task", *known)
    walk.look(page, "approver-task-first-screen", *known, whole=False)
    page = walk.open("dora", f"/cases/{case_id}")
    walk.look(page, "approver-case", *known)
    page = walk.open("dora", f"/tasks/{task_id}")
    page.locator("#phrases button").first.click()
    draw_name(page)
    walk.look(page, "approver-signed", *known)
    page.get_by_role("button", name=say("同意", "Agree"), exact=True).click()
    expect(page.locator("#task .notice.ok")).to_be_visible()
    walk.look(page, "approver-done", *known)
