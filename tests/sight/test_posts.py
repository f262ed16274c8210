"""Whatever one posts, what is out of one's scope is answered as what does not exist: same status, same words.

lina may everything, but for her scope; she names X, which is beyond it, and what nobody here is known by, in every address
and every field, and works on the processes of the house with one or the other.
"""

import os
from importlib import import_module
from itertools import zip_longest
from types import SimpleNamespace

import pytest

from archive import sight
from tests import standing
from tests.sight import access, typing, walking, working, world
from workflow.settings import CHECKOUT

WHOLE = int(os.environ.get("JUANLIU_BREACHES", "2")) > 2  # as `make scopes` has it: fields of the engine's pages, too
A, NUMBER = "YX202600001", "YX202600002"  # the number of A, and of X


@pytest.fixture
def office(sqlite_office):
    """Every post is undone by copying a file."""
    return sqlite_office


@pytest.fixture
def lina(begun, signed_in):
    with begun.database.transaction() as session:
        world.add(session, world.X)
    browser = signed_in("lina")
    browser.kept_token, browser.kept_cookies = browser.token(), dict(browser._cookies)
    standing.keep(begun.database, "posts")
    return browser


@pytest.fixture
def there(begun, lina):
    with begun.database.reading() as session:
        return typing.of_x(session, NUMBER)


@pytest.fixture
def mine(begun, lina):
    """The ids of A."""
    with begun.database.reading() as session:
        return {name: found[0] for name, found in walking.ids(session).items()}


def differing(office, browser, there, posts):
    """What is answered otherwise of X than of nobody; `posts` makes the same things to ask for of either."""
    nobody = typing.of_nobody(there)
    found = []
    for of_x, of_nobody in zip(posts(there), posts(nobody), strict=True):
        told = []
        for post in (of_x, of_nobody):
            told.append(typing.answer(browser, post))
            if told[-1][0] < 400 or post.endpoint in typing.CHARGED:  # else nothing was kept
                standing.restore(office.database, "posts")
        if told[0] != told[1]:
            found.append((of_x, *told))
    return found


def said(found):
    """Of each: what was asked, both statuses, the first line that differs."""
    told = []
    for post, x, nobody in found:
        lines = zip_longest(f"{x[1]}\n{x[2]}".splitlines(), f"{nobody[1]}\n{nobody[2]}".splitlines())
        first = next((pair for pair in lines if pair[0] != pair[1]), None)
        told.append(f"{post.method} {post.path} {post.sent.get('code')} {x[0]} {nobody[0]} {first}")
    return "\n".join(told)


def test_an_address_of_x_is_answered_as_one_of_nothing(begun, app, lina, there):
    assert said(differing(begun, lina, there, lambda known: typing.addressed(app, known))) == ""


def test_a_field_that_names_x_is_answered_as_one_that_names_nothing(begun, app, lina, there, mine):
    about = {*access.OBJECTS, *(access.ENGINE if WHOLE else ())}
    assert said(differing(begun, lina, there, lambda known: typing.filled(app, known, mine, about))) == ""


def test_a_list_that_names_x_is_answered_as_one_that_names_nothing(begun, lina, there):
    assert said(differing(begun, lina, there, typing.brought)) == ""


@pytest.fixture
def workers(begun, signed_in):
    """Browsers of three who see a part; the processes of the house are there."""
    with begun.database.transaction() as session:
        world.add(session, world.X)
        working.staff(session)
    browsers = {name: signed_in(name) for name in working.WORKERS}
    for browser in browsers.values():
        browser.kept_token, browser.kept_cookies = browser.token(), dict(browser._cookies)
    standing.keep(begun.database, "posts")
    return browsers


def differing_steps(office, workers, key):
    """Where a process goes otherwise or says otherwise: once X is named from the start, once A's dossier is the matter
    and X is named in what is typed about it."""
    with office.database.reading() as session:
        there = typing.of_x(session, NUMBER)
    nobody = typing.of_nobody(there)
    found = []
    for numbers in ((there.dossier, nobody.dossier), (A, A)):
        told = []
        for known, number in zip((there, nobody), numbers, strict=True):
            for browser in workers.values():
                browser._cookies = dict(browser.kept_cookies)
            told.append(working.worked(office, workers, key, number, known))
            standing.restore(office.database, "posts")
        for x, other in zip_longest(*told, fillvalue=("over", 0, "")):
            lines = zip_longest(x[2].splitlines(), other[2].splitlines())
            found += [(x[:2], other[:2], *pair) for pair in lines if pair[0] != pair[1] or x[:2] != other[:2]][:1]
    return found


@pytest.mark.parametrize("key", sorted(path.stem for path in (CHECKOUT / "bpmn").glob("*.bpmn")))
def test_a_process_that_names_x_goes_as_one_that_names_nothing(begun, workers, key):
    assert differing_steps(begun, workers, key) == []


@pytest.mark.parametrize(
    ("key", "place", "open_"),
    [
        ("transfer-in", "archive.transfer.coming.sight.knows", True),
        ("correction", "archive.rectification.looking.sight.sees_person", True),
        ("certificate-void", "archive.certificates.voiding.sight.known_to", sight.EVERYTHING),
    ],
)
def test_one_step_that_tells_what_it_should_not_is_found(begun, workers, monkeypatch, key, place, open_):
    """A breach planted in one place: there everything is seen."""
    module, name, function = place.rsplit(".", 2)
    there = import_module(module)
    told = {**vars(getattr(there, name)), function: lambda *given, **more: open_}
    monkeypatch.setattr(there, name, SimpleNamespace(**told))

    assert differing_steps(begun, workers, key) != []
