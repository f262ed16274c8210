"""Quality control with the keys alone, in a real browser, on pages that were really scanned."""

import pytest
from playwright.sync_api import Page, expect

from archive.dossier_tables import Dossier
from archive.images import defects, pages, rounds
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.archive.images import drawn, scanned
from tests.archive.scanning import prepared
from tests.browser.laps import fits
from tests.browser.window import Site
from workflow.identity import Group

ROWS = (Row("干部履历表", "1", "1998-07", "2"), Row("学籍表", "4-1", "1990-09", "1"))
SIZE = (620, 877)


def scan(session) -> None:
    made = scanned.dossier(session, 1, "单雄信", ROWS)
    prepared.offered(session, made)
    for material in catalogue.rows(session, made):
        for number in range(1, material.pages + 1):
            paper = drawn.page(22, SIZE, number + material.id)
            raw = drawn.saved(drawn.turned(paper, 2.5))
            pages.attach(session, Placed(material, number, ImageKind.RAW), raw, f"{number:04d}.jpg", "anna")
            good = paper if number > 1 else drawn.turned(paper, 3)
            name = f"{number:04d}.jpg"
            pages.attach(session, Placed(material, number, ImageKind.OPTIMISED), drawn.saved(good), name, "anna")


@pytest.fixture
def window(site: Site, page: Page) -> Page:
    """anna's window on the images of dossier 1, its first page."""
    with site.office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "images.check"]
        scan(session)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/dossiers/1/images")
    return page


def states(site: Site) -> list[str]:
    with site.office.database.reading() as session:
        return [leaf.state for leaf in rounds.leaves(session, session.get_one(Dossier, 1), Stage.FIRM)]


def test_a_round_through_a_dossier_needs_no_mouse(site: Site, window: Page):
    first = window.locator(".leaves a[aria-current]")
    expect(first).to_contain_text("1-1·1")
    expect(window.locator(".pane img")).to_have_count(2)
    expect(window.locator(".finding.bad")).to_contain_text("歪斜")
    window.keyboard.press("x")  # the image for reading
    window.keyboard.press("r")  # the key of a skew
    expect(window.locator(".round h2")).to_contain_text("第1页")
    expect(window.locator("section .badge.warn")).to_have_text("歪斜")
    window.keyboard.press("ArrowRight")
    expect(first).to_contain_text("1-1·2")
    window.keyboard.press("Space")
    expect(first).to_contain_text("4-1-1·1")
    window.keyboard.press("Space")
    expect(window.locator(".totals")).to_contain_text("已查看3/3页")

    assert states(site) == ["bad", "ok", "ok"]
    with site.office.database.reading() as session:
        (found,) = defects.open_defects(session, session.get_one(Dossier, 1))
        assert (found.code, found.kind) == (Defect.SKEW, ImageKind.OPTIMISED)


def test_typing_a_note_presses_no_key(site: Site, window: Page):
    window.locator("input[name=note]").fill("")
    window.locator("input[name=note]").press_sequentially("x1 z")

    expect(window.locator("input[name=note]")).to_have_value("x1 z")
    expect(window.locator("section .badge")).to_have_count(0)
    assert states(site) == ["todo"] * 3


def test_nearer_both_images_are_seen_in_the_same_place(window: Page):
    window.keyboard.press("z")
    expect(window.locator("#near")).to_have_attribute("aria-pressed", "true")
    frames = window.locator(".pane .frame")
    frames.first.evaluate("frame => { frame.scrollTop = 200; }")
    expect(frames.last).to_have_js_property("scrollTop", 200)


def test_on_a_phone_the_images_stand_one_above_the_other(window: Page):
    window.set_viewport_size({"width": 390, "height": 844})
    tops = [window.locator(".pane").nth(number).bounding_box()["y"] for number in (0, 1)]

    assert tops[1] > tops[0]
    fits(window)
