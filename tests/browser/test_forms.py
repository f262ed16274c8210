"""The script of the forms, in a real browser, under the house's content security policy."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page, expect
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.forms.samples import context, form, own, required, rows, select, text
from workflow.settings import CHECKOUT

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'"
STATIC = CHECKOUT / "web" / "static"
MADE = form(
    own("barcode", "label"),
    own("barcode", "position"),
    select("seal", "whole", "broken", type="radio"),
    required(text("why", conditional={"hide": '=seal != "broken"'})),
    own("same-as", "again", sameAs="label"),
    own("signature", "sign"),
    rows("people", text("name")),
)


@pytest.fixture
def desk() -> Iterator[tuple[str, list[MultiDict]]]:
    """A page with the form, and every draft it saved."""
    drafts: list[MultiDict] = []

    @Request.application
    def answer(request: Request) -> Response:
        if request.path.startswith("/static/"):
            path = STATIC / request.path.removeprefix("/static/")
            return Response(path.read_bytes(), content_type="text/css" if path.suffix == ".css" else "text/javascript")
        around = context(draft_url="/draft")
        if request.path == "/favicon.ico":
            return Response(status=204)
        if request.method == "PUT":
            drafts.append(MultiDict(parse_qsl(request.get_data(as_text=True), keep_blank_values=True)) or request.form)
            return Response(MADE.render(MADE.typed(drafts[-1]), None, around, focus=False), content_type="text/html")
        page = (
            "<!doctype html><html lang=zh><meta charset=utf-8><title>f</title><link rel=stylesheet href=/static/forms.css>"
            "<script src=/static/vendor/htmx.min.js defer></script><script src=/static/forms.js defer></script>"
            f"<main><h1>f</h1><form method=post novalidate action=/sent>{MADE.render(None, None, around)}</form></main>"
        )
        return Response(page, content_type="text/html", headers={"Content-Security-Policy": CSP})

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}", drafts
    server.shutdown()
    server.server_close()


@pytest.fixture
def filled(page: Page, desk) -> Page:
    """The page, opened."""
    page.goto(desk[0])
    return page


def test_what_is_asked_follows_what_is_answered_and_keeps_what_was_typed(filled, desk):
    filled.fill("[name=label]", "YX-1")
    expect(filled.locator("[name=why]")).to_have_count(0)
    filled.check("[name=seal][value=broken]")
    expect(filled.locator("[name=why]")).to_be_visible()
    expect(filled.locator("[name=label]")).to_have_value("YX-1")
    filled.check("[name=seal][value=whole]")
    expect(filled.locator("[name=why]")).to_have_count(0)


def test_a_password_never_travels_with_a_draft(filled, desk):
    filled.fill("[name='sign.password']", "secret")
    filled.check("[name=seal][value=broken]")
    expect(filled.locator("[name=why]")).to_be_visible()
    assert desk[1]
    assert all("secret" not in draft.values() for draft in desk[1])


def test_enter_after_a_scan_goes_on_to_the_next_field(filled):
    expect(filled.locator("[name=label]")).to_be_focused()
    filled.keyboard.type("YX-1\n")
    expect(filled.locator("[name=position]")).to_be_focused()
    assert filled.url.endswith("/")


def test_rows_are_added_and_removed(filled):
    filled.fill("[name='people.0.name']", "A")
    filled.click("text=Add a row")
    filled.fill("[name='people.1.name']", "B")
    filled.click("text=Remove row 1")
    expect(filled.locator("[name='people.0.name']")).to_have_count(0)
    expect(filled.locator("[name='people.1.name']")).to_have_value("B")


def test_a_second_typing_cannot_be_pasted(filled):
    pasted = filled.locator("[name=again]").evaluate(
        "each => each.dispatchEvent(new Event('paste', {bubbles: true, cancelable: true}))"
    )
    assert pasted is False


def test_a_form_is_accessible(filled, accessible):
    accessible(filled)


def test_a_form_looks_like_one(filled, pictures):
    filled.check("[name=seal][value=broken]")
    expect(filled.locator("[name=why]")).to_be_visible()
    filled.screenshot(path=pictures / "form.png", full_page=True)
