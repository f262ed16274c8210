"""A step sent back, corrected, redone and taken back in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.laps import fits
from tests.web import desk
from workflow import tasks
from workflow.identity import User
from workflow.models import UserTask

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def deciding(office, clock) -> int:
    """anna has looked; bob holds the decision."""
    (look,) = desk.put(office, claimed_by="anna")
    with office.database.transaction() as session:
        task = session.get_one(UserTask, look)
        tasks.complete(session, task, session.get_one(User, "anna"), {"seen": "三页", "remark": "旧"})
        decide = desk.waiting(session, task.instance_id)[0]
        return tasks.claim(session, decide, session.get_one(User, "bob")).id


def open_task(office, instance_id: int) -> int:
    with office.database.reading() as session:
        return max(each.id for each in desk.waiting(session, instance_id))


def test_sent_back_straight_corrected_and_decided(deciding, site, page, accessible, pictures):
    site.sign_in(page, "bob")
    page.goto(f"{site.url}/tasks/{deciding}")
    page.get_by_role("link", name="退回…").click()
    page.locator("input[name=to]").first.check()
    expect(page.locator(".foreseen")).to_contain_text("其他一切照旧")
    page.locator("input[name=mode][value=redo]").check()
    expect(page.locator(".foreseen")).to_contain_text("流程从那里重新往下走")
    page.locator("input[name=mode][value=straight]").check()
    expect(page.locator(".foreseen")).to_contain_text("其他一切照旧")
    page.locator(".marks summary").click()
    page.locator("input[name=mark][value=seen]").check()
    page.locator("#reason").fill("页数不对")
    accessible(page)
    page.screenshot(path=pictures / "returns-send-back.png", full_page=True)
    page.get_by_role("button", name="退回").click()
    expect(page.locator(".awaited")).to_contain_text("要等安娜改好“查看”")
    expect(page.locator("#task-form button").last).to_be_disabled()
    page.screenshot(path=pictures / "returns-waiting.png", full_page=True)
    accessible(page)


def test_on_a_phone_in_english_it_is_redone(deciding, site, page, accessible, pictures):
    page.set_viewport_size(PHONE)
    with site.office.database.transaction() as session:
        for name in ("anna", "bob"):
            session.get_one(User, name).language = "en"
        instance_id = session.get_one(UserTask, deciding).instance_id
    site.sign_in(page, "bob")
    page.goto(f"{site.url}/tasks/{deciding}/returns/new")
    page.locator("input[name=to]").first.check()
    page.locator("input[name=mode][value=redo]").check()
    expect(page.locator(".foreseen")).to_contain_text("goes on from there once more")
    fits(page)
    page.screenshot(path=pictures / "returns-phone.png", full_page=True)
    accessible(page)
    page.locator("#reason").fill("The pages do not add up")
    page.get_by_role("button", name="Send it back").click()
    page.wait_for_url(f"**/tasks/{deciding}")
    page.goto(f"{site.url}/cases/{desk.stand(site.office, deciding).case_id}")
    expect(page.locator(".timeline").first).to_contain_text("Round 1: 1 steps done again since")
    page.context.clear_cookies()
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{open_task(site.office, instance_id)}")
    expect(page.locator("#returned")).to_contain_text("The pages do not add up")
    expect(page.locator("input[name=seen]")).to_have_value("三页")
    fits(page)


def test_a_step_is_taken_back(site, page, accessible, pictures, clock):
    (look,) = desk.put(site.office, claimed_by="anna")
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{look}")
    page.locator("input[name=seen]").fill("四页")
    page.locator("#task-form .actions button.primary").click()
    page.get_by_role("link", name="撤回").click()
    page.locator("#reason").fill("按错了")
    accessible(page)
    page.screenshot(path=pictures / "returns-take-back.png", full_page=True)
    page.get_by_role("button", name="撤回").click()
    expect(page.locator("#returned")).to_contain_text("撤回了这一步")
    expect(page.locator("input[name=seen]")).to_have_value("四页")
