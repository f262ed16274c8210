"""Around a task in a real browser: an approver on the phone, by keyboard and finger; what pages look like."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.laps import fits
from tests.browser.window import opened
from tests.web import desk
from tests.workflow.world import drawn
from workflow import cases, definitions, instances, tasks
from workflow.identity import Group, User
from workflow.models import StoredFile, UserTask

PHONE = {"width": 390, "height": 844}
SIGNED = {
    "desk-sign.form": desk.form(
        {"type": "textarea", "key": "opinion", "label": "意见", "properties": {"label:en": "Opinion"}},
        desk.field("sign", "签名", "Signature", properties={"kind": "drawn-signature"}),
        desk.button("同意", "Agree", "agree"),
    )
}
DRAWING = """
    start s
    user sign candidateGroups=registry formKey=desk-sign
    user next candidateGroups=director
    end e
    s -> sign -> next -> e
"""
NAMES = {'name="sign"': 'name="审核"', 'name="next"': 'name="主任审批"'}


@pytest.fixture
def task(office) -> int:
    """anna has to approve and sign; the registry may comment."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
        xml = drawn(DRAWING, "sheet").decode()
        for plain, named in NAMES.items():
            xml = xml.replace(plain, named)
        definition = definitions.deploy(session, xml.encode(), SIGNED, "eve")
        case = cases.open_case(session, "审批-1", "张三 · 档案转入", "sheet", "dora")
        instance = instances.start(session, definition, case, "dora", {})
        found = session.query(UserTask).filter_by(instance_id=instance.id).one()
        return tasks.claim(session, found, session.get_one(User, "anna")).id


def look(page: Page, pictures: Path, name: str, accessible) -> None:
    page.screenshot(path=pictures / f"around-{name}.png", full_page=True)
    accessible(page)


def sign(page: Page) -> None:
    """A stroke over the pad, as a finger makes it."""
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 20 + 25 * step, box["y"] + 30 + 12 * (step % 3))
    page.mouse.up()


def test_an_approver_writes_a_phrase_by_key_draws_a_name_and_is_done(site, page, pictures, task, accessible):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task}")
    expect(page.locator("#phrases")).to_be_visible()
    page.locator("[name=opinion]").focus()
    page.keyboard.press("Alt+1")
    expect(page.locator("[name=opinion]")).to_have_value("同意。")
    page.locator("canvas").scroll_into_view_if_needed()
    sign(page)
    look(page, pictures, "task", accessible)
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator("#task .notice.ok")).to_be_visible()

    with site.office.database.reading() as session:
        assert session.query(StoredFile).one().media_type == "image/png"
    with page.expect_download() as got:
        page.goto(f"{site.url}/cases/1")
        look(page, pictures, "case", accessible)
        page.get_by_role("link", name="审批单").click()
    assert got.value.suggested_filename.endswith(".docx")


def test_on_a_phone_a_colleague_is_asked_and_the_bell_rings(site, chromium, met, pictures, task, accessible):
    context = opened(chromium, met)
    page = context.new_page()
    page.set_viewport_size(PHONE)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task}")
    page.locator("summary", has_text="问同事").click()
    page.locator("#ask-to").select_option("bob")
    page.locator("#ask-question").fill("这份材料有几页？")
    page.get_by_role("button", name="提问", exact=True).click()
    expect(page.locator("#around")).to_contain_text("等待答复")
    page.locator("summary", has_text="添加一项").click()
    page.locator("#item-text").fill("核对身份证")
    page.get_by_role("button", name="添加", exact=True).click()
    page.get_by_role("button", name="勾选：核对身份证").press("Enter")
    expect(page.get_by_role("button", name="取消勾选：核对身份证")).to_be_visible()
    look(page, pictures, "phone", accessible)
    fits(page)
    context.close()

    context = opened(chromium, met)
    page = context.new_page()
    page.set_viewport_size(PHONE)
    site.sign_in(page, "bob")
    page.locator("a.bell").click()
    expect(page.locator(".notices .unread")).to_have_count(1)
    look(page, pictures, "bell", accessible)
    page.locator(".notices button").first.click()
    expect(page.locator("#question")).to_contain_text("这份材料有几页？")
    context.close()
    assert not met, met


def test_a_colleague_is_mentioned_from_the_keyboard(site, page, task):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/cases/1")
    page.locator(".mentions summary").press("Enter")
    page.locator(".mentions button", has_text="鲍勃").press("Enter")
    expect(page.locator("#comment-body")).to_have_value("@鲍勃 ")
    page.keyboard.type("请看")
    page.locator("#talk > form").first.locator("> button").press("Enter")

    expect(page.locator(".comments")).to_contain_text("@鲍勃 请看")
