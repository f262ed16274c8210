"""A head hands over a leaver's work and shares out a queue, by mouse and by keyboard; a substitute at work on the phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.laps import fits
from tests.web import desk
from workflow import substitutes
from workflow.clock import now
from workflow.identity import User

WORK = 4
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def queue(office) -> list[int]:
    """anna has a few tasks; carl is her head and bob's."""
    ids = desk.put(office, WORK, claimed_by="anna")
    with office.database.transaction() as session:
        session.get_one(User, "anna").head = session.get_one(User, "bob").head = "carl"
    return ids


def holders(office, ids):
    return [desk.stand(office, each).assignee for each in ids]


def test_a_head_shares_out_a_queue_by_mouse_and_by_keyboard(site, page, queue, accessible, pictures):
    site.sign_in(page, "carl")
    page.goto(f"{site.url}/load?person=anna")
    expect(page.locator("tr[data-task]")).to_have_count(WORK)
    accessible(page)
    page.screenshot(path=pictures / "load.png")

    page.locator(f"tr[data-task='{queue[0]}']").drag_to(page.locator("tr[data-person='bob']"))
    expect(page.locator(".notice.ok")).to_contain_text("鲍勃")
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 1)

    page.locator(f"tr[data-task='{queue[1]}'] input").focus()
    page.keyboard.press("Space")
    page.locator("#to").select_option("bob")
    page.locator("#assignments button.primary").press("Enter")
    expect(page.locator("tr[data-task]")).to_have_count(WORK - 2)
    assert holders(site.office, queue) == ["bob", "bob", "anna", "anna"]


def test_a_leaver_s_work_is_handed_over_in_one_act(site, page, queue, accessible, pictures):
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/people/anna")
    page.locator("button.danger[name=active]").click()
    page.locator("#dialog button.primary").click()
    expect(page).to_have_url(f"{site.url}/people/anna/leaving?off=1")
    accessible(page)
    page.screenshot(path=pictures / "leaving.png", full_page=True)

    page.locator("select[name='to:task']").select_option("bob")
    page.locator(f"select[name='to:task:{queue[3]}']").select_option("dora")
    page.locator("#reason").fill("安娜调离")
    page.get_by_role("button", name="全部交接").click()
    expect(page.locator(".badge.bad").first).to_be_visible()
    expect(page.locator("tr")).to_have_count(0)
    assert holders(site.office, queue) == ["bob", "bob", "bob", "dora"]
    with site.office.database.reading() as session:
        assert not session.get_one(User, "anna").active


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_fit_a_phone(site, page, queue, accessible, pictures, language):
    with site.office.database.transaction() as session:
        anna, carl = session.get_one(User, "anna"), session.get_one(User, "carl")
        carl.language = language
        substitutes.grant(session, anna, carl, now(), now() + timedelta(days=9), [], anna, "休假")
    page.set_viewport_size(PHONE)
    site.sign_in(page, "carl")
    for path in ("load?person=anna", "day", "substitutes", "people/anna/leaving"):
        page.goto(f"{site.url}/{path}")
        expect(page.locator("h1")).to_be_visible()
        fits(page, path)
        accessible(page)
        page.screenshot(
            path=pictures / f"phone-{path.partition('?')[0].replace('/', '-')}-{language}.png", full_page=True
        )


def test_a_substitute_takes_over_and_a_delegate_gives_back(site, page, queue):
    with site.office.database.transaction() as session:
        anna, carl = session.get_one(User, "anna"), session.get_one(User, "carl")
        substitutes.grant(session, anna, carl, now(), now() + timedelta(days=9), [], anna, "休假")
    site.sign_in(page, "carl")
    page.goto(f"{site.url}/inbox?view=groups")
    expect(page.locator(f"#task-{queue[0]}")).to_contain_text("代 安娜")
    page.goto(f"{site.url}/tasks/{queue[0]}")
    page.locator("[data-act=claim]").click()
    expect(page.locator("#on-behalf-of")).to_contain_text("代 安娜 办理")

    page.locator("[data-open-dialog=delegate]").click()
    page.locator("#delegate-to").select_option("bob")
    page.locator("#delegate-reason").fill("请核对")
    page.locator("#delegate button.primary").click()
    expect(page).to_have_url(f"{site.url}/inbox")
    page.goto(f"{site.url}/tasks/{queue[0]}")
    page.get_by_role("button", name="收回").click()
    expect(page.locator("#task-form")).to_be_visible()
