"""Two people before one screen, in a real browser: the second types a password, pages come under a watermark, the
readers leaf by keys, both are asked again, and a grant withdrawn takes the page away."""

import pytest
from playwright.sync_api import Page, expect

from archive.dossier_tables import Dossier
from archive.images import pages
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.reading import closing
from archive.reading.grant_tables import Grant
from tests.archive.images import drawn, scanned
from tests.archive.reading import granted
from tests.browser.laps import fits
from tests.browser.window import Site
from tests.people import PASSWORD
from workflow.identity import User

ROWS = (Row("干部履历表", "1", "1998-07", "2"), Row("学籍表", "4-1", "1990-09", "1"))
SIZE = (1240, 1754)
WIDTHS = {"desk": (1366, 768), "phone": (390, 844)}


def scanned_dossier(session) -> Dossier:
    made = scanned.dossier(session, 1, "单雄信", ROWS)
    for material in catalogue.rows(session, made):
        for number in range(1, material.pages + 1):
            place = Placed(material, number, ImageKind.OPTIMISED)
            paper = drawn.saved(drawn.page(26, SIZE, number + material.id))
            pages.attach(session, place, paper, f"{number:04d}.jpg", "anna")
    return made


@pytest.fixture
def address(site: Site) -> str:
    """anna and bob may read three pages; eve has approved it."""
    with site.office.database.transaction() as session:
        asked = granted.request(session, scanned_dossier(session))
        return f"{site.url}/readings/{granted.grant(session, asked).id}"


def withdraw(site: Site) -> None:
    with site.office.database.transaction() as session:
        closing.withdraw(session, session.get_one(Grant, 1), session.get_one(User, "eve"), "事由已变")


@pytest.mark.parametrize("width", WIDTHS)
def test_two_read_together_page_by_page(site: Site, page: Page, address, width, pictures, accessible):
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    site.sign_in(page, "anna")
    page.goto(address)
    accessible(page)
    page.screenshot(path=pictures / f"reading-before-{width}.png")
    page.get_by_label("鲍勃的密码").fill(PASSWORD)
    page.get_by_role("button", name="开始查阅").click()
    expect(page.get_by_role("timer")).to_contain_text("剩余")
    page.get_by_role("button", name="1-1第1页", exact=True).click()
    shown = page.locator("#page-image img")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("complete", True)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".page-shown strong")).to_contain_text("第2页")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("image => image.naturalWidth") > 100
    accessible(page)
    page.screenshot(path=pictures / f"reading-page-{width}.png")
    fits(page)

    withdraw(site)
    page.reload()
    expect(page.get_by_text("已撤回：事由已变")).to_be_visible()
    expect(shown).to_have_count(0)
