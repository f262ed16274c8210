"""A clerk's morning by keyboard, scanner and mouse, in a real browser."""

import re

from playwright.sync_api import expect

from tests.web import desk
from workflow import tasks
from workflow.identity import Group, User


def row(page, number: int):
    return page.locator("tr[data-task]", has_text=f"张三{number} ")


def test_the_list_is_worked_by_keyboard(site, page):
    ids = desk.put(site.office, 5)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#open-{ids[1]}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#open-{ids[0]}")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(f"#choose-{ids[0]}")).to_be_checked()
    page.keyboard.press("c")
    expect(page.locator(f"#task-{ids[0]}")).to_have_count(0)
    expect(page.locator("[data-toast]")).to_contain_text("已由您认领")
    expect(page.locator("[data-view=mine] .count")).to_have_text("1")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")


def test_a_key_takes_a_task_back_to_its_queue(site, page):
    task_id = desk.put(site.office, claimed_by="anna")[0]
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=mine")

    page.keyboard.press("j")
    page.keyboard.press("u")
    expect(page.locator(f"#task-{task_id}")).to_have_count(0)
    expect(page.locator(".empty")).to_be_visible()
    assert desk.stand(site.office, task_id).assignee is None


def test_claim_and_open_is_one_key(site, page):
    ids = desk.put(site.office, 2)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/tasks/{ids[0]}")
    expect(page.locator("#task-form")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox")


def test_help_says_what_the_keys_do(site, page):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox")

    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()


def test_the_list_refreshes_itself_and_keeps_place_and_choice(site, page):
    ids = desk.put(site.office, 4)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")

    with site.office.database.transaction() as session:
        tasks.claim(session, session.get_one(desk.UserTask, ids[0]), session.get_one(User, "bob"))

    expect(page.locator(f"#task-{ids[0]}")).to_have_count(0, timeout=12_000)
    expect(page.locator(f"#choose-{ids[2]}")).to_be_checked()
    expect(page.locator(f"#open-{ids[2]}")).to_be_focused()
    expect(page.locator("#bulk-bar output")).to_have_text("1")


def test_the_filters_stand_in_the_url_and_go_back(site, page):
    desk.put(site.office, 12)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")

    page.locator("#filter-text").press_sequentially("件11")
    expect(page.locator("tr[data-task]")).to_have_count(1)
    expect(page.locator("#filter-text")).to_be_focused()
    expect(page).to_have_url(re.compile("text="))
    page.locator("#filter-process").select_option("desk")
    expect(page).to_have_url(re.compile("process=desk"))
    expect(page.locator("tr[data-task]")).to_have_count(1)
    page.go_back()
    page.go_back()
    expect(page.locator("tr[data-task]")).to_have_count(12)


def test_a_scanned_number_opens_its_task(site, page):
    ids = desk.put(site.office, 3)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox")

    page.keyboard.press("/")
    page.keyboard.type("件2")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/tasks/{ids[2]}")
    expect(page.locator("#task-form")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("没有这个")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.warn")).to_contain_text("没有这个")


def test_a_task_is_typed_corrected_and_completed_without_the_mouse(site, page):
    first, second = desk.put(site.office, 2, claimed_by="anna")
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{first}")

    page.locator("[name=remark]").fill("写到一半")
    expect(page.locator("#draft-note")).to_contain_text("草稿已存")
    page.reload()
    expect(page.locator("[name=remark]")).to_have_value("写到一半")
    page.locator("[name=remark]").press("Enter")
    expect(page.locator("[name=seen]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=remark]")).to_have_value("写到一半")
    page.locator("[name=seen]").fill("封口完好")
    page.locator("[name=seen]").press("Enter")

    expect(page.locator("#task .notice.ok")).to_contain_text("办结")
    link = page.locator(f"#next a[href='/tasks/{second}']")
    expect(link).to_be_visible()
    assert desk.stand(site.office, first).completed_by == "anna"


def test_a_double_click_completes_once(site, page):
    task_id = desk.put(site.office, claimed_by="anna")[0]
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task_id}")

    page.locator("[name=seen]").fill("封口完好")
    page.locator("#task-form button.primary").dblclick()

    expect(page.locator("#task .notice.ok")).to_be_visible()
    expect(page.locator("[data-toast]")).to_have_count(0)
    with site.office.database.reading() as session:
        assert len(desk.waiting(session, desk.stand(site.office, task_id).instance_id)) == 1


def test_somebody_faster_is_told_with_a_link(site, page):
    task_id = desk.put(site.office, claimed_by="anna")[0]
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task_id}")
    with site.office.database.transaction() as session:
        anna, bob = (session.get_one(User, name) for name in ("anna", "bob"))
        task = session.get_one(desk.UserTask, task_id)
        tasks.assign(session, task, anna, bob)
        tasks.complete(session, task, bob, {"seen": "好"})

    page.locator("[name=seen]").fill("封口完好")
    page.locator("#task-form button.primary").click()

    expect(page.locator("#task")).to_contain_text("鲍勃")


def test_several_are_completed_together(site, page, accessible):
    ids = desk.put(site.office, 3)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")

    page.locator("#choose-all").check()
    page.get_by_role("button", name="批量办理所选").click()
    page.locator("[name=seen]").fill("封口完好")
    accessible(page)
    page.get_by_role("button", name="办结3项").click()

    expect(page.locator("h1")).to_contain_text("已办结3项")
    assert {desk.stand(site.office, each).completed_by for each in ids} == {"anna"}


def test_a_task_is_handed_over_in_its_dialog(site, page):
    task_id = desk.put(site.office, claimed_by="anna")[0]
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/tasks/{task_id}")

    page.locator(".work-foot").get_by_role("button", name="转办").click()
    page.locator("#hand-over-to").select_option("bob")
    page.locator("#hand-over").get_by_role("button", name="转办").click()

    expect(page.locator("#why-not")).to_be_visible()
    assert desk.stand(site.office, task_id).assignee == "bob"


def test_everything_works_without_scripts(site, chromium):
    task_id = desk.put(site.office)[0]
    plain = chromium.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    site.sign_in(plain, "anna")

    plain.goto(f"{site.url}/inbox?view=groups")
    plain.get_by_role("button", name="认领办理").click()
    plain.locator("[name=seen]").fill("封口完好")
    plain.get_by_role("button", name="办结").click()

    expect(plain.locator(".notice.ok")).to_contain_text("办结")
    assert desk.stand(site.office, task_id).completed_by == "anna"
    plain.context.close()


def test_the_diagram_shows_where_the_case_stands(site, page, accessible):
    task_id = desk.put(site.office, claimed_by="anna")[0]
    with site.office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/cases/{desk.stand(site.office, task_id).case_id}")

    expect(page.locator(".timeline")).to_contain_text("安娜认领“查看”")
    page.locator("#comment-body").fill("请核对 <b>封口</b>")
    page.get_by_role("button", name="评论").click()
    expect(page.locator(".said")).to_have_text("请核对 <b>封口</b>")
    accessible(page)


def test_axe_finds_nothing_serious_in_either_theme_or_language(site, page, accessible, pictures):
    mine = desk.put(site.office, 8)[0]
    site.sign_in(page, "anna")
    for theme, language in (("light", "zh"), ("dark", "en")):
        with site.office.database.transaction() as session:
            anna = session.get_one(User, "anna")
            anna.theme, anna.language = theme, language
        for name, path in (
            ("inbox", "/inbox?view=groups"),
            ("task", f"/tasks/{mine}"),
            ("cases", "/cases"),
            ("scan", "/scan?code=x"),
        ):
            page.goto(f"{site.url}{path}")
            page.screenshot(path=pictures / f"{name}-{theme}-{language}.png")
            accessible(page)
