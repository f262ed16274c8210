"""The catalogue as a sheet, in a real browser: keys, pasting, moving, checks beside the cell, saving beside others."""

import pytest
from playwright.sync_api import Page, expect

from archive import dossiers, persons
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.browser.window import Site
from tests.people import PASSWORD
from workflow.identity import Group

ROWS = (Row("干部履历表", "1", "1998-07", "4"), Row("简历", "1", "2001", "1"), Row("学籍表", "4-1", "1990-09", "2"))
PASTE = """([selector, number, text]) => {
  const cell = document.querySelectorAll(selector)[number];
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def kept(office) -> list[tuple[str, str]]:
    with office.database.reading() as session:
        return [(each.code or "", each.name) for each in catalogue.rows(session, session.get_one(Dossier, 1))]


def put(office, rows) -> None:
    with office.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        standing = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
        catalogue.save(session, dossier, rows(standing), "bob")


@pytest.fixture
def sheet(site: Site, page: Page) -> Page:
    """anna's window on the catalogue of dossier 1."""
    with site.office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "dossiers.catalogue"]
        person = persons.register(session, {"name": "单雄信", "id_no": "11010519491231002X"}, "anna")
        catalogue.save(session, dossiers.register(session, person, {}, "anna"), ROWS, "anna")
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/dossiers/1/catalogue")
    expect(page.locator("#doubts")).to_have_text("无待查看")
    return page


def cell(page: Page, row: int, field: str):
    return page.locator(f"#sheet tbody tr:not(.differs) [name={field}]").nth(row)


def focused(page: Page) -> tuple[int, str]:
    found = page.evaluate(
        "() => { const e = document.activeElement;"
        " return [[...document.querySelectorAll('#sheet tbody tr')].indexOf(e.closest('tr')), e.name]; }"
    )
    return found[0], found[1]


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("已保存", timeout=15_000)


def test_the_keys_walk_the_sheet_as_in_a_spreadsheet(sheet):
    cell(sheet, 0, "name").click()
    for key, place in (
        ("ArrowDown", (1, "name")),
        ("Enter", (2, "name")),
        ("Shift+Enter", (1, "name")),
        ("ArrowUp", (0, "name")),
        ("Tab", (0, "formed")),
        ("Shift+Tab", (0, "name")),
        ("Home", (0, "name")),
        ("ArrowLeft", (0, "code")),
    ):
        sheet.keyboard.press(key)
        assert focused(sheet) == place, key


def test_rows_are_typed_without_the_mouse_and_saved(sheet, site):
    cell(sheet, 2, "code").click()
    sheet.keyboard.press("Enter")  # a new row of the same class
    sheet.keyboard.press("Control+d")
    sheet.keyboard.press("Tab")
    sheet.keyboard.type("毕业生登记表")
    sheet.keyboard.press("Tab")
    sheet.keyboard.type("1994年7月")
    sheet.keyboard.press("Tab")
    sheet.keyboard.type("3")
    expect(sheet.locator("#total-rows")).to_have_text("4")
    saved(sheet)

    expect(cell(sheet, 3, "formed")).to_have_value("1994-07")
    assert kept(site.office)[-1] == ("4-1", "毕业生登记表")


def test_what_is_wrong_is_said_beside_the_cell_while_one_types(sheet):
    cell(sheet, 1, "formed").fill("1990")
    expect(sheet.locator("td.formed.doubt .finding")).to_contain_text("应排在第 1 行之前")
    cell(sheet, 0, "code").fill("4")
    expect(sheet.locator("td.code.grave .finding")).to_contain_text("须填到小类")
    expect(cell(sheet, 0, "code")).to_have_attribute("aria-invalid", "true")


def test_a_bad_cell_keeps_the_sheet_from_being_saved_and_is_gone_to(sheet, site):
    cell(sheet, 2, "pages").fill("两页")
    sheet.keyboard.press("Control+s")
    expect(sheet.locator("#said")).to_contain_text("本次未保存")
    expect(cell(sheet, 2, "pages")).to_be_focused()
    assert len(kept(site.office)) == 3


def test_rows_are_moved_by_keys_and_by_dragging(sheet, site):
    cell(sheet, 0, "name").click()
    sheet.keyboard.press("Alt+ArrowDown")
    expect(cell(sheet, 1, "name")).to_have_value("干部履历表")
    sheet.locator("#sheet .handle").nth(2).drag_to(cell(sheet, 0, "name"))
    expect(cell(sheet, 0, "name")).to_have_value("学籍表")
    saved(sheet)
    assert kept(site.office) == [("1", "简历"), ("1", "干部履历表"), ("4-1", "学籍表")]


def test_a_row_is_inserted_and_one_written_in_error_struck_with_a_reason(sheet, site):
    cell(sheet, 1, "name").click()
    sheet.keyboard.press("Alt+Insert")
    sheet.keyboard.type("干部登记表")
    sheet.once("dialog", lambda dialog: dialog.accept("重复登记"))
    sheet.locator("#sheet .strike").nth(0).click()
    saved(sheet)
    assert kept(site.office) == [("1", "干部登记表"), ("1", "简历"), ("4-1", "学籍表")]


def test_what_somebody_else_wrote_is_struck_when_a_second_person_signs(sheet, site):
    put(site.office, lambda standing: [*standing, Row("奖励审批表", "7", "1998", "1")])
    sheet.reload()
    sheet.once("dialog", lambda dialog: dialog.accept("并无此件"))
    sheet.locator("#sheet .strike").nth(3).click()
    sheet.locator("#save").click()
    expect(sheet.locator("#second")).to_be_visible()
    expect(sheet.locator("#sheet .finding")).to_contain_text("须经鉴别处理移出")
    sheet.locator("#second-by").select_option("bob")
    sheet.locator("#second-password").fill(PASSWORD)
    saved(sheet)
    expect(sheet.locator("#second")).to_be_hidden()
    assert ("7", "奖励审批表") not in kept(site.office)


def test_a_block_pasted_over_cells_fills_them(sheet):
    sheet.evaluate(PASTE, ["#sheet [name=formed]", 0, "1999.1\t9\n2002\t8\n"])
    expect(cell(sheet, 1, "pages")).to_have_value("8")
    expect(cell(sheet, 0, "formed")).to_have_value("1999.1")


def test_a_catalogue_pasted_into_an_empty_row_is_read(sheet, site):
    sheet.locator("#add-row").click()
    text = (
        "序号\t材料名称\t形成时间\t页数\n七、表彰奖励类\n1\t三好学生登记表\t１９９３年\t1\n2\t奖励审批表\t199805\t２\n"
    )
    sheet.evaluate(PASTE, ["#sheet [name=name]", 3, text])
    expect(cell(sheet, 4, "name")).to_have_value("奖励审批表")
    saved(sheet)
    assert kept(site.office)[-2:] == [("7", "三好学生登记表"), ("7", "奖励审批表")]


def test_what_another_saved_meanwhile_is_taken_over_and_what_both_changed_is_asked_about(sheet, site):
    cell(sheet, 0, "pages").fill("9")
    put(
        site.office,
        lambda rows: [
            Row("干部履历表（新）", "1", "1998-07", "4", id=rows[0].id, revision=rows[0].revision),
            Row("简历", "1", "2002", "1", id=rows[1].id, revision=rows[1].revision),
            rows[2],
            Row("自传", "2", "1999", "5"),
        ],
    )
    sheet.keyboard.press("Control+s")

    expect(sheet.locator("tr.differs")).to_have_count(3)
    expect(cell(sheet, 1, "formed")).to_have_value("2002")
    sheet.get_by_role("button", name="保留我的").click()
    saved(sheet)
    assert kept(site.office) == [("1", "干部履历表"), ("1", "简历"), ("2", "自传"), ("4-1", "学籍表")]


def test_the_sheet_is_accessible_at_both_widths_and_in_the_dark(sheet, accessible, pictures):
    cell(sheet, 1, "formed").fill("1990")
    expect(sheet.locator("td.formed.doubt")).to_have_count(1)
    for width in (1366, 390):
        sheet.set_viewport_size({"width": width, "height": 800})
        accessible(sheet)
        sheet.screenshot(path=pictures / f"catalogue-{width}.png")
    sheet.evaluate("document.documentElement.dataset.theme = 'dark'")
    sheet.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")  # colours have turned
    accessible(sheet)
    sheet.on("dialog", lambda dialog: dialog.accept())


def test_three_hundred_rows_are_typed_in_without_waiting(sheet, site):
    put(site.office, lambda rows: [*rows, *[Row(f"材料{number}", "10", "2001", "1") for number in range(300)]])
    sheet.reload()
    expect(sheet.locator("#sheet tbody tr")).to_have_count(303)
    cell(sheet, 150, "name").click()
    took = sheet.evaluate(
        """() => { const cell = document.activeElement, begun = performance.now();
        for (let n = 0; n < 20; n += 1) { cell.value += "字"; cell.dispatchEvent(new Event("input", { bubbles: true })); }
        return performance.now() - begun; }"""
    )
    assert took < 2000  # twenty letters; the work of one is that of counting, not of asking
    saved(sheet)
