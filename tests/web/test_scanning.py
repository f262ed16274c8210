"""A scanning batch over HTTP: counted out and back at the desk, a result for each line; what the firm brings, and pages
that fit nowhere."""

import io

import pytest

from archive import storage
from archive.dossier_tables import Dossier
from archive.images import separators
from archive.materials import catalogue
from archive.scanning.models import BatchStatus, ScanStatus
from tests.archive.images import drawn, parcelled
from tests.processes.scanning import PAGES, Scanners
from tests.standing import standing
from workflow.identity import Group, User
from workflow.models import Case


@pytest.fixture
def office(sqlite_office):
    """On one database; the pages ask nothing a database could answer otherwise."""
    return sqlite_office


@pytest.fixture
def scanners(office, clock) -> Scanners:
    """Two dossiers planned; stan counts, vera of the firm brings images."""
    made = standing(Scanners, office, 2)
    with made.database.transaction() as session:
        session.get_one(Group, "store").permissions = ["dossiers.read", "scanning.read", "scanning.desk"]
        session.get_one(Group, "scanning").permissions = ["images.deliver", "images.check", "scanning.read"]
        session.get_one(User, "stan").password_hash = session.get_one(User, "dora").password_hash
    made.plan()
    return made


def at(browser, where, **typed):
    return browser.post(f"/scanning/1/{where}", data=typed)


def handing(scanners, signed_in):
    scanners.claim("hand_out", "stan")
    return signed_in("stan")


def test_each_line_is_handed_out_or_refused_by_itself(scanners, signed_in):
    stan = handing(scanners, signed_in)
    lines = f"{scanners.no(1)} {PAGES} 1\n{scanners.no(2)} 99\nYX999 3"
    answer = at(stan, "departures", lines=lines, out_to="维拉")

    assert answer.status_code == 422
    assert "目录" in answer.text and "YX999不在本批" in answer.text
    assert (scanners.entry(1).status, scanners.entry(2).status) == (ScanStatus.OUT, ScanStatus.PLANNED)
    assert f">{scanners.no(2)} 99\nYX999 3</textarea>" in answer.text  # what was refused stays to be mended
    assert 'value="维拉"' in answer.text


def test_only_who_has_the_step_in_hand_hands_out(scanners, signed_in):
    answer = at(signed_in("stan"), "departures", lines=f"{scanners.no(1)} 3", out_to="维拉")
    assert answer.status_code == 403
    assert "先领取任务" in answer.text
    assert scanners.entry(1).status is ScanStatus.PLANNED


@pytest.mark.parametrize(
    ("where", "typed", "said"),
    [
        ("departures", {"lines": ""}, "请扫描档案标签"),
        ("departures", {"lines": "YX202600001 three", "out_to": "维拉"}, "请填写清点的页数"),
        ("omissions", {"lines": "YX202600001"}, "请说明"),
        ("returns", {"lines": "YX202600001"}, "库位条码"),
    ],
)
def test_a_line_that_says_too_little_is_refused_in_words(scanners, signed_in, where, typed, said):
    answer = at(handing(scanners, signed_in), where, **typed)
    assert answer.status_code == 422
    assert said in answer.text


def test_what_came_back_stands_on_its_shelf_and_what_differs_stops_the_batch(scanners, signed_in):
    scanners.out()
    stan = signed_in("stan")
    with scanners.database.reading() as session:
        home = storage.home(session, session.get_one(Dossier, 1))
    assert at(stan, "returns", lines=f"{scanners.no(1)} {home} {PAGES}").status_code == 303
    assert scanners.entry(1).status is ScanStatus.BACK
    scanners.prepare()
    scanners.scan()
    scanners.check_quality()
    scanners.claim("take_back", "stan")
    assert at(stan, "differences", lines=f"{scanners.no(2)} 2", why="缺第2页").status_code == 303

    assert scanners.batch().status is BatchStatus.STOPPED
    shown = stan.get("/scanning/1").text
    assert "有缺失" in shown and "缺第2页" in shown


def test_a_planned_dossier_is_left_out_with_its_reason(scanners, signed_in):
    stan = handing(scanners, signed_in)
    assert at(stan, "omissions", lines=scanners.no(2), why="急用").status_code == 303
    assert scanners.entry(2).status is ScanStatus.FELL_OUT
    assert "急用" in stan.get("/scanning/1").text


def test_an_uploaded_package_is_read_and_told_row_by_row(scanners, signed_in):
    scanners.out()
    scanners.prepare()
    scanners.claim("scan_pages", "vera")
    with scanners.database.reading() as session:
        wanted = [session.get_one(Dossier, number) for number in (1, 2)]
        content = parcelled.of(session, *wanted, spoil=lambda files: files.pop("raw/1/01/0002.jpg"))
    vera = signed_in("vera")
    answer = vera.post("/scanning/1/parcels", data={"file": (io.BytesIO(content), "批次.zip")})
    assert answer.headers["Location"] == "/scanning/1/parcels/1"
    scanners.machine()
    shown = vera.get("/scanning/1/parcels/1").text

    assert 'value="100"' in shown
    assert "raw/1/01/0002.jpg" in shown  # missing: the first folder is refused
    assert "opt/3/01/0001.jpg" in shown  # the second is taken in
    assert len(scanners.raw(2)) == PAGES and scanners.raw(1) == []
    assert vera.get("/scanning/1").status_code == 200


def test_only_the_firm_at_its_step_brings_images(scanners, signed_in):
    scanners.out()
    sent = {"file": (io.BytesIO(b"PK"), "a.zip")}
    assert signed_in("vera").post("/scanning/1/parcels", data=sent).status_code == 403
    sent = {"file": (io.BytesIO(b"PK"), "a.zip")}
    assert signed_in("stan").post("/scanning/1/parcels", data=sent).status_code == 403


def test_who_has_nothing_to_do_with_the_batch_does_not_find_it(scanners, signed_in):
    with scanners.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["scanning.read"]
    assert signed_in("anna").get("/scanning/1").status_code == 404
    assert "SM2026-0001" not in signed_in("anna").get("/scanning").text
    assert "SM2026-0001" in signed_in("stan").get("/scanning").text


def test_routing_slips_are_printed_for_what_goes_out(scanners, signed_in):
    answer = signed_in("stan").get("/scanning/1/slips.pdf")
    assert answer.data.startswith(b"%PDF-")


# pages that fit nowhere


@pytest.fixture
def queued(scanners) -> Scanners:
    """A scan of two pages without a routing slip was brought in for dossier 1."""
    scanners.out(1)
    scanners.prepare()
    scanners.claim("scan_pages", "vera")
    out = io.BytesIO()
    first, second = (drawn.page(12, seed=number) for number in (1, 2))
    first.save(out, "PDF", save_all=True, append_images=[second], resolution=300)
    out.seek(0)
    with scanners.database.transaction() as session:
        separators.begin(session, out, "扫描.pdf", "vera", session.get_one(Case, scanners.case_id()))
    scanners.machine()
    return scanners


def paper_of(scanners, number=1) -> int:
    with scanners.database.reading() as session:
        return catalogue.rows(session, session.get_one(Dossier, number))[0].id


def test_a_page_without_a_slip_is_shown_and_laid_where_it_belongs(queued, signed_in):
    vera = signed_in("vera")
    shown = vera.get("/scanning/1/misfits").text
    assert "2页" in shown and "干部履历表" in shown
    assert vera.get("/scanning/1/misfits/1/file").data.startswith(b"\xff\xd8")
    answer = vera.post("/scanning/1/misfits/1/place", data={"material": paper_of(queued), "page": 2})

    assert answer.headers["Location"] == "/scanning/1/misfits"
    assert [image.page for image in queued.raw()] == [2]
    assert "1页待处理" in vera.get("/scanning/1").text


def test_a_page_of_nobody_is_left_out_with_the_reason(queued, signed_in):
    vera = signed_in("vera")
    assert vera.post("/scanning/1/misfits/1/omission", data={"why": ""}).status_code == 422
    assert vera.post("/scanning/1/misfits/1/omission", data={"why": "封面衬页"}).status_code == 303
    assert "封面衬页" in vera.get("/scanning/1/parcels/1?pages=rejected").text


def test_a_page_is_decided_once_and_laid_only_where_a_page_is(queued, signed_in):
    vera, place = signed_in("vera"), "/scanning/1/misfits/1/place"
    assert vera.post(place, data={"material": 0, "page": 1}).status_code == 422
    assert vera.post(place, data={"material": paper_of(queued), "page": 9}).status_code == 422
    assert vera.post(place, data={"material": paper_of(queued, 2), "page": 1}).status_code == 422  # not handed out
    assert vera.post(place, data={"material": paper_of(queued), "page": 1}).status_code == 303
    assert vera.post(place, data={"material": paper_of(queued), "page": 1}).status_code == 409


def test_pages_of_another_batch_are_not_found(queued, signed_in):
    vera = signed_in("vera")
    assert vera.get("/scanning/2/misfits").status_code == 404
    assert vera.get("/scanning/1/misfits/99/file").status_code == 404
    assert vera.get("/scanning/1/parcels/99").status_code == 404


def test_only_who_has_the_step_in_hand_decides(queued, signed_in):
    answer = signed_in("viktor").post("/scanning/1/misfits/1/omission", data={"why": "x"})
    assert answer.status_code == 403
    assert "由办理" in signed_in("viktor").get("/scanning/1/misfits").text
