"""A countersign in a real browser: one more signer is added, and the board follows; also on a phone, in English."""

import pytest
from playwright.sync_api import expect

from tests.browser.laps import fits
from tests.web import desk
from tests.web.test_signing import gathered, stepped, tasks_now
from workflow.identity import User

PHONE = {"width": 390, "height": 844}


def ready(page) -> None:
    """htmx answers to keys and clicks only when its script has run."""
    page.wait_for_function("() => window.htmx !== undefined && document.readyState === 'complete'")


def press(page, name: str) -> None:
    ready(page)
    page.locator("#task-form").get_by_role("button", name=name, exact=True).click()


def test_a_countersign_with_an_added_signer(site, page, accessible, pictures):
    tasks = gathered(site.office, people=("anna", "bob"))
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{tasks['anna']}")
    expect(page.locator("#signing")).to_contain_text("2 人中已签 0 人")

    ready(page)
    page.get_by_role("button", name="加签").first.click()
    dialog = page.locator("dialog#add-signer")
    expect(dialog).to_be_visible()
    dialog.get_by_label("请谁").or_(dialog.get_by_label("人员")).select_option("carl")
    dialog.get_by_label("在我之前：等其签完我再办").check()
    dialog.get_by_label("理由").fill("卡尔经手过这份档案")
    page.screenshot(path=pictures / "signing-add.png", full_page=True, caret="initial")
    accessible(page)
    dialog.get_by_role("button", name="加签").click()

    expect(page.locator("#signing-waits")).to_contain_text("要等先请的卡尔签署后才能办")
    expect(page.locator("#signing .signer")).to_have_count(3)
    expect(page.locator("#signing")).to_contain_text("卡尔经手过这份档案")
    page.screenshot(path=pictures / "signing-board.png", full_page=True, caret="initial")
    accessible(page)

    for name in ("carl", "bob", "anna"):
        page.context.clear_cookies()
        site.sign_in(page, name)
        page.goto(f"{site.url}/tasks/{tasks_now(site.office, tasks['anna'])[name]}")
        page.locator("#task-form [name=opinion]").fill(f"{name}：同意")
        press(page, "同意")
        expect(page.locator("#task .notice.ok")).to_be_visible()

    expect(page.locator("#signing-result")).to_have_text("结果：通过")
    expect(page.locator("#signing .opinion")).to_have_text(["carl：同意", "bob：同意", "anna：同意"])
    page.screenshot(path=pictures / "signing-over.png", full_page=True, caret="initial")
    accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_board_fits_a_phone(site, page, accessible, pictures, language):
    with site.office.database.transaction() as session:
        session.get_one(User, "dora").language = language
    words = {"signing": "vote", "signingShare": "2/3", "signingQuorum": "2", "signingHidden": "yes"}
    tasks = gathered(site.office, people=("anna", "bob", "dora"), **words)
    page.set_viewport_size(PHONE)
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/tasks/{tasks['dora']}")

    expect(page.locator("#signing .signer")).to_have_count(3)
    fits(page)
    page.locator("#signing .take-out summary").first.click()
    page.screenshot(path=pictures / f"signing-phone-{language}.png", full_page=True, caret="initial")
    accessible(page)


def test_a_step_waits_for_who_was_asked_after_and_goes_on(site, page, accessible, pictures):
    task = stepped(site.office)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task}")
    ready(page)
    page.get_by_role("button", name="加签").first.click()
    dialog = page.locator("dialog#add-signer")
    dialog.locator("#signer-to").select_option("bob")
    dialog.get_by_label("在我之后：我办完再请其签").check()
    dialog.get_by_label("理由").fill("请复核")
    dialog.get_by_role("button", name="加签").click()
    expect(page.locator("#signing")).to_contain_text("还没轮到")

    page.locator("#task-form .actions button").last.click()
    expect(page.get_by_role("button", name="收回重填")).to_be_visible()
    page.screenshot(path=pictures / "signing-aside.png", full_page=True, caret="initial")
    accessible(page)

    page.context.clear_cookies()
    site.sign_in(page, "bob")
    page.goto(f"{site.url}/tasks/{tasks_now(site.office, task)['bob']}")
    press(page, "同意")
    expect(page.locator("#task .notice.ok")).to_be_visible()
    assert desk.stand(site.office, task).completed_by == "anna"
