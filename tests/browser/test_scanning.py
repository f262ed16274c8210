"""A scanning batch in a real browser: counted out line by line, a package brought in and read while one watches."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archive.dossier_tables import Dossier
from archive.scanning.models import ScanStatus
from tests.archive.images import parcelled
from tests.browser.laps import fits
from tests.browser.window import Site
from tests.processes.scanning import PAGES, Scanners
from tests.standing import standing
from workflow.identity import Group, User


@pytest.fixture
def scanners(site: Site) -> Scanners:
    made = standing(Scanners, site.office, 2)
    with made.database.transaction() as session:
        session.get_one(Group, "store").permissions = ["dossiers.read", "scanning.read", "scanning.desk"]
        session.get_one(Group, "scanning").permissions = ["images.deliver", "images.check", "scanning.read"]
        session.get_one(User, "stan").password_hash = session.get_one(User, "dora").password_hash
    made.plan()
    return made


@pytest.mark.parametrize("width", [1280, 390])
def test_dossiers_are_counted_out_line_by_line(
    site: Site, page: Page, scanners: Scanners, pictures: Path, accessible, width: int
):
    scanners.claim("hand_out", "stan")
    page.set_viewport_size({"width": width, "height": 844})
    site.sign_in(page, "stan")
    page.goto(f"{site.url}/scanning/1")
    page.get_by_label("标签、页数、卷数").fill(f"{scanners.no(1)} {PAGES}\n{scanners.no(2)} 9")
    page.get_by_label("领取人").fill("维拉")
    page.get_by_role("button", name="出库", exact=True).click()

    done = page.locator("#batch section").first
    expect(done).to_contain_text("您清点为9")
    expect(page.locator("tbody tr").first).to_contain_text("已领出扫描")
    page.screenshot(path=pictures / f"scanning-{width}.png", full_page=True)
    accessible(page)
    fits(page)
    assert scanners.entry(1).status is ScanStatus.OUT


def test_a_package_is_brought_in_and_told_page_by_page(
    site: Site, page: Page, scanners: Scanners, pictures: Path, accessible, tmp_path: Path
):
    scanners.out()
    scanners.prepare()
    scanners.claim("scan_pages", "vera")
    with scanners.database.reading() as session:
        wanted = [session.get_one(Dossier, number) for number in (1, 2)]
        content = parcelled.of(session, *wanted, spoil=lambda files: files.pop("raw/1/01/0002.jpg"))
    package = tmp_path / "batch.zip"
    package.write_bytes(content)
    site.sign_in(page, "vera")
    page.goto(f"{site.url}/scanning/1")
    page.locator("#parcel-file").set_input_files(package)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("h1")).to_have_text("batch.zip")
    scanners.machine()

    expect(page.locator("#parcel progress")).to_have_js_property("value", 100)
    expect(page.locator("#parcel")).to_contain_text("raw/1/01/0002.jpg")
    expect(page.locator("#parcel tbody").first.locator(".badge.ok")).to_have_count(1)
    page.screenshot(path=pictures / "scanning-parcel.png", full_page=True)
    accessible(page)
