"""A bulk of many with refusals, and the list with filters of one's own: in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.web import desk
from tests.workflow.world import work
from workflow import tasks, variable_rows
from workflow.identity import User
from workflow.models import UserTask

SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("size", SIZES)
def test_a_bulk_with_refusals_is_checked_done_and_reported(site, page, accessible, size):
    ids = desk.put(site.office, 12)
    site.sign_in(page, "anna")
    page.set_viewport_size(SIZES[size])
    page.goto(f"{site.url}/inbox?view=groups")
    page.get_by_role("link", name="对全部符合的任务").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("批量办理 12 项任务")
    accessible(page)
    page.screenshot(path=f"tests/artifacts/bulk-new-{size}.png")
    page.get_by_label("所见").fill("封口完好")
    page.get_by_role("button", name="核对并完成").click()
    page.wait_for_url("**/bulk/*")
    with site.office.database.transaction() as session:
        for task_id in ids[:2]:
            tasks.claim(session, session.get_one(UserTask, task_id), session.get_one(User, "bob"))
    work(site.office)
    expect(page.get_by_role("button", name="办理这 10 项")).to_be_visible()
    page.screenshot(path=f"tests/artifacts/bulk-checked-{size}.png")
    page.get_by_role("button", name="办理这 10 项").click()
    page.wait_for_load_state()
    work(site.office)

    expect(page.locator("[data-phase=over]")).to_be_visible()
    expect(page.locator("[data-phase]")).to_contain_text("10 完成")
    expect(page.locator("[data-phase]")).to_contain_text("2 不会办理")
    accessible(page)
    page.screenshot(path=f"tests/artifacts/bulk-over-{size}.png")


@pytest.mark.parametrize("size", SIZES)
def test_a_list_of_ones_own_is_made_and_kept(site, page, accessible, size):
    ids = desk.put(site.office, 6)
    with site.office.database.transaction() as session:
        for number, task_id in enumerate(ids):
            known = {"seen": "红封" if number % 2 else "白封", "remark": f"第{number}柜"}
            variable_rows.write(session, session.get_one(UserTask, task_id).instance_id, known, 1)
    site.sign_in(page, "anna")
    page.set_viewport_size(SIZES[size])
    page.goto(f"{site.url}/inbox?view=groups")
    page.get_by_text("更多筛选、列和排序").click()
    page.get_by_label("变量 1").fill("seen")
    page.get_by_label("值 1").fill("红封")
    page.get_by_label("列 1").fill("remark")
    page.get_by_role("button", name="显示", exact=True).click()
    expect(page.locator("tr[data-task]")).to_have_count(3)
    expect(page.locator("#inbox")).to_contain_text("第3柜")
    accessible(page)
    page.screenshot(path=f"tests/artifacts/list-asked-{size}.png", full_page=True)
    page.locator("#list-asked input[name=name]").fill("红封的")
    page.get_by_role("button", name="保存视图").click()
    expect(page.locator(".saved-views a", has_text="红封的")).to_contain_text("3")
    page.screenshot(path=f"tests/artifacts/list-saved-{size}.png")
