"""Where a dossier is stands in every list that shows one; on a dossier's page its loans and readings, as far as one may
know of them."""

import re

import pytest

from archive import storage
from archive.reading.models import Mode
from tests.archive.reading import granted
from tests.msgids import ROOT
from tests.web.test_archive_at_size import asked
from workflow import cases
from workflow.identity import Group, Membership
from workflow.models import Case

TEMPLATES = ROOT / "web" / "templates"
ELSEWHERE = {  # shows a dossier, but not in a list, or is about where it is anyway
    "_loans.html": "the register itself",
    "loan.html": "the loan itself",
    "custody.html": "the chain itself",
    "catalogue.html": "one dossier's sheet",
    "image_check.html": "one dossier's images",
    "reading.html": "one dossier's screen",
    "reading_before.html": "one dossier's screen",
    "scanning_misfits.html": "a choice of papers",
}


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/reading goes over both."""
    return sqlite_office


@pytest.fixture
def store(office, clock):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"]
        storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=9))
    return office


def section(page: str, name: str) -> str:
    return page.split(f'id="{name}"')[1].split("</section>")[0]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_list_that_shows_a_dossier_shows_where_it_is(path):
    source = path.read_text("utf-8")
    shows = re.search(r"dossier_no\b[^}]*}}", source) is not None
    if shows and path.name not in ELSEWHERE:
        assert '"_standing.html"' in source
    assert shows or path.name not in ELSEWHERE, "nothing to be left out there"


def test_a_longer_list_of_cases_asks_no_more_often_where_their_dossiers_are(store, signed_in):
    def lend(*serials: int) -> None:
        with store.database.transaction() as session:
            for serial in serials:
                loan = granted.lent(session, serial, f"单雄{serial}")
                cases.add_key(session, session.get_one(Case, loan.case_id), loan.dossier.dossier_no)
                cases.show_to(session, loan.case_id, ["registry"], [])

    anna = signed_in("anna")
    lend(1)
    few = asked(store, lambda: anna.get("/cases"))
    lend(2, 3, 4)

    assert anna.get("/cases").text.count("何查") == 4
    assert asked(store, lambda: anna.get("/cases")) <= few


def test_who_reads_no_dossiers_is_not_told_where_they_are(store, signed_in):
    with store.database.transaction() as session:
        loan = granted.lent(session)
        case = session.get_one(Case, loan.case_id)
        cases.add_key(session, case, loan.dossier.dossier_no)
        cases.show_to(session, case.id, ["admin", "registry"], [])
    assert "何查" not in signed_in("eve").get("/cases").text
    assert "何查" in signed_in("anna").get("/cases").text


def test_a_dossier_s_page_tells_its_loans(store, signed_in):
    with store.database.transaction() as session:
        loan = granted.lent(session)
    told = section(signed_in("bob").get(f"/dossiers/{loan.dossier_id}").text, "loans")

    for said in ("云溪市教育局", "何查", "2026-07-11", "考察", "录用", f"/loans/{loan.case_id}"):
        assert said in told


def test_a_shielded_loan_is_told_to_who_oversees_readings_alone(store, signed_in):
    with store.database.transaction() as session:
        loan = granted.lent(session, shielded=True)
    page = f"/dossiers/{loan.dossier_id}"

    for name in ("anna", "bob"):
        text = signed_in(name).get(page).text
        assert "何查" not in text and "云溪市教育局" not in text
        assert "没有" in section(text, "loans")
    assert "何查" in section(signed_in("dora").get(page).text, "loans")


@pytest.mark.parametrize(
    ("name", "seen"),
    [("anna", True), ("bob", True), ("dora", True), ("carl", False)],  # had work in it, reads it, oversees, neither
)
def test_a_reading_is_told_to_whose_business_it_is(store, signed_in, name, seen):
    with store.database.transaction() as session:
        grant = granted.readable(session, ("eve", "bob"))
        grant.used_ms = 300_000
        cases.show_to(session, grant.case_id, [], ["anna"])
        session.add(Group(key="part", name="part", permissions=["dossiers.read"]))
        session.flush()
        session.add(Membership(user_name="carl", group_key="part"))
    told = section(signed_in(name).get(f"/dossiers/{grant.dossier_id}").text, "readings")

    assert ("云溪市教育局" in told) is seen
    if seen:
        for said in ("考察", "录用", "5 / 120", "电子查阅", "〔2026〕查字0001号", "bob"):
            assert said in told
    assert (f"/cases/{grant.case_id}" in told) is (name in ("anna", "dora"))


def test_a_shielded_reading_is_told_to_who_oversees_readings_alone(store, signed_in):
    with store.database.transaction() as session:
        kept = granted.scanned.dossier(session)
        granted.request(session, kept, mode=Mode.ROOM, shielded=True)
        page = f"/dossiers/{kept.id}"

    assert "云溪市教育局" not in signed_in("anna").get(page).text  # who reads it
    assert "云溪市教育局" in section(signed_in("dora").get(page).text, "readings")


def test_the_page_asks_no_more_often_for_more_loans_and_readings(store, signed_in):
    with store.database.transaction() as session:
        kept = granted.scanned.dossier(session)
        granted.request(session, kept, mode=Mode.ROOM)
        page = f"/dossiers/{kept.id}"
    anna = signed_in("anna")
    anna.get(page)
    few = asked(store, lambda: anna.get(page))
    with store.database.transaction() as session:
        for serial in (2, 3, 4):
            granted.request(session, session.get_one(type(kept), kept.id), (), serial, mode=Mode.ROOM)

    assert asked(store, lambda: anna.get(page)) <= few
