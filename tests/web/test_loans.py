"""The borrowing register over HTTP: views, counts, spreadsheet, what may be done about a loan and by whom."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from archive import storage
from archive.materials.models import Material
from archive.reading.loan_tables import Loan
from archive.reading.models import ShutUnit
from tests.archive.reading import granted
from tests.web.test_archive_at_size import asked
from workflow import cases
from workflow.clock import now
from workflow.identity import Group
from workflow.models import Case


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/reading goes over both."""
    return sqlite_office


@pytest.fixture
def loan(office, clock) -> Loan:
    """A loan to the bureau, due in ten days; the registry keeps loans, the director is dora."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "loans.manage"]
        storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=5))
        return granted.lent(session)


def test_the_register_shows_with_whom_and_until_when_and_how_many(loan, signed_in):
    page = signed_in("anna").get("/loans").text
    assert all(each in page for each in ("单雄信", "云溪市教育局", "何查", "2026-07-11", "〔2026〕查字0001号"))
    assert '全部在外 <span class="count">1</span>' in page
    assert "单雄信" not in signed_in("anna").get("/loans?view=overdue").text
    assert "单雄信" not in signed_in("anna").get("/loans?text=别的").text


@pytest.mark.parametrize("path", ["/loans", "/loans?view=overdue&text=云溪"])
def test_the_register_asks_the_database_few_questions_however_many_rows(loan, office, signed_in, path):
    anna = signed_in("anna")
    anna.get(path)
    few = asked(office, lambda: anna.get(path))
    with office.database.transaction() as session:
        for serial in range(2, 5):
            granted.lent(session, serial, f"单雄{serial}")

    assert asked(office, lambda: anna.get(path)) <= few
    assert few <= 14


def test_a_loan_overdue_says_so_in_every_list(loan, office, signed_in, clock):
    clock.move(days=11)
    with office.database.transaction() as session:
        kept = session.get_one(Loan, loan.case_id).dossier
        number, paper = kept.dossier_no, session.scalars(select(Material).where(Material.dossier_id == kept.id)).first()
        cases.add_key(session, session.get_one(Case, loan.case_id), number)
        cases.show_to(session, loan.case_id, ["registry"], [])
        asked_for = f"/dossiers?text={paper.name}"
    anna = signed_in("anna")
    one = (f"/dossiers/{loan.dossier_id}", f"/dossiers/{loan.dossier_id}/person", f"/loans/{loan.case_id}")
    for address in ("/loans?view=overdue", "/dossiers", asked_for, f"/scan?code={number}", "/cases?state=all", *one):
        assert "超期" in anna.get(address).text, address


def test_the_spreadsheet_has_the_rows_of_the_view_and_no_formulas(loan, office, signed_in):
    with office.database.transaction() as session:
        session.get_one(Loan, loan.case_id).borrower = "=HYPERLINK()"
    answer = signed_in("anna").get("/loans/register.xlsx?view=out")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert (rows[0][0], len(rows), rows[1][3]) == ("档案编号", 2, "'=HYPERLINK()")
    assert answer.headers["Content-Disposition"].endswith('"loans-out.xlsx"')
    empty = signed_in("anna").get("/loans/register.xlsx?view=overdue")
    assert len(list(load_workbook(io.BytesIO(empty.data)).active.values)) == 1


def test_a_recall_is_sent_from_the_page_with_its_reason(loan, office, signed_in):
    dora = signed_in("dora")
    assert dora.post(f"/loans/{loan.case_id}/recall", data={"why": ""}).status_code == 422
    assert dora.post(f"/loans/{loan.case_id}/recall", data={"why": "急用"}).status_code == 303
    assert "2026-07-03" in dora.get(f"/loans/{loan.case_id}").text


def test_an_extension_is_asked_for_from_the_page(loan, signed_in):
    anna = signed_in("anna")
    assert "申请续借" in anna.get(f"/loans/{loan.case_id}").text
    assert anna.post(f"/loans/{loan.case_id}/extension", data={"reason": ""}).status_code == 422
    assert anna.post(f"/loans/{loan.case_id}/extension", data={"reason": "未完"}).status_code == 303


def test_a_unit_that_was_shut_out_is_let_read_again_by_who_oversees(loan, office, signed_in):
    with office.database.transaction() as session:
        session.add(ShutUnit(case_id=loan.case_id, unit="云溪市教育局", why="缺两页", shut_at=now()))
    address = f"/loans/shut-units/{loan.case_id}/lifting"
    assert "缺两页" not in signed_in("anna").get("/loans").text
    assert signed_in("anna").post(address).status_code == 403
    dora = signed_in("dora")
    assert "缺两页" in dora.get("/loans").text
    assert [dora.post(address).status_code, dora.post(address).status_code] == [303, 409]
    assert dora.post("/loans/shut-units/99/lifting").status_code == 404
    assert "缺两页" not in dora.get("/loans").text


def test_what_there_is_not_is_not_found(loan, signed_in):
    for address in ("/loans/999", "/loans?view=nothing", "/loans/register.xlsx?view=nothing"):
        assert signed_in("anna").get(address).status_code == 404


# who may do what: role × action

ROLES = {  # permissions of the registry, in which anna is
    "nobody": [],
    "reads dossiers": ["dossiers.read"],
    "keeps loans": ["dossiers.read", "loans.manage"],
    "oversees": ["dossiers.read", "readings.oversee"],
}
ACTIONS = {
    "see the register": ("GET", "/loans", {}),
    "take the spreadsheet": ("GET", "/loans/register.xlsx", {}),
    "see a loan": ("GET", "/loans/{id}", {}),
    "ask for an extension": ("POST", "/loans/{id}/extension", {"reason": "x"}),
    "call a loan back": ("POST", "/loans/{id}/recall", {"why": "x"}),
    "see where a dossier is": ("GET", "/dossiers/{dossier}", {}),
}
OPEN, SHIELDED = "open", "shielded"
READS, KEEPS, OVERSEES = ({"reads dossiers", "keeps loans", "oversees"}, {"keeps loans"}, {"oversees"})
MAY = {
    "see the register": READS,
    "take the spreadsheet": READS,
    "see a loan": READS,
    "ask for an extension": KEEPS,
    "call a loan back": OVERSEES,
    "see where a dossier is": READS,
}


def expected(role: str, action: str, kind: str) -> int:
    """403 without the permission, 404 for what is shielded from who does not oversee readings."""
    if role not in MAY[action]:
        return 403
    hidden = kind is SHIELDED and role != "oversees" and "{id}" in ACTIONS[action][1]
    return 404 if hidden else 303 if ACTIONS[action][0] == "POST" else 200


@pytest.fixture
def both(office, clock) -> dict[str, Loan]:
    """An open loan and a shielded one."""
    with office.database.transaction() as session:
        storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=5))
        return {OPEN: granted.lent(session), SHIELDED: granted.lent(session, 2, "秘某", shielded=True)}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says_and_nothing_leaks(office, both, signed_in, role):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ROLES[role]
    anna = signed_in("anna")
    found, wanted = {}, {}
    for action, (method, address, data) in ACTIONS.items():
        for kind, loan in both.items():
            place = address.format(id=loan.case_id, dossier=loan.dossier_id)
            answer = anna.open(place, method=method, data=data or None)
            found[action, kind] = answer.status_code
            wanted[action, kind] = expected(role, action, kind)
            if answer.status_code in (403, 404):
                assert "单雄信" not in answer.text and "秘某" not in answer.text
    assert found == wanted
    if role != "oversees" and role != "nobody":
        listed = anna.get("/loans").text
        assert "秘某" not in listed and '全部在外 <span class="count">1</span>' in listed
        assert "教育局" not in anna.get(f"/dossiers/{both[SHIELDED].dossier_id}").text
