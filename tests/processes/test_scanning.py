"""数字化: every path of bpmn/scanning.bpmn up to the acceptance, through the real forms and real image files."""

import io

import pytest
from PIL import Image

from archive.images import parcels
from archive.images.defect_tables import Defect
from archive.scanning import desk
from archive.scanning.models import BatchStatus, ScanStatus
from archive.statuses import DigitStatus, DossierStatus
from tests.archive.images import drawn, scanned
from tests.people import PASSWORD
from tests.processes.scanning import PAGES, Scanners
from tests.processes.sorting import HOME
from tests.processes.table import covers
from tests.standing import standing
from workflow.errors import Invalid, NotAllowed
from workflow.models import Case

RAW, OPT = "raw/1/01/0001.jpg", "opt/1/01/0001.jpg"


@pytest.fixture
def scanners(sqlite_office, clock) -> Scanners:
    """One sorted dossier waits in the store. SQLite does for most paths; the main ones are walked on both."""
    return standing(Scanners, sqlite_office)


@pytest.fixture
def two(sqlite_office, clock) -> Scanners:
    return standing(Scanners, sqlite_office, 2)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value)


def with_page(path: str, content: bytes):
    return lambda files: files.__setitem__(path, content)


# C1


@covers("C1", "batch_planned", "plan_batch")
def test_a_batch_is_planned_from_what_is_sorted_and_numbered(two):
    told = two.plan(from_queue="1", dossier_nos=two.no(2))

    assert (told["batch_no"], told["dossiers"], told["refused"]) == ("SM2026-0001", 2, [])
    assert two.open_steps() == [("hand_out", None)]
    (kind, number, text, _) = two.issued()[0]
    assert (kind, number) == ("scanning_batch", "SM2026-0001")
    assert "单价：0.35 元/面" in text and "不低于 300 dpi" in text and "共 2 卷 6 页" in text


@covers("C1", "look_at_refused")
def test_what_cannot_be_scanned_is_told_in_words_and_holds_nothing_up(two):
    with two.database.transaction() as session:
        session.get_one(type(two.dossier()), 2).status = DossierStatus.SEALED
    told = two.plan(from_queue="0", dossier_nos=f"{two.no(1)}\n{two.no(2)} YX999")

    assert [each["why"][0] for each in told["refused"]] == [
        "It is not in the store.",
        "There is no dossier with the number {number}.",
    ]
    assert "It is not in the store." in two.drawn("look_at_refused", "dora")
    two.step("look_at_refused", "dora")
    assert two.open_steps() == [("hand_out", None)]


@covers("C1", "nothing_to_scan")
def test_a_batch_of_nothing_says_so_and_ends(scanners):
    told = scanners.plan(from_queue="0")
    assert told["refused"][0]["why"] == ["There is nothing to scan.", {}]
    scanners.step("look_at_refused", "dora")
    assert (scanners.ends(), scanners.finished()) == (["nothing_to_scan"], True)


@covers("C1", "batch_planned")
def test_a_batch_is_planned_only_with_valid_secrecy_papers(scanners):
    refused(lambda: scanners.plan(papers_valid=[]), "papers_valid")


# C2


@covers("C2", "hand_out")
def test_nothing_goes_on_before_something_is_handed_out(scanners):
    scanners.plan()
    said = refused(lambda: scanners.step("hand_out", "stan", handed="true", **_signed()), "handed")
    assert scanners.no() in said


@covers("C2", "hand_out", "work_begun")
def test_what_goes_out_is_held_counted_and_signed_for_on_one_slip(office, clock):
    scanners = standing(Scanners, office, 2)
    scanners.plan()
    scanners.out()

    assert scanners.entry().status is ScanStatus.OUT
    assert scanners.dossier().status is DossierStatus.SCANNING
    assert scanners.dossier().held_by_case_id == scanners.case_id()
    slip = scanners.issued()[-1][2]
    assert "第一联　库房留存" in slip and "第二联　加工单位留存" in slip and "合计：2 卷 6 页" in slip
    assert scanners.open_steps() == [("prepare", None)]
    assert list(scanners.broken()) == []


@covers("C2", "nothing_to_scan")
def test_when_every_dossier_is_left_out_the_batch_ends(scanners):
    scanners.plan()
    scanners.at_desk(desk.fall_out, "dora", "调档急用")
    scanners.step("hand_out", "stan", handed="true", **_signed())

    assert scanners.ends() == ["nothing_to_scan"]
    assert scanners.batch().status is BatchStatus.GIVEN_UP


@covers("C2", "out_too_long", "press_firm", "pressed")
def test_what_is_out_for_too_long_is_pressed_for(scanners, clock):
    scanners.plan()
    scanners.out()
    clock.move(days=6)
    scanners.machine()

    assert scanners.open_steps() == [("prepare", None), ("press_firm", None)]
    scanners.step("press_firm", "dirk", press_note="明日归还")
    assert scanners.ends() == ["pressed"]


# C3, C4


@covers("C3", "prepare")
@covers("C3b", "decide_damage")
def test_damaged_paper_is_decided_on_before_it_is_scanned(scanners):
    scanners.plan()
    scanners.out()
    row = {"papers": ["", "0"], "papers.0.dossier_no": scanners.no(), "papers.0.note": "第2页撕裂"}
    scanners.step("prepare", "vera", prepared="true", **row)
    assert scanners.open_steps() == [("decide_damage", None)]
    said = refused(lambda: scanners.step("decide_damage", "rosa"), "decisions")
    assert scanners.no() in said
    decided = {"decisions": ["", "0"], "decisions.0.dossier_no": scanners.no(), "decisions.0.decision": "mend"}
    scanners.step("decide_damage", "rosa", **decided)

    assert scanners.entry().paper == "第2页撕裂\n修裱后扫描"
    assert scanners.open_steps() == [("compare_catalogue", None)]


@covers("C3", "prepare")
def test_a_row_names_a_dossier_of_the_batch_and_what_is_the_matter(scanners):
    scanners.plan()
    scanners.out()
    other = {"papers": ["", "0"], "papers.0.dossier_no": "YX999", "papers.0.note": "撕裂"}
    refused(lambda: scanners.step("prepare", "vera", prepared="true", **other), "papers.0.dossier_no")
    silent = {"papers": ["", "0"], "papers.0.dossier_no": scanners.no()}
    refused(lambda: scanners.step("prepare", "vera", prepared="true", **silent), "papers.0.note")


@covers("C4", "compare_catalogue", "amend_catalogue")
def test_a_catalogue_that_differs_is_amended_and_compared_again(scanners):
    scanners.plan()
    scanners.out()
    scanners.step("prepare", "vera", prepared="true")
    row = {"differences": ["", "0"], "differences.0.dossier_no": scanners.no(), "differences.0.difference": "少一页"}
    scanners.step("compare_catalogue", "vera", compared="true", **row)
    with pytest.raises(NotAllowed):
        scanners.rewrite(list)
    scanners.claim("amend_catalogue", "rosa")
    scanners.rewrite(lambda rows: [type(rows[0])(**{**vars(rows[0]), "pages": "3"}), *rows[1:]])
    scanners.step("amend_catalogue", "rosa", amended="true", amend_note="首份应为3页")

    assert scanners.dossier().page_count == PAGES + 1
    assert scanners.open_steps() == [("compare_catalogue", None)]
    scanners.step("compare_catalogue", "vera", compared="true")
    assert scanners.open_steps() == [("scan_pages", None)]


# C5, C6, C8


@covers("C5", "scan_pages")
def test_scanning_is_not_done_while_a_parcel_is_being_read(scanners):
    scanners.plan()
    scanners.out()
    scanners.prepare()
    with scanners.database.transaction() as session:
        parcels.begin(session, io.BytesIO(b"x"), "a.zip", "vera", session.get_one(Case, scanners.case_id()))
    assert "a.zip" in refused(lambda: scanners.step("scan_pages", "vera", self_checked="true"), "self_checked")


@covers("C8", "check_images")
def test_pages_that_never_came_are_on_the_rescan_list(scanners):
    scanners.plan()
    scanners.out()
    scanners.prepare()
    scanners.step("scan_pages", "vera", self_checked="true")

    (wanting,) = scanners.known()["wanting"]
    assert (wanting["dossier_no"], wanting["count"]) == (scanners.no(), 2 + 2 * PAGES)  # two materials, all pages twice
    assert scanners.open_steps() == [("scan_pages", None)]
    assert "YX202600001" in scanners.drawn("scan_pages", "vera")


PAGE = drawn.page(5, (160, 226))
SPOILT = {  # what is wrong with a page: in which set, and its bytes
    Defect.FORMAT: (RAW, drawn.saved(PAGE, "PNG")),
    Defect.DPI: (RAW, drawn.saved(PAGE, dpi=(200, 200))),
    Defect.DEPTH: (RAW, drawn.saved(PAGE.convert("L"))),
    Defect.BLUR: (RAW, drawn.saved(drawn.blurred(drawn.page(12), 4))),
    Defect.SKEW: (OPT, drawn.saved(drawn.turned(drawn.page(20), 4))),
    Defect.BORDER: (OPT, drawn.saved(drawn.bordered(drawn.page(20), 40))),
    Defect.SIZE: (OPT, drawn.saved(drawn.noise((1240, 1754)), quality=100)),
}


def _turned() -> bytes:
    marks = Image.Exif()
    marks[0x0112] = 6
    return drawn.saved(PAGE, exif=marks)


@covers("C5", "check_images")
@covers("C6", "check_images")
@covers("C5 XG", "images_good")
def test_each_planted_defect_is_found_and_scanned_again(scanners):
    """All kinds a machine can tell, one after the other in the same batch: found by name, gone once mended."""
    scanners.plan()
    scanners.out()
    scanners.prepare()
    for code, (path, content) in {**SPOILT, Defect.TURNED: (RAW, _turned())}.items():
        scanners.deliver_package(spoil=with_page(path, content))
        scanners.step("scan_pages", "vera", self_checked="true")
        assert scanners.open_steps() == [("scan_pages", None)], code
        assert code in scanners.open_defects(), code
    scanners.scan()

    assert scanners.open_defects() == []
    assert scanners.open_steps() == [("quality_control", None)]


# C7


@covers("C7", "quality_control", "work_done")
def test_quality_control_looks_at_every_page_and_is_not_done_by_who_scanned(scanners):
    scanners.plan()
    scanners.out()
    scanners.prepare()
    scanners.scan()
    with pytest.raises(NotAllowed):
        scanners.step("quality_control", "vera", looked="true")
    said = refused(lambda: scanners.step("quality_control", "valid", looked="true"), "looked")
    assert str(2 * PAGES) in said
    scanners.check_quality()
    assert scanners.open_steps() == [("take_back", None)]


@covers("C7", "scan_pages", "quality_control")
def test_what_a_person_finds_is_scanned_again_and_looked_at_again(scanners):
    scanners.plan()
    scanners.out()
    scanners.prepare()
    scanners.scan()
    scanners.mark(Defect.UNREADABLE, page=2)
    scanners.check_quality()
    assert scanners.open_steps() == [("scan_pages", None)]
    scanners.scan(spoil=with_page("raw/1/01/0002.jpg", scanned.small(77)))
    refused(lambda: scanners.step("quality_control", "valid", looked="true"), "looked")
    scanners.check_quality()

    assert scanners.open_steps() == [("take_back", None)]
    assert [image.page for image in scanners.raw()] == [1, 2, 1]


@covers("ERR purge", "purge_strangers")
def test_a_strangers_page_is_taken_away_by_two_people_and_scanned_again(scanners):
    scanners.plan()
    scanners.out()
    scanners.prepare()
    scanners.scan()
    scanners.mark(Defect.WRONG_PERSON)
    scanners.check_quality()
    assert scanners.open_steps() == [("purge_strangers", None)]
    second = {"second.by": "dirk", "second.password": PASSWORD}
    refused(lambda: scanners.step("purge_strangers", "dirk", purge_note="混入他人页", **second), "second")
    scanners.step("purge_strangers", "dora", purge_note="混入他人页", **second)

    assert [(image.page, image.name) for image in scanners.raw()][0][0] == 2  # the first page has none now
    assert scanners.open_steps() == [("scan_pages", None)]
    scanners.scan()
    scanners.check_quality()
    assert scanners.open_steps() == [("take_back", None)]


# C9


@covers("C9", "take_back")
def test_a_batch_goes_out_and_comes_back_in_turns(two):
    two.plan()
    two.out(1)
    two.prepare()
    two.scan()
    two.check_quality()
    two.back()
    assert two.open_steps() == [("hand_out", None)]
    assert (two.dossier(1).status, two.dossier(2).status) == (DossierStatus.IN_STORE, DossierStatus.IN_STORE)
    two.out(2)
    two.prepare()
    two.scan()
    two.check_quality()
    two.back()

    assert two.open_steps() == [("deliver_batch", None)]
    assert [kind for kind, *_ in two.issued()].count("scanning_slip") == 4
    assert two.places()[-2:] == ["unit:云溪档案服务公司 维拉", f"position:{HOME.format(1)}"]
    assert list(two.broken()) == []


@covers("C9", "hand_out")
def test_one_dossier_falls_out_between_two_turns_and_the_rest_is_handed_in(two):
    two.plan()
    two.out(1)
    two.prepare()
    two.scan()
    two.check_quality()
    two.back()
    two.at_desk(desk.fall_out, "dora", "已转出", number=2)
    two.step("hand_out", "stan", handed="true", **_signed())

    assert two.open_steps() == [("deliver_batch", None)]
    two.hand_in()
    assert two.batch().status is BatchStatus.DELIVERED


@covers("C9", "take_back")
def test_a_dossier_that_came_home_early_unscanned_falls_out(two):
    two.plan()
    two.out()
    two.at_desk(desk.take_back, two.no(2), HOME.format(2), PAGES, "stan", number=2)
    two.prepare()
    two.scan()
    two.check_quality()
    two.back()
    two.at_desk(desk.fall_out, "dora", "急用，未扫描", number=2)
    two.hand_in()

    assert two.dossier(2).digit_status is DigitStatus.QUEUED
    assert two.known()["volumes"] == 1


@covers("C9", "take_back")
def test_what_is_still_out_is_named(scanners):
    scanners.scanned()
    assert scanners.no() in refused(lambda: scanners.step("take_back", "stan", counted="true"), "counted")


@covers("ERR lost", "settle_loss")
def test_a_missing_page_stops_the_batch_until_it_is_found(scanners):
    scanners.scanned()
    scanners.at_desk(desk.differs, PAGES - 1, "stan", "1-1 缺第2页")
    scanners.step("take_back", "stan", counted="true")

    assert scanners.batch().status is BatchStatus.STOPPED
    assert "3 → 2" in scanners.drawn("settle_loss", "dora")
    scanners.step("settle_loss", "dora", loss="found", loss_note="夹在另一卷")
    scanners.back(1)
    assert scanners.batch().status is BatchStatus.OPEN
    assert scanners.open_steps() == [("deliver_batch", None)]


@covers("ERR lost", "settle_loss")
def test_a_loss_is_established_and_the_rest_goes_on(two):
    two.scanned()
    two.at_desk(desk.differs, PAGES - 1, "stan", "缺第2页", number=2)
    two.at_desk(desk.take_back, two.no(1), HOME.format(1), PAGES, "stan", number=1)
    two.step("take_back", "stan", counted="true")
    two.step("settle_loss", "dora", loss="lost", lost_as="damaged", loss_note="多方查找未果")
    two.step("take_back", "stan", counted="true")

    assert two.dossier(2).status is DossierStatus.SCANNING
    assert two.entry(2).status is ScanStatus.FELL_OUT
    assert two.lost(2) == ("damaged", two.dossier(2).held_by_case_id)
    assert two.open_steps() == [("deliver_batch", None)]
    two.hand_in()
    assert two.known()["volumes"] == 1


@covers("ERR lost", "deliver_batch", "nothing_delivered")
@covers("ERR carrier", "report_carrier")
def test_a_batch_of_which_everything_fell_out_ends_when_its_carriers_are_accounted_for(scanners):
    scanners.scanned()
    scanners.at_desk(desk.differs, PAGES - 1, "stan", "缺第2页")
    scanners.step("take_back", "stan", counted="true")
    scanners.step("settle_loss", "dora", loss="lost", lost_as="damaged", loss_note="多方查找未果")
    scanners.step("take_back", "stan", counted="true")
    scanners.hand_in(carriers_back="0")
    scanners.step("report_carrier", "dora", carrier_note="按失泄密事件处置")

    assert scanners.ends()[-1] == "nothing_delivered" and scanners.finished()
    assert scanners.batch().status is BatchStatus.GIVEN_UP
    assert scanners.broken() == []


# C10


@covers("C10", "deliver_batch", "apply")
def test_the_whole_batch_is_handed_in_with_its_report(scanners):
    scanners.scanned()
    scanners.back()
    scanners.hand_in()

    report = next(text for kind, _, text, _ in scanners.issued() if kind == "scanning_report")
    assert "完成页数\n3" in report and "质检图像（100%）\n6" in report
    assert scanners.open_steps() == [("apply", None)]
    assert scanners.dossier().digit_status is DigitStatus.CHECKING
    assert list(scanners.broken()) == []


@covers("ERR carrier", "report_carrier")
def test_a_missing_data_carrier_is_an_incident(scanners):
    scanners.scanned()
    scanners.back()
    scanners.hand_in(carriers_given="2", carriers_back="1")

    assert scanners.open_steps() == [("report_carrier", None)]
    scanners.step("report_carrier", "dora", carrier_note="已报保密办")
    assert scanners.open_steps() == [("apply", None)]


def _signed() -> dict[str, str]:
    return {"receiver.by": "vera", "receiver.password": PASSWORD}
