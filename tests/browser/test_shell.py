"""The frame around every page, in a real browser: keyboard, menus, dialogs, both themes, nothing refused by the policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.laps import dress, fits

PAGES = (
    "/profile",
    "/profile/password",
    "/people",
    "/people/new",
    "/people/anna",
    "/groups",
    "/groups/admin",
    "/definitions",
    "/incidents",
    "/nothing",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_shell_is_accessible(page, site, accessible, pictures, theme, language):
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/profile")
    dress(page, theme, language)
    for path in PAGES:
        page.goto(site.url + path)
        page.screenshot(path=pictures / f"shell-{path.strip('/').replace('/', '-')}-{theme}-{language}.png")
        accessible(page)
        fits(page, path)


def test_the_open_menu_is_accessible_and_closes_by_escape(page, site, accessible):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/profile")
    page.locator("details.menu summary").click()
    expect(page.locator(".menu-body")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator(".menu-body")).to_be_hidden()
    page.locator("details.menu summary").click()
    page.locator("h1").click()
    expect(page.locator(".menu-body")).to_be_hidden()


def test_a_slash_goes_to_the_scan_box_but_not_while_typing(page, site):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/profile/password")
    page.locator("#current").click()
    page.keyboard.type("a/b")
    expect(page.locator("#current")).to_have_value("a/b")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator("#scan")).to_have_value("")


def test_the_first_tab_skips_to_the_content(page, site):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/profile")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_what_cannot_be_undone_is_asked_first(page, site, accessible):
    site.sign_in(page, "eve")
    page.goto(f"{site.url}/people/anna")
    page.get_by_role("button", name="停用").click()
    expect(page.locator("#dialog")).to_be_visible()
    accessible(page)
    page.locator("#dialog").get_by_role("button", name="取消").click()
    expect(page.locator(".badge.bad")).to_have_count(0)
    page.get_by_role("button", name="停用").click()
    page.locator("#dialog").get_by_role("button", name="确定").click()
    expect(page.locator(".badge.bad")).to_be_visible()


def test_a_refusal_of_a_fragment_comes_as_a_toast(page, site, accessible):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/profile")
    page.evaluate("htmx.ajax('GET', '/people', {target: 'main'})")
    expect(page.locator("#toasts .toast.bad")).to_contain_text("您无权")
    expect(page.locator("main h1")).to_be_visible()
    accessible(page)
    page.locator("#toasts .close").click()
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_a_request_of_htmx_carries_the_token(page, site):
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/profile")
    with page.expect_response("**/theme") as answered:
        page.evaluate(
            "htmx.ajax('POST', '/theme', {values: {theme: 'dark'}, swap: 'none', source: document.querySelector('main')})"
        )
    assert answered.value.status == 302


def test_the_layout_holds_on_a_narrow_window_and_on_paper(page, site, pictures):
    site.sign_in(page, "dora")
    page.set_viewport_size({"width": 1024, "height": 700})
    page.goto(f"{site.url}/people")
    page.screenshot(path=pictures / "shell-narrow.png")
    fits(page)
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()


def test_pages_work_without_scripts(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, "eve")
    page.goto(f"{site.url}/people/anna")
    page.locator("button", has_text="停用").click()
    expect(page.locator(".badge.bad")).to_be_visible()
    context.close()
