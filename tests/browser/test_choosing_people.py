"""Choosing several people in a real browser: by typing and keys alone, in an order, without a mouse."""

from playwright.sync_api import Page, expect

from tests.browser.laps import fits
from tests.forms.samples import content, own, text
from tests.workflow.world import begin, drawn, open_tasks
from workflow import definitions, instances
from workflow.models import ProcessInstance
from workflow.office import Office

PICK = content(
    {**own("users", "reviewers", required=True), "label": "会签人"},
    {**text("why"), "label": "说明"},
    {"type": "button", "label": "提交", "properties": {"outcome": "done"}},
)
PHONE = {"width": 390, "height": 844}


def asked(office: Office) -> tuple[int, int]:
    """(instance, task of anna's)."""
    with office.database.transaction() as session:
        xml = drawn("start s\nuser pick assignee=anna formKey=pick\nuser x assignee=eve\nend e\ns -> pick -> x -> e")
        instance = begin(session, definitions.deploy(session, xml, {"pick.form": PICK}, "eve"))
        return instance.id, open_tasks(session, instance)["pick"].id


def chosen(page: Page):
    return page.locator(".people-chosen input")


def test_people_are_found_taken_and_put_in_order_by_keyboard_alone(site, page, accessible, pictures):
    instance_id, task_id = asked(site.office)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task_id}")
    find = page.get_by_label("按姓名、拼音首字母或部门查找")
    expect(find).to_be_focused()

    find.press_sequentially("zr")  # 主任, a group, by its initials
    expect(page.locator(".people-offered li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_count(1)
    expect(find).to_have_value("")
    find.press_sequentially("鲍")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".people-said")).to_have_text("已选 2 人")
    expect(find).to_be_focused()
    find.fill("nobody at all")
    expect(page.locator(".people-said")).to_have_text("没有符合的人。")
    page.keyboard.press("Enter")  # sends nothing
    find.fill("")
    page.get_by_role("button", name="鲍勃上移一位").press("Enter")
    expect(chosen(page).first).to_have_value("bob")
    accessible(page)
    page.screenshot(path=pictures / "people-chosen.png", full_page=True, caret="initial")
    page.locator("#task-form").get_by_role("button", name="提交", exact=True).press("Enter")

    expect(page.locator("#task .notice.ok")).to_be_visible()
    with site.office.database.reading() as session:
        known = instances.variables(session, session.get_one(ProcessInstance, instance_id))
        assert known["reviewers"] == ["bob", "dora"]


def test_a_whole_group_is_taken_at_once_and_one_left_out_again_on_a_phone(site, page, accessible, pictures):
    _instance, task_id = asked(site.office)
    page.set_viewport_size(PHONE)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task_id}")
    page.get_by_label("按姓名、拼音首字母或部门查找").fill("档案室")
    page.get_by_role("button", name="全部选上").click()
    expect(chosen(page)).to_have_count(2)
    chosen(page).first.uncheck()

    expect(chosen(page)).to_have_count(1)
    expect(page.locator(".people-offered li")).to_have_count(4)
    accessible(page)
    page.screenshot(path=pictures / "people-phone.png", full_page=True, caret="initial")
    fits(page)
