"""A process moved, suspended and corrected by hand in a real browser: the list, the diagram, the preview, no errors."""

import pytest
from playwright.sync_api import expect

from tests.processes.receiving import Receiving
from tests.standing import standing
from workflow import operations
from workflow.identity import User
from workflow.models import ProcessInstance


@pytest.fixture
def case(office) -> tuple[int, int]:
    """(case, instance) of a pack that lies at the window, signed for."""
    receiving = standing(Receiving, office)
    tracking_no = receiving.pack()
    receiving.do(tracking_no, "sign_for", "wang")
    case_id = receiving.seen(tracking_no, lambda _session, pack: pack.case_id)
    with office.database.reading() as session:
        instance = session.query(ProcessInstance).filter_by(case_id=case_id).one()
        return case_id, instance.id


def stands_at(office, instance_id: int) -> list[str]:
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        return [each.activity_id for each in operations.standing(session, instance)]


def test_a_place_is_chosen_in_the_diagram_and_the_preview_says_what_comes(case, site, page, accessible, pictures):
    case_id, instance_id = case
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/cases/{case_id}")
    page.screenshot(path=pictures / "operations.png", full_page=True)
    accessible(page)
    page.locator(".operated").get_by_role("link", name="移动").click()
    expect(page.locator("[data-diagram][data-drawn]")).to_be_visible()
    expect(page.locator("[data-element-id=sign_for].choosable")).to_have_count(1)

    page.locator("[data-element-id=sign_for]").click(force=True)

    expect(page.locator("#target")).to_have_value("sign_for")
    expect(page.locator(".before-after .gone")).to_have_count(1)
    expect(page.locator(".before-after .fresh")).to_have_count(1)
    expect(page.locator("[data-element-id=sign_for].target")).to_have_count(1)
    page.screenshot(path=pictures / "operations-move.png", full_page=True)
    accessible(page)

    page.get_by_role("button", name="移动").click()
    assert stands_at(site.office, instance_id) == ["check_outside"]  # no reason yet: the browser asks for it
    page.locator("#reason").fill("签收时点错了包裹")
    page.get_by_role("button", name="移动").click()
    page.wait_for_url(f"**/cases/{case_id}")

    assert stands_at(site.office, instance_id) == ["sign_for"]
    expect(page.locator(".timeline").first).to_contain_text("签收时点错了包裹")


@pytest.mark.parametrize(("theme", "language"), [("light", "zh"), ("dark", "en")])
def test_every_page_is_accessible(case, site, page, accessible, pictures, theme, language):
    case_id, instance_id = case
    with site.office.database.transaction() as session:
        dora = session.get_one(User, "dora")
        dora.theme, dora.language = theme, language
    site.sign_in(page, "dora")
    base = f"{site.url}/cases/{case_id}/processes/{instance_id}"
    for kind in ("cancellations", "facts", "suspensions"):
        page.goto(f"{base}/{kind}")
        accessible(page)
    page.locator("#reason").fill("等公函")
    page.locator("#operation .button.primary").click()
    page.wait_for_url(f"**/cases/{case_id}")

    expect(page.locator(".operated .badge.warn")).to_be_visible()
    page.screenshot(path=pictures / f"operations-suspended-{language}.png", full_page=True)
    accessible(page)
    page.goto(f"{base}/facts")
    page.locator("#name").select_option(index=1)
    expect(page.locator("#value")).to_be_visible()
    accessible(page)
