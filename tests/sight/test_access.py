"""The table of docs/dossier-access.md, played: each act on dossiers × each role."""

import os

import pytest

from tests import standing
from tests.sight import access, walking

WRITE = "JUANLIU_WRITE_DOCS"  # set by `make docs`
SHARE = (access.LIMITED, access.BEYOND)  # of the roles, on PostgreSQL


@pytest.fixture
def cells(begun, app, signed_in):
    """All of it on SQLite, the limited ones on PostgreSQL."""
    with begun.database.transaction() as session:
        access.staff(session)
        ids = walking.ids(session)
    roles = access.ROLES if begun.database.engine.name == "sqlite" else SHARE
    browsers = {role: signed_in(access.login_of(role)) for role in roles}
    for browser in browsers.values():
        browser.kept_token = browser.token()
    standing.keep(begun.database, "access")
    return access.played(app, browsers, ids, roles, lambda: standing.restore(begun.database, "access"))


def test_the_table_is_as_the_acts_are(cells, app):
    mine = {(act, role): mark for (act, role), mark in cells.items() if role == access.BEYOND}
    assert [act for (act, _role), mark in mine.items() if act.names_one and mark == "✓"] == []
    for (act, role), mark in cells.items():
        permission = getattr(app.view_functions[act.endpoint], "permission", None)
        if role == access.OUTSIDER and (permission or act.names_one):
            assert mark != "✓", (act, role)
    if (next(iter(cells))[0], "director") in cells:
        said = "\n".join(access.page(cells)) + "\n"
        if os.environ.get(WRITE):
            access.PAGE.write_text(said, "utf-8")
        assert access.PAGE.read_text("utf-8") == said


def test_every_address_is_about_dossiers_or_known_to_be_about_something_else(app):
    told = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}

    assert told - access.OBJECTS.keys() - access.ENGINE == set()
    assert {act.endpoint for act in access.acts(app)} <= app.view_functions.keys()
