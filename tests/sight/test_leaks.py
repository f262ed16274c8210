"""A dossier out of one's scope leaks nothing: whatever one asks for, the office answers as if the dossier were not there.

Every address is asked before and after X is written down: every list, search, page, file and paper, with A's ids and
with those X will have. For lina, who may everything but for her scope, each answer stays what it was, letter by letter,
after just as many questions to the database.
"""

import os
from types import SimpleNamespace

import pytest

from archive import sight
from tests.sight import walking, world

NUMBER = "YX202600002"  # the number X will have
BREACHES = (  # what asks archive.sight: a module, and which function of it
    "web.dossiers.sight.find",
    "web.dossiers.sight.seen_by",
    "web.dossiers.sight.person_seen_by",
    "web.catalogue.sight.find",
    "archive.acceptance.looking.sight.find",
    "web.rooms.sight.seen_by",
    "web.scan.sight.by_no",
    "web.scan.sight.seen_by",
    "web.days.packs_seen.seen_by",
    "web.packs.seen.seen_by",
    "web.packs.seen.find",
    "web.files.packs_seen.seen_by",
    "web.pack_imports.seen.rows_seen_by",
    "web.pack_imports.seen.lists_seen_by",
    "archive.reading.register.sight.seen_by",
    "archive.reading.grants.sight.seen_by",
)
SHARE = int(os.environ.get("JUANLIU_BREACHES", "2"))  # of the breaches; `make scopes` plants all


def paths(app, known) -> list[str]:
    """What X could show itself by: lists, X's own pages, searches."""
    return [*walking.addresses(app, walking.coming(known)), *walking.searches(world.X, NUMBER)]


def add_x(office, known) -> None:
    """X is written down, and has the ids it was asked for by."""
    with office.database.transaction() as session:
        world.add(session, world.X)
    with office.database.reading() as session:
        there, coming = walking.ids(session), walking.coming(known)
        assert there == {name: known[name] + coming[name] for name in known}


@pytest.fixture
def known(begun):
    with begun.database.reading() as session:
        return walking.ids(session)


def test_an_office_with_x_answers_lina_as_one_without(begun, app, signed_in, known):
    lina, asked = signed_in("lina"), paths(app, known)
    asked = [*asked, *walking.addresses(app, known)] if begun.database.engine.name == "sqlite" else asked[::2]
    walking.answers(begun, lina, asked[:3])
    before = walking.answers(begun, lina, asked)
    add_x(begun, known)
    after = walking.answers(begun, lina, asked)

    assert [path for path in asked if after[path].read != before[path].read] == []
    assert [path for path in asked if after[path].statements != before[path].statements] == []
    assert [path for path in asked if after[path].status >= 500] == []
    assert sum(answer.status == 200 for answer in before.values()) > 60
    pages = [(path, after[path].body) for path in asked if "?" not in path]  # a search says what was asked
    assert [path for path, body in pages for token in world.X.tokens if token in body] == []


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_who_is_not_limited_finds_x_wherever_lina_does_not(begun, app, signed_in, known):
    """Else the walk would prove nothing: each kind of page must have something to say of X."""
    add_x(begun, known)
    told = walking.answers(begun, signed_in("dora"), paths(app, known))
    found = {path for path, answer in told.items() if any(token in answer.body for token in world.X.tokens)}

    assert walking.kinds(app, found) >= walking.TELLING


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize("place", BREACHES[:SHARE] if len(BREACHES) > SHARE else BREACHES)
def test_one_module_that_forgets_the_condition_is_found(place, begun, app, signed_in, known, monkeypatch):
    """A breach planted in one place: there everything is seen."""
    lina = signed_in("lina")
    add_x(begun, known)
    asked = paths(app, known)
    before = walking.answers(begun, lina, asked)
    _plant(monkeypatch, place)

    assert any(answer.read != before[path].read for path, answer in walking.differing(begun, lina, asked, before))


def _plant(monkeypatch, place: str) -> None:
    module, name, function = place.rsplit(".", 2)
    there = __import__(module, fromlist=[name])
    honest = getattr(there, name)
    open_ = {
        "find": lambda session, user, row_id, *rest, **more: session.get_one(
            walking.TABLES["pack_id" if name == "seen" else "dossier_id"], row_id
        ),
        "by_no": lambda session, user, number: sight.by_no(session, None, number),
    }
    blind = open_.get(function, lambda *given, **more: sight.EVERYTHING)
    monkeypatch.setattr(there, name, SimpleNamespace(**{**vars(honest), function: blind}))
