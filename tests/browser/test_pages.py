"""The receiving desk in a real browser: its list, its cases with the diagram, its days and dossiers."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.processes.receiving import Receiving
from tests.standing import standing
from workflow.identity import Group, User

LIST = "运单号,姓名,身份证号,寄件单位,寄件城市,渠道\n" + "\n".join(
    f"10123456789{number:02},李{number},,云溪大学,云溪,EMS" for number in range(1, 31)
)


@pytest.fixture
def receiving(office) -> Receiving:
    """A staffed office by the clock on the wall: wang stands at the window and can sign in."""
    made = standing(Receiving, office)
    with office.database.transaction() as session:
        session.get_one(Group, "window").permissions = ["dossiers.read", "packs.import", "packs.receive", "comments"]
        session.get_one(User, "wang").password_hash = session.get_one(User, "anna").password_hash
    return made


def test_a_list_is_previewed_imported_and_watched_to_its_end(
    receiving, site, page, accessible, pictures, tmp_path: Path
):
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    site.sign_in(page, "wang")
    page.goto(f"{site.url}/packs/imports")
    accessible(page)

    page.locator("#list-file").set_input_files(tmp_path / "list.csv")
    expect(page.locator("#preview table")).to_contain_text("李1")
    accessible(page)
    page.get_by_role("button", name="导入30行").click()
    page.wait_for_url("**/packs/imports/*")
    receiving.machine()

    expect(page.locator("#import")).to_contain_text("导入完成")
    expect(page.locator("#import .tally")).to_contain_text("30 新来件")
    page.screenshot(path=pictures / "import.png")
    accessible(page)
    with page.expect_download() as download:
        page.get_by_text("下载逐行结果").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_the_diagram_carries_the_tokens_and_the_watermark_stays_visible(receiving, site, page, accessible, pictures):
    tracking_no = receiving.pack()
    receiving.do(tracking_no, "sign_for", "wang")
    case_id = receiving.seen(tracking_no, lambda _session, pack: pack.case_id)
    site.sign_in(page, "wang")

    page.goto(f"{site.url}/cases/{case_id}")

    expect(page.locator("[data-diagram][data-drawn]")).to_be_visible()
    expect(page.locator("[data-element-id=check_outside]")).to_have_class(r"djs-element djs-shape current")
    expect(page.locator("[data-element-id=sign_for]")).to_have_class(r"djs-element djs-shape visited")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    page.screenshot(path=pictures / "case.png", full_page=True)
    accessible(page)


def test_the_desk_pages_are_accessible_in_both_themes(receiving, site, page, accessible, pictures):
    tracking_no = receiving.pack()
    receiving.do(tracking_no, "sign_for", "wang")
    receiving.unlisted()
    pack_id, day = receiving.seen(tracking_no, lambda _session, pack: (pack.id, pack.delivery_day))
    site.sign_in(page, "wang")
    pages = {
        "packs": "/packs",
        "pack": f"/packs/{pack_id}",
        "unlisted": "/packs/unlisted/new",
        "days": "/days",
        "day": f"/days/{day}",
        "dossiers": "/dossiers",
    }
    for theme in ("light", "dark"):
        with site.office.database.transaction() as session:
            session.get_one(User, "wang").theme = theme
        for name, path in pages.items():
            page.goto(f"{site.url}{path}")
            page.screenshot(path=pictures / f"{name}-{theme}.png")
            accessible(page)


def test_a_scanned_cover_leads_from_the_window_to_the_next_step(receiving, site, page):
    tracking_no = receiving.pack()
    site.sign_in(page, "wang")

    page.keyboard.press("/")
    page.keyboard.type(tracking_no)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")
    page.locator("#task-form button.primary, #task-form button[type=submit]").last.click()

    expect(page.locator("#task .notice.ok")).to_be_visible()
    expect(page.locator("#next [data-next]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#task-name")).to_contain_text("外观检查")
