"""Many at once, with proof: chosen by a filter, checked one by one, done, reported, exported, taken back."""

import io

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser import counter
from tests.browser.laps import WHOLE, Lap, laps
from tests.browser.walking import Walk
from tests.workflow.world import work
from workflow import tasks

MANY, KEPT = (500, 50) if WHOLE else (12, 4)  # tasks; of them those a colleague takes meanwhile


@laps("en-desk")
def test_a_bulk_with_refusals_is_checked_done_reported_and_taken_back(walk: Walk, lap: Lap):
    office, say = walk.site.office, walk.begin(lap).say
    ids = counter.lay(office, MANY)
    page = walk.open("anna", "/inbox?view=groups&text=转入")
    page.get_by_role("link", name=say("对全部符合的任务", "With all that match")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say(f"批量办理 {MANY} 项任务", f"With {MANY} tasks"))
    walk.look(page, "bulk-new", *counter.SENDERS)
    check(walk, page, ids[:KEPT])
    for task_id in ids[KEPT : KEPT + KEPT // 2]:  # and some after the check
        counter.by(office, "bob", tasks.claim, task_id)
    begin(walk, page)
    done = MANY - KEPT - KEPT // 2
    assert exported(walk, page) == {say("完成", "done"): done, say("未成功", "not done"): KEPT // 2} | {
        say("不会办理", "will not be done"): KEPT
    }
    take_back(walk, page, done)
    page = walk.open("anna", "/bulk")
    walk.look(page, "bulk-runs", *counter.SENDERS)


def check(walk: Walk, page: Page, taken: list[int]) -> None:
    """Every single one is tried; nothing has happened yet. Some are taken by a colleague just then."""
    page.locator("[name=box]").fill("A-01")
    page.locator("[name=sender]").fill("第1中学")
    page.get_by_role("button", name=walk.say("核对并完成", "Check and complete")).click()
    page.wait_for_url("**/bulk/*")
    for task_id in taken:
        counter.by(walk.site.office, "bob", tasks.claim, task_id)
    work(walk.site.office)
    expect(page.locator("[data-phase=ready]")).to_be_visible()
    walk.look(page, "bulk-checked", *counter.SENDERS, whole=False)
    page.locator(".tabs a", has_text=walk.say("不会办理", "will not be done")).click()
    expect(page.locator("tr[data-item]")).to_have_count(min(KEPT, 100))
    expect(page.locator("tr[data-item]").first).to_contain_text(walk.say("已由鲍勃认领", "already claimed by 鲍勃"))
    walk.look(page, "bulk-will-not", *counter.SENDERS, whole=False)


def begin(walk: Walk, page: Page) -> None:
    page.locator("form[action$='/beginning'] button").click()
    expect(page.locator("[data-phase=running]")).to_be_visible()
    walk.look(page, "bulk-working", *counter.SENDERS, whole=False)
    work(walk.site.office)
    expect(page.locator("[data-phase=over]")).to_be_visible()
    walk.look(page, "bulk-over", *counter.SENDERS, whole=False)


def exported(walk: Walk, page: Page) -> dict[str, int]:
    """How often each result stands in the file."""
    with page.expect_download() as got:
        page.get_by_role("link", name="Excel").click()
    sheet = load_workbook(io.BytesIO(got.value.path().read_bytes())).active
    results = [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(results) == MANY
    return {each: results.count(each) for each in results}


def take_back(walk: Walk, page: Page, done: int) -> None:
    """For half an hour, with a reason."""
    page.locator(".take-back summary").click()
    page.locator("#undo-reason").fill("箱号填错")
    walk.look(page, "bulk-undo", *counter.SENDERS, whole=False)
    page.locator(".take-back button").click()
    expect(page.locator("[data-phase=undoing]")).to_be_visible()
    work(walk.site.office)
    undone = walk.say(f"{done} 已撤回", f"{done} taken back")
    expect(page.locator("[data-phase=over]")).to_contain_text(undone)
    walk.look(page, "bulk-undone", *counter.SENDERS, whole=False)
