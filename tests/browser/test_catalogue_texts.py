"""What the text of the pages suggests, in a real browser: taken over by a person, kept when that person saves."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from archive.corrections import Correction
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.models import Material
from tests.archive.images import written
from tests.browser.window import Site
from workflow.identity import Group


@pytest.fixture
def sheet(site: Site, page: Page) -> Page:
    """anna's window on the catalogue of a dossier whose pages were read."""
    with site.office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "dossiers.catalogue"]
        written.layered(session)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/dossiers/1/catalogue")
    return page


def test_a_suggestion_is_taken_over_with_one_key_and_kept_by_saving(sheet, site, pictures, accessible):
    expect(sheet.locator("tr.differs")).to_have_text("图像文字识别建议：4-1 · 毕业生登记表 · 1994-06-20填入表格")
    accessible(sheet)
    sheet.screenshot(path=pictures / "catalogue-suggested.png")

    sheet.get_by_role("button", name="填入表格").focus()
    sheet.keyboard.press("Enter")

    expect(sheet.locator("tr.differs")).to_have_count(0)
    expect(sheet.locator("[name=name]").nth(1)).to_have_value("毕业生登记表")
    with site.office.database.reading() as session:
        assert session.scalars(select(Material.name).order_by(Material.id)).all()[1] == "毕业材料"

    sheet.keyboard.press("Control+s")
    expect(sheet.locator("#said")).to_contain_text("已保存")
    with site.office.database.reading() as session:
        rows = catalogue.rows(session, session.get_one(Dossier, 1))
        assert [(each.code, each.name, each.formed) for each in rows] == [
            ("1", "干部履历表", "1998-07-01"),
            ("4-1", "毕业生登记表", "1994-06-20"),
        ]
        kept = {each.field.rpartition(".")[2]: each.corrected_by for each in session.scalars(select(Correction))}
        assert kept["name"] == kept["code"] == kept["formed"] == "anna"
