"""The browser the other tests look through."""

import pytest


def test_a_window_shows_chinese(page):
    page.set_content("<h1 style='font: 40px sans-serif; display: inline-block'>卷流</h1>")
    assert page.locator("h1").bounding_box()["width"] == pytest.approx(80, abs=4)  # two square signs, not two boxes


def test_the_sign_in_page_meets_no_error(page, site, accessible, pictures):
    page.goto(site.url)
    assert page.url.startswith(f"{site.url}/login")
    page.screenshot(path=pictures / "login.png")
    accessible(page)


def test_anna_signs_in(page, site):
    site.sign_in(page, "anna")
    assert "/login" not in page.url


@pytest.mark.parametrize("wrong", ["nothing.here()", "console.error('wrong')"])
def test_what_goes_wrong_in_a_page_is_noticed(page, met, wrong):
    with page.expect_event("console" if "console" in wrong else "pageerror"):
        page.set_content(f"<script>{wrong}</script>")

    assert len(met) == 1
    met.clear()
