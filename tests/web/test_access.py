"""The access table: every route, every role. A route that stands in no line makes the test fail."""

import pytest

from web.auth import needs
from workflow.people import PERMISSIONS

PUBLIC = {"static", "signing_in.show", "signing_in.enter", "signing_in.leave", "signing_in.choose_language",
          "signing_in.choose_theme", "health.show", "certificates.show", "certificates.verify",
          "climate.receive"}  # fmt: skip
GUARDED = {"people": "users.manage", "definitions": "definitions.deploy", "incidents": "incidents.retry"}
WHILE_INITIAL = {"signing_in.choose_language", "signing_in.choose_theme", "profile.password", "profile.change_password"}
ROLES = {"anna": set(), "carl": set(), "eve": {"users.manage", "definitions.deploy", "incidents.retry"}, "dora": {"*"}}


def views(app):
    return app.view_functions.items()


def paths(app):
    """(endpoint, method, a path that fits) of every route but the static files."""
    values = {"int": 987654, "string": "nothing", "path": "nothing", "default": "nothing"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            filled = {name: values[converter_name(rule, name)] for name in rule.arguments}
            adapter = app.url_map.bind("localhost")
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, adapter.build(rule.endpoint, filled, method=method)


def converter_name(rule, name):
    kind = type(rule._converters[name]).__name__
    return {"IntegerConverter": "int", "PathConverter": "path"}.get(kind, "string")


def test_only_these_views_are_public(app):
    found = {name for name, view in views(app) if getattr(view, "public", False)} | {"static"}
    assert found == PUBLIC


def test_only_these_views_open_while_the_password_is_initial(app):
    assert {name for name, view in views(app) if getattr(view, "while_initial", False)} == WHILE_INITIAL


def test_the_administrators_pages_each_need_their_permission(app):
    for name, view in views(app):
        folder = name.partition(".")[0]
        if folder in GUARDED:
            assert view.permission == GUARDED[folder], name


def test_every_permission_a_view_needs_can_be_given(app):
    needed = {view.permission for _name, view in views(app) if hasattr(view, "permission")}
    assert needed <= set(PERMISSIONS)


def test_nobody_gets_anywhere_without_signing_in(app, browser):
    for endpoint, method, path in paths(app):
        if endpoint in PUBLIC:
            continue
        answer = browser.open(path, method=method)
        assert answer.status_code == 302, f"{method} {path}"
        assert answer.headers["Location"].startswith("/login"), f"{method} {path}"


@pytest.mark.parametrize("name", ROLES)
def test_each_role_reaches_what_its_permissions_open_and_no_more(app, signed_in, name):
    reader = signed_in(name)
    token = reader.token()
    for endpoint, method, path in paths(app):
        if endpoint in PUBLIC:
            continue
        permission = getattr(app.view_functions[endpoint], "permission", None)
        status = reader.open(path, method=method, headers={"X-CSRFToken": token}).status_code
        may = permission is None or ROLES[name] & {permission, "*"}
        assert status < 500, f"{method} {path}"
        if not may:
            assert status == 403, f"{method} {path}"
        elif permission is not None:
            assert status != 403, f"{method} {path}"


def test_a_view_without_a_mark_is_closed(app, browser):
    app.add_url_rule("/forgotten", view_func=lambda: "secret")
    assert browser.get("/forgotten").status_code == 302


def test_a_marked_view_asks_for_its_permission(app, signed_in):
    @needs("days.close")
    def guarded():
        return "done"

    app.add_url_rule("/guarded", view_func=guarded)
    assert signed_in("dora").get("/guarded").text == "done"
    assert signed_in("eve").get("/guarded").status_code == 403


def test_the_navigation_shows_what_one_may_open(signed_in):
    def links(name):
        return signed_in(name).get("/profile").text.split("<nav")[1].split("</nav>")[0]

    assert "/people" in links("eve") and "/people" not in links("anna")
    assert "/definitions" in links("dora") and "/definitions" not in links("anna")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_other_methods_open_no_side_door(signed_in, browser, method):
    assert browser.open("/people", method=method).status_code == 302
    assert signed_in("anna").open("/people", method=method).status_code == 403


def test_a_method_override_is_not_believed(signed_in, office):
    anna = signed_in("anna")
    anna.post("/profile?_method=DELETE", headers={"X-HTTP-Method-Override": "DELETE"}, data={"_method": "DELETE"})
    assert anna.get("/profile").status_code == 200


def test_a_fragment_is_guarded_as_its_page(signed_in):
    assert signed_in("anna").ask("/people").status_code == 403
