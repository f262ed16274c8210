"""Why one may not, by keyboard and on the phone; a manager repairs what the watchdog found."""

import pytest
from playwright.sync_api import expect

from tests.web import desk
from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from workflow import registry

PHONE = {"width": 390, "height": 844}


def test_a_greyed_button_tells_why_and_the_panel_opens_by_keyboard(site, page, accessible, pictures):
    (task_id,) = desk.put(site.office, 1, claimed_by="anna")
    site.sign_in(page, "bob")
    page.goto(f"{site.url}/tasks/{task_id}")
    greyed = page.locator("#why-not button.greyed")
    expect(greyed).to_have_attribute("aria-disabled", "true")
    expect(greyed).to_have_accessible_description(page.locator("#why-not").inner_text())
    page.locator("details.why > summary").press("Enter")
    expect(page.locator(".why-told")).to_contain_text("朵拉")
    accessible(page)
    page.set_viewport_size(PHONE)
    page.screenshot(path=pictures / "why-task.png", full_page=True)
    page.locator(".why-told a").last.click()
    expect(page.locator(".why-told")).to_contain_text("安娜")
    accessible(page)
    page.screenshot(path=pictures / "why-case.png", full_page=True)


@pytest.fixture
def amiss(site, clock, monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})
    world = World(site.office, clock)
    world.plant(planted.removed_user)
    return world.look()


def test_a_manager_repairs_from_the_inbox_what_was_found(site, page, amiss, accessible, pictures):
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/watchdog")
    expect(page.locator("tbody tr")).to_have_count(1)
    accessible(page)
    page.locator("tbody a").first.click()
    expect(page.locator("form.repairs button")).not_to_have_count(0)
    accessible(page)
    page.set_viewport_size(PHONE)
    page.screenshot(path=pictures / "finding.png", full_page=True)
    page.get_by_role("textbox", name="为什么这样修复").fill("卡尔已离开")
    page.locator("form.repairs button[value='give:bob']").click()
    expect(page.locator(".notice.ok, .toast")).to_contain_text("已修复")
    expect(page.locator("td.empty")).to_be_visible()
