"""A head's view of the day: who has how much, work shared out, why something stands still, what the watchdog found."""

import pytest
from playwright.sync_api import expect

from tests.browser import counter
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk
from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from workflow import registry, tasks
from workflow.identity import User

WORK = 6


@pytest.fixture
def queue(office) -> list[int]:
    """anna has six tasks, bob one; carl is their head."""
    ids = counter.lay(office, WORK + 1, claimed_by="anna")
    with office.database.transaction() as session:
        session.get_one(User, "anna").head = session.get_one(User, "bob").head = "carl"
    counter.by(office, "anna", tasks.release, ids[-1])
    counter.by(office, "bob", tasks.claim, ids[-1])
    return ids[:-1]


@laps("en-phone")
def test_a_head_shares_out_work_by_mouse_and_by_keyboard(walk: Walk, queue, lap: Lap):
    page = walk.begin(lap).open("carl", "/load")
    expect(page.locator("tr[data-task]")).to_have_count(WORK)
    walk.look(page, "load")
    first, second, third, *_ = page.locator("tr[data-task]").evaluate_all("all => all.map((each) => each.dataset.task)")
    if lap.size == "desk":
        page.locator(f"tr[data-task='{first}']").drag_to(page.locator("tr[data-person='bob']"))
    else:
        page.locator(f"tr[data-task='{first}'] input").check()
        page.locator("#to").select_option("bob")
        page.locator("#assignments button.primary").click()
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 1)
    for each in (second, third):
        page.locator(f"tr[data-task='{each}'] input").focus()
        page.keyboard.press("Space")
    page.locator("#to").focus()
    page.locator("#to").select_option("bob")
    page.locator("#reason").press("Enter")
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 3)
    expect(page.locator("tr[data-person=bob] .num").first).to_have_text("4")
    walk.look(page, "load-shared")
    page.locator("tr[data-person=bob] a").press("Enter")
    expect(page.locator("tr[data-task]")).to_have_count(4)


@laps("zh-phone")
def test_why_a_task_stands_still_is_told_to_whom_it_concerns(walk: Walk, queue, lap: Lap):
    page = walk.begin(lap).open("dora", f"/tasks/{queue[0]}")
    page.locator("details.why > summary").press("Enter")
    expect(page.locator(".why-told")).to_contain_text("安娜")
    walk.look(page, "why-panel", *counter.SENDERS)
    page = walk.open("dora", f"/tasks/{queue[0]}/why")
    walk.look(page, "why-task")
    page.locator(".why-told a").last.click()
    expect(page.locator(".why-told")).to_contain_text("安娜")
    walk.look(page, "why-case")
    page = walk.open("anna", "/day")
    expect(page.locator("#promised")).to_be_visible()
    walk.look(page, "day")


@pytest.fixture
def amiss(office, clock, monkeypatch) -> World:
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})
    world = World(office, clock)
    world.plant(planted.removed_user)
    return world


@laps("zh-desk")
def test_what_the_watchdog_finds_is_repaired(walk: Walk, amiss, lap: Lap):
    page = walk.begin(lap).open("dora", "/watchdog")
    expect(page.locator("td.empty")).to_be_visible()
    walk.look(page, "watchdog-empty")
    amiss.look()
    page = walk.open("dora", "/watchdog")
    expect(page.locator("tbody tr")).to_have_count(1)
    walk.look(page, "watchdog", "开包")
    page.locator("tbody a").first.click()
    expect(page.locator("form.repairs button")).not_to_have_count(0)
    walk.look(page, "finding", "开包")
    page.locator("[name=reason]").fill("人已离开")
    page.locator("form.repairs button[value='give:bob']").press("Enter")
    expect(page.locator(".notice.ok, .toast")).to_be_visible()
    expect(page.locator("td.empty")).to_be_visible()
