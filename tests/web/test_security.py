"""The floor every request stands on: limits, tokens, origin, headers."""

import io

import pytest

from tests.web.conftest import Browser
from web.app import create_app
from web.security import FIELDS, POLICY
from workflow.db import Base
from workflow.office import open_office
from workflow.settings import from_environment

SECRET = "the tests' secret, long enough: 0123456789"


def test_every_answer_carries_the_policy(browser, signed_in):
    for answer in (
        browser.get("/login"),
        browser.get("/nothing"),
        signed_in("anna").get("/profile"),
        browser.get("/static/app.css"),
    ):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_policy_has_no_unsafe_word():
    assert "unsafe" not in POLICY and "default-src 'none'" in POLICY and "frame-ancestors 'none'" in POLICY


def test_pages_are_not_kept_by_the_browser_but_files_are(signed_in):
    anna = signed_in("anna")
    assert anna.get("/profile").headers["Cache-Control"] == "no-store"
    assert "max-age=31536000" in anna.get("/static/app.css").headers["Cache-Control"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_needs_the_token(app, signed_in, method):
    app.add_url_rule("/free", view_func=lambda: "done", methods=["POST", "PUT", "PATCH", "DELETE"])
    anna = signed_in("anna")
    assert anna.open("/free", method=method, csrf=False).status_code == 400
    assert anna.open("/free", method=method, headers={"X-CSRFToken": "wrong"}).status_code == 400
    assert anna.open("/free", method=method).text == "done"


def test_the_token_of_another_browser_is_worth_nothing(signed_in):
    anna, bob = signed_in("anna"), signed_in("bob")
    assert bob.open("/logout", method="POST", headers={"X-CSRFToken": anna.token()}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_request_from_another_site_is_refused_even_with_the_token(signed_in, headers):
    anna = signed_in("anna")
    headers["X-CSRFToken"] = anna.token()
    assert anna.open("/logout", method="POST", headers=headers).status_code == 400
    assert anna.get("/profile").status_code == 200


def test_a_request_from_this_site_passes(signed_in):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert signed_in("anna").post("/logout", headers=headers).status_code == 302


class Endless(io.RawIOBase):
    """A body that counts how much of it is read."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.taken += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def test_a_gigabyte_is_refused_without_reading_it(signed_in):
    anna, body = signed_in("anna"), Endless()
    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(1 << 30), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = anna.open("/people", method="POST", csrf=False, environ_overrides=sent)
    assert answer.status_code == 413
    assert body.taken == 0
    assert "太大" in answer.text


def test_nobody_uploads_before_signing_in(browser):
    answer = browser.post("/login", data={"name": "anna", "password": "x" * 70_000})
    assert answer.status_code == 413


def test_too_many_fields_are_refused_before_parsing(signed_in):
    anna = signed_in("anna")
    body = "&".join(f"f{n}=1" for n in range(20_000))
    form = {"data": body, "content_type": "application/x-www-form-urlencoded"}
    assert anna.post("/theme", **form).status_code == 413
    parts = {f"f{n}": "1" for n in range(FIELDS + 1)}
    assert anna.post("/theme", data=parts, content_type="multipart/form-data").status_code == 413


def test_an_unknown_host_is_refused_where_hosts_are_named(tmp_path):
    settings = from_environment(
        {"JUANLIU_DATA": str(tmp_path), "SECRET_KEY": SECRET, "JUANLIU_HOSTS": "office.example, 10.0.0.5"}
    )
    app = create_app(office=open_office(settings))
    app.test_client_class = Browser
    client = app.test_client()
    assert client.get("/static/app.css", base_url="http://evil.example").status_code == 400
    assert client.get("/static/app.css", base_url="http://10.0.0.5").status_code == 200


def test_behind_tls_the_cookie_is_bound_to_this_host(tmp_path):
    settings = from_environment({"JUANLIU_DATA": str(tmp_path), "SECRET_KEY": SECRET, "JUANLIU_HTTPS": "1"})
    app = create_app(office=open_office(settings))
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"] is True


def test_looking_changes_nothing(signed_in, office, clock):
    eve = signed_in("eve")
    before = dump(office)
    for path in ("/profile", "/people", "/people/anna", "/groups", "/groups/admin", "/healthz", "/login", "/"):
        for _twice in range(2):
            eve.get(path)
    assert dump(office) == before


def dump(office):
    with office.database.reading() as session:
        return {table.name: session.execute(table.select()).all() for table in Base.metadata.sorted_tables}
