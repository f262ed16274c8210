"""Every page that a link leads to, for every role, in a receiving office at work: it opens, it changes nothing,
it says what it is in the reader's language, and HEAD and OPTIONS promise no more than GET keeps."""

import io
import re
from collections import Counter, deque
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from archive.packs import desk as packs
from archive.parameters import KNOWN
from tests.processes import steps
from tests.processes.receiving import Receiving
from tests.standing import standing
from web import imports
from workflow import attachments, cases, comments, definitions, tasks
from workflow.db import Base
from workflow.identity import Group, User
from workflow.models import UserTask

ROLES = ("wang", "stan", "dora", "carl")
MOST_PAGES = 70
ALL_PAGES = 400
EACH = 4  # pages of one kind
HAN = re.compile("[\u4e00-\u9fff]+")
# Chinese in any language: the product's name, the language switch, the headers a courier's list must have
CHROME = ("卷流", "卷", "中文", "人事档案中心", "运单号", "姓名")
one_database = pytest.mark.parametrize("office", ["sqlite"], indirect=True)  # what is drawn is the same on both
DEFINING = {"process_definitions", "definition_resources", "resource_contents", "stored_files", "jobs"}


@pytest.fixture
def receiving(office, clock):
    """One dossier on its shelf, one pack with an exception under somebody's hands, one waiting; notes and files."""
    made = standing(Receiving, office)
    with office.database.transaction() as session:
        session.get_one(Group, "window").permissions = ["dossiers.read", "packs.import", "packs.receive", "comments"]
        for key in ("registry", "review", "store"):
            session.get_one(Group, key).permissions = ["dossiers.read", "comments"]
        secret = session.get_one(User, "anna").password_hash
        for name in ("wang", "rosa", "remy", "stan"):
            session.get_one(User, name).password_hash = secret
    steps.stored(made)
    made.unlisted()
    made.pack("1012345678902", "王芳", "")
    note_and_claim(made)
    return made


def note_and_claim(made: Receiving) -> None:
    with made.database.transaction() as session:
        wang = session.get_one(User, "wang")
        pack = packs.by_tracking_no(session, "1012345678902")
        case = cases.find(session, pack.case_id, wang)
        comments.add(session, case, wang, "封口有点皱 <b>")
        attachments.add(session, case, wang, io.BytesIO(b"%PDF-1.7\n%%EOF"), "清单.pdf", "application/pdf")
        waiting = session.query(UserTask).filter_by(case_id=case.id, status="open").first()
        tasks.claim(session, waiting, wang)


def links(page: str, path: str) -> list[str]:
    """The addresses of this site a page offers, without those of its pieces that only change the view."""
    tree = html.fromstring(page)
    found = tree.xpath("//a/@href|//*[@hx-get]/@hx-get|//iframe/@src|//img/@src")
    here = [urlsplit(each) for each in found]
    return [
        (each.path or path) + ("?" + each.query if each.query else "")
        for each in here
        if not each.netloc and not each.scheme and not each.path.startswith("/static")
    ]


def kind_of(browser, path: str) -> tuple[str, ...]:
    """What is drawn there: the view, and by which names it is asked (`/parameters/loan_days` is one of many)."""
    asked = urlsplit(path)
    try:
        endpoint, _ = browser.application.url_map.bind("").match(asked.path)
    except (NotFound, RequestRedirect):
        return (path,)
    return endpoint, *sorted(parse_qs(asked.query))


def walk(browser, most: int = MOST_PAGES) -> dict[str, object]:
    """The answers to GET that can be reached by links from the first page, by address; of one kind `EACH` at most."""
    answers, waiting, kinds = {}, deque(["/", "/inbox?view=groups", "/inbox?view=done"]), Counter()
    while waiting and len(answers) < most:
        path = waiting.popleft()
        kind = kind_of(browser, path)
        if path in answers or kinds[kind] == EACH:
            continue
        kinds[kind] += 1
        answer = answers[path] = browser.get(path)
        if answer.status_code in (302, 303):
            waiting.append(urlsplit(answer.location).path or "/")
        elif answer.mimetype == "text/html" and answer.text.strip():
            waiting.extend(links(answer.text, urlsplit(path).path))
    return answers


def dump(office) -> dict[str, list]:
    with office.database.reading() as session:
        return {table.name: session.execute(table.select()).all() for table in Base.metadata.sorted_tables}


@one_database
@pytest.mark.parametrize("name", ROLES)
def test_every_link_opens_and_looking_twice_changes_nothing(receiving, office, signed_in, name):
    browser = signed_in(name)
    before = dump(office)

    first, second = walk(browser), walk(browser)

    assert {path: answer.status_code for path, answer in first.items() if answer.status_code not in (200, 302)} == {}
    assert {path: answer.status_code for path, answer in second.items()} == {
        path: answer.status_code for path, answer in first.items()
    }
    after = dump(office)
    assert [table for table in before if before[table] != after[table]] == []


def test_the_walk_reaches_the_pages_of_the_desk_and_leaves_no_trace(receiving, office, signed_in):
    browser = signed_in("dora")
    before = dump(office)
    reached = " ".join(walk(browser, ALL_PAGES))

    assert [table for table, rows in dump(office).items() if rows != before[table]] == []

    for page in (
        "/packs/1",
        "/packs?",
        "/dossiers/1",
        "/cases/1",
        "/tasks/",
        "/documents/",
        "/definitions/",
        "/people/",
        "/groups/",
        "/days/2026-07-01",
        "/files/",
        "/processes",
        "/incidents",
        "/profile",
    ):
        assert page in reached, page


@one_database
@pytest.mark.parametrize("name", ["dora", "wang"])
def test_an_english_page_holds_no_chinese_but_what_people_wrote(receiving, office, signed_in, name):
    browser = signed_in(name)
    browser.post("/language", data={"language": "en"})
    told = "".join(repr(rows) for table, rows in dump(office).items() if table not in DEFINING)
    told += "".join(CHROME) + purposes(office) + repr([each.default for each in KNOWN.values()])
    told += repr([kind.headers for kind in imports.KINDS.values()])

    chrome = {
        path: sorted(left)
        for path, answer in walk(browser).items()
        if answer.mimetype == "text/html" and answer.status_code == 200
        if (left := {run for run in HAN.findall(words_of(answer.text)) if run not in told})
    }

    assert chrome == {}


def purposes(office) -> str:
    """What modellers wrote of whole processes; it has no English beside."""
    with office.database.reading() as session:
        return "".join(definitions.model(session, each).documentation or "" for each in definitions.all_latest(session))


def words_of(page: str) -> str:
    """What a reader meets: the text, and what is read aloud or shown when hovering."""
    tree = html.fromstring(page)
    for hidden in tree.xpath("//script|//style"):
        hidden.drop_tree()
    read = tree.xpath("//@aria-label|//@title|//@placeholder|//@alt|//@data-confirm|//@hx-confirm")
    return "\n".join([*tree.itertext(), *read])


@one_database
@pytest.mark.parametrize("name", ["dora", "carl"])
def test_head_is_get_without_its_body(receiving, signed_in, name):
    browser = signed_in(name)
    for path, answer in list(walk(browser).items())[:40]:
        head = browser.head(path)
        assert (head.status_code, head.mimetype, head.data) == (answer.status_code, answer.mimetype, b""), path


def test_options_offers_what_the_address_takes_and_does_nothing(receiving, office, signed_in):
    browser = signed_in("dora")
    before = dump(office)
    for path in ("/inbox", "/tasks/1", "/tasks/1/claim", "/cases/1", "/packs", "/days/2026-07-01", "/scan"):
        answer = browser.options(path)
        allowed = set(answer.headers["Allow"].split(", "))
        assert answer.status_code == 200
        assert allowed & {"GET", "POST"}
        assert allowed <= {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"}
    assert dump(office) == before


@one_database
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_well_made(receiving, signed_in, language):
    browser = signed_in("dora")
    browser.post("/language", data={"language": language})
    for path, answer in walk(browser).items():
        if answer.status_code == 200 and answer.mimetype == "text/html" and answer.text.strip():
            tree = html.fromstring(answer.text)
            if "<html" in answer.text:
                assert tree.get("lang").startswith(language), path
                assert len(tree.xpath("//h1")) == 1, path
                assert tree.findtext(".//title").strip(), path
            names_agree(tree, path)


def names_agree(tree, path: str) -> None:
    """No id stands twice, and every name that points to an id points to one on the page."""
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), (path, sorted(each for each in ids if ids.count(each) > 1))
    for label in tree.xpath("//label[@for]"):
        assert label.get("for") in ids, (path, label.text_content().strip())
    named = " ".join(tree.xpath("//@aria-describedby|//@aria-labelledby|//@aria-controls")).split()
    assert set(named) <= set(ids), (path, set(named) - set(ids))


@one_database
def test_a_stranger_finds_nothing_of_the_desk_behind_any_address_others_reach(receiving, signed_in):
    carl = signed_in("carl")
    for path in walk(signed_in("wang")):
        answer = carl.get(path, follow_redirects=True)
        if answer.mimetype == "text/html":
            assert "王芳" not in answer.text, path
            assert "1012345678902" not in answer.text.replace(path, ""), path
        else:
            assert answer.status_code in (403, 404), path
