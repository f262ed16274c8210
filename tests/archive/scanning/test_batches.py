"""A scanning batch: planned from sorted dossiers, counted out and back, delivered when nothing is lacking, accepted."""

import io
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive import custody, dossiers, parameters, storage
from archive.dossier_tables import Dossier
from archive.images import defects, misfits, pages
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import Demands, ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue, states
from archive.materials.models import MaterialState
from archive.materials.rows import Row
from archive.materials.states import Act
from archive.scanning import batches, desk
from archive.scanning.batches import Quantity, Terms
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus, Unit
from archive.statuses import DigitStatus, DossierStatus
from tests.archive.images import parcelled, scanned
from tests.archive.scanning import prepared
from tests.archive.scanning.prepared import PAGES, TERMS
from workflow import cases, history
from workflow import office as offices
from workflow.errors import Conflict, Invalid, NotFound
from workflow.registry import checks


def out(session, entry, pages_=PAGES):
    desk.hand_out(session, entry, entry.dossier.dossier_no, pages_, 1, "赵扫描", "stan")


def back(session, entry, pages_=PAGES):
    home = storage.home(session, entry.dossier)
    desk.take_back(session, entry, entry.dossier.dossier_no, home, pages_, "stan")


def ready(session, entry):
    """Both sets are there and everyone has looked."""
    scanned.fill(session, entry.dossier)
    for material in catalogue.rows(session, entry.dossier):
        for kind in ImageKind:
            for image in pages.of(session, material, kind):
                defects.check(session, image, Stage.FIRM, "vera")


def refusals(session, case, *wanted):
    return [str(each.said) for each in batches.plan(session, case, TERMS, wanted, "anna")[1]]


def test_a_batch_has_a_number_its_terms_and_the_demands_of_the_day(session, batch, shelved):
    assert (batch.number, batch.firm, batch.unit_price) == ("SM2026-0001", TERMS.firm, 35)
    assert [entry.dossier_id for entry in batches.entries(session, batch)] == [each.id for each in shelved]
    parameters.change(session, "scan_dpi", 600, date(2026, 7, 1), "anna")
    assert batches.demanded(batch) == Demands()
    assert batches.of_case(session, batch.case_id) is batch


def test_a_batch_holds_no_more_than_the_office_says(session, case, shelved):
    parameters.change(session, "batch_dossiers", 1, date(2026, 7, 1), "anna")
    with pytest.raises(Invalid, match="at most 1 dossiers"):
        batches.plan(session, case, TERMS, [each.dossier_no for each in shelved], "anna")


def test_what_cannot_be_scanned_is_left_out_by_name_and_the_rest_planned(session, case, shelved, anna):
    good, held = shelved
    dossiers.hold(session, held, cases.open_case(session, "JY-1", "Lent", "lending", anna.name))
    unsorted, desk_one = (
        prepared.shelved(session, 5, "罗成", sort_status="queued"),
        scanned.dossier(session, 7, "程咬金"),
    )
    wanted = [each.dossier_no for each in (good, held, unsorted, desk_one)] + ["YX9", good.dossier_no]

    assert refusals(session, case, *wanted) == [
        "Another case is at work on it.",
        "It is not sorted yet.",
        "It is not in the store.",
        "There is no dossier with the number YX9.",
    ]


def test_a_catalogue_without_pages_is_not_scanned(session, case, shelved):
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, shelved[0])]
    catalogue.save(session, shelved[0], [type(rows[0])(**{**vars(rows[0]), "pages": ""}), *rows[1:]], "anna")

    said = refusals(session, case, *(each.dossier_no for each in shelved))
    assert said == ["Its catalogue has materials without a class or pages."]


@pytest.mark.parametrize(
    ("terms", "wanted", "field"),
    [
        (Terms(" "), ["YX202600001"], "firm"),
        (Terms("x", unit_price=-1), ["YX202600001"], "unit_price"),
        (TERMS, ["YX9"], "dossiers"),
        (TERMS, [], "dossiers"),
        (TERMS, [f"YX{number}" for number in range(201)], "dossiers"),
    ],
)
def test_a_batch_of_nothing_is_refused_beside_the_field(session, case, shelved, terms, wanted, field):
    with pytest.raises(Invalid) as refused:
        batches.plan(session, case, terms, wanted, "anna")
    assert set(refused.value.problems) == {field}


def test_a_dossier_is_in_one_running_batch_only(session, batch, shelved, anna):
    other = cases.open_case(session, "SM-2", "Scanning", "scanning", anna.name)
    third = prepared.shelved(session, 5, "罗成")

    assert refusals(session, other, shelved[0].dossier_no, third.dossier_no) == ["It is in another scanning batch."]
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(ScanDossier(batch_id=batches.of_case(session, other.id).id, dossier_id=shelved[0].id))
        session.flush()


def test_a_dossier_is_counted_out_held_and_its_custody_passes_to_the_firm(session, batch):
    (entry, _) = batches.entries(session, batch)
    out(session, entry)

    assert (entry.status, entry.pages_out, entry.out_to) == (ScanStatus.OUT, PAGES, "赵扫描")
    assert entry.dossier.status is DossierStatus.SCANNING
    assert entry.dossier.digit_status is DigitStatus.SCANNING
    assert entry.dossier.held_by_case_id == batch.case_id
    assert custody.where(session, entry.dossier) == "unit:云溪档案服务公司 赵扫描"
    assert offices.of(session).local(entry.due_at).strftime("%m-%d %H:%M") == "07-06 09:00"  # three working days


def test_a_cadre_dossier_is_back_when_the_office_closes(session, batch):
    (entry, _) = batches.entries(session, batch)
    dossiers.update_facts(session, entry.dossier, {"kind": "cadre"}, "anna")
    out(session, entry)

    assert offices.of(session).local(entry.due_at).strftime("%m-%d %H:%M") == "07-01 17:30"


@pytest.mark.parametrize(
    ("label", "counted", "volumes", "to", "field"),
    [("YX999", 4, 1, "z", "scan_label"), (None, 5, 1, "z", "pages"), (None, 4, 2, "z", "volumes"), (None, 4, 1, "", "out_to")],
)  # fmt: skip
def test_a_wrong_label_or_count_is_refused_beside_its_field_and_nothing_moves(
    session, batch, label, counted, volumes, to, field
):
    (entry, _) = batches.entries(session, batch)

    with pytest.raises(Invalid) as refused:
        desk.hand_out(session, entry, label or entry.dossier.dossier_no, counted, volumes, to, "stan")
    assert set(refused.value.problems) == {field}
    assert entry.dossier.status is DossierStatus.IN_STORE


def test_a_dossier_goes_out_once(session, batch):
    (entry, _) = batches.entries(session, batch)
    out(session, entry)

    with pytest.raises(Conflict, match="is not at this step"):
        out(session, entry)


def test_a_planned_dossier_falls_out_with_a_reason_and_the_other_goes_on(session, batch):
    one, other = batches.entries(session, batch)
    with pytest.raises(Invalid, match="Please correct|Say why"):
        desk.fall_out(session, one, "anna", " ")
    desk.fall_out(session, one, "anna", "it is to be lent tomorrow")
    out(session, other)

    assert (one.status, one.why) == (ScanStatus.FELL_OUT, "it is to be lent tomorrow")
    with pytest.raises(Conflict):
        desk.fall_out(session, other, "anna", "too late")


def test_what_the_worksheet_says_of_the_paper_is_kept(session, batch):
    (entry, _) = batches.entries(session, batch)
    desk.note_paper(session, entry, "第3页破损", "vera")
    desk.note_paper(session, entry, "第4页粘连", "vera")

    assert entry.paper == "第3页破损\n第4页粘连"


def test_a_dossier_comes_back_to_its_own_place(session, batch):
    (entry, _) = batches.entries(session, batch)
    home = storage.home(session, entry.dossier)
    out(session, entry)
    other = storage.free_positions(session)[0].code
    with pytest.raises(Invalid) as refused:
        desk.take_back(session, entry, entry.dossier.dossier_no, other, PAGES, "stan")
    assert set(refused.value.problems) == {"position"}
    back(session, entry)

    assert (entry.status, entry.pages_back) == (ScanStatus.BACK, PAGES)
    assert (entry.dossier.status, entry.dossier.held_by_case_id) == (DossierStatus.IN_STORE, None)
    assert custody.where(session, entry.dossier) == f"position:{home}"
    assert [event.seq for event in custody.chain(session, entry.dossier)] == [1, 2, 3, 4]


def test_other_pages_than_went_out_are_not_taken_back_and_stop_the_batch(session, batch):
    one, other = batches.entries(session, batch)
    out(session, one)
    with pytest.raises(Invalid) as refused:
        back(session, one, PAGES + 1)
    assert set(refused.value.problems) == {"pages"}
    desk.differs(session, one, PAGES - 1, "stan", "page 2 of 1-1 is missing")

    assert (one.status, one.pages_back, batch.status) == (ScanStatus.DIFFERS, PAGES - 1, BatchStatus.STOPPED)
    with pytest.raises(Conflict, match="is not at this step"):
        out(session, other)
    back(session, one)  # the page was found
    assert (one.status, batch.status) == (ScanStatus.BACK, BatchStatus.OPEN)
    out(session, other)


@pytest.mark.parametrize(("counted", "why", "field"), [(PAGES, "x", "pages"), (PAGES - 1, "", "why")])
def test_no_difference_is_reported_without_one_or_without_a_reason(session, batch, counted, why, field):
    (entry, _) = batches.entries(session, batch)
    out(session, entry)

    with pytest.raises(Invalid) as refused:
        desk.differs(session, entry, counted, "stan", why)
    assert set(refused.value.problems) == {field}


def test_the_database_refuses_a_dossier_back_with_other_pages(session, batch):
    (entry, _) = batches.entries(session, batch)
    out(session, entry)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            update(ScanDossier).where(ScanDossier.id == entry.id).values(status=ScanStatus.BACK, pages_back=3)
        )


def test_a_batch_is_delivered_when_everything_is_back_and_nothing_lacking(session, batch, clock):
    one, other = batches.entries(session, batch)
    desk.fall_out(session, other, "anna", "lent")
    with pytest.raises(Conflict, match="is not back yet"):
        batches.deliver(session, batch, "vera")
    out(session, one)
    clock.move(minutes=1)
    back(session, one)
    with pytest.raises(Conflict, match="is not ready: 1-1 has 2 pages in the catalogue, 0 raw and 0 optimised images"):
        batches.deliver(session, batch, "vera")
    ready(session, one)

    assert batches.deliver(session, batch, "vera") == Quantity(1, PAGES, 35 * PAGES)
    assert (batch.status, one.dossier.digit_status) == (BatchStatus.DELIVERED, DigitStatus.CHECKING)


def test_what_is_lacking_is_said_page_by_page(session, batch):
    (entry, _) = batches.entries(session, batch)
    scanned.fill(session, entry.dossier)
    material = catalogue.rows(session, entry.dossier)[0]
    defects.mark(session, Placed(material, 2, ImageKind.RAW), Defect.UNREADABLE, "bob")

    assert [str(said) for said in batches.lacking(session, entry)] == [
        "1-1 page 2: Illegible",
        "8 images were not looked at.",
    ]


def test_a_batch_of_nothing_is_given_up(session, batch):
    for entry in batches.entries(session, batch):
        desk.fall_out(session, entry, "anna", "lent")

    assert batches.deliver(session, batch, "vera") == Quantity(0, 0, 0)
    assert batch.status is BatchStatus.GIVEN_UP


def test_an_accepted_batch_has_its_raw_images_fixed_and_its_price(session, batch):
    one, other = batches.entries(session, batch)
    for entry in (one, other):
        out(session, entry)
        ready(session, entry)
        back(session, entry)
    with pytest.raises(Conflict, match="is not at this step"):
        batches.accept(session, batch, "anna")
    batches.deliver(session, batch, "vera")

    assert batches.accept(session, batch, "anna") == Quantity(2, 2 * PAGES, 70 * PAGES)
    assert one.dossier.digit_status is DigitStatus.ACCEPTED
    assert pages.of(session, catalogue.rows(session, one.dossier)[0], ImageKind.RAW)[0].accepted_by == "anna"
    assert {"scan_planned", "scan_handed_out", "scan_taken_back", "images_accepted"} <= {
        event.kind for event in history.timeline(session, batch.case)
    }


def test_a_price_by_the_volume_counts_volumes(session, batch):
    batch.unit, batch.unit_price = Unit.VOLUME, 9_900
    (entry, _) = batches.entries(session, batch)
    out(session, entry)
    back(session, entry)

    assert batches.quantity(session, batch) == Quantity(1, PAGES, 9_900)


def test_a_case_without_a_batch_has_none(session, case):
    with pytest.raises(NotFound):
        batches.of_case(session, case.id)


def test_a_dossier_out_that_nobody_holds_is_found(session, batch):
    (entry, _) = batches.entries(session, batch)
    out(session, entry)
    assert list(batches._strayed(session)) == []
    session.execute(update(Dossier).where(Dossier.id == entry.dossier_id).values(held_by_case_id=None))

    assert list(batches._strayed(session)) == [
        f"Dossier {entry.dossier.dossier_no} is out for scanning, but its record says scanning, held by case None."
    ]


def test_the_package_of_a_batch_is_taken_in_for_the_dossiers_handed_out(sqlite_office, clock):
    with sqlite_office.database.transaction() as session:
        storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=6))
        made = [prepared.shelved(session, serial, name) for serial, name in ((1, "单雄信"), (3, "秦琼"))]
        case = cases.open_case(session, "SM-1", "Scanning", "scanning", "anna")
        batch, _ = batches.plan(session, case, TERMS, [each.dossier_no for each in made], "anna")
        out(session, batches.entries(session, batch)[0])
        content = parcelled.of(session, *made)
        parcel = parcelled.parcels.begin(session, io.BytesIO(content), "batch.zip", "vera", case)
    parcelled.run(sqlite_office)
    with sqlite_office.database.reading() as session:
        found = parcelled.parcels.folders(session, parcelled.parcels.find(session, parcel.id))
        assert [each.status.value for each in found] == ["accepted", "rejected"]
        assert misfits.waiting(session) == []
        assert session.get_one(ScanBatch, batch.id).status is BatchStatus.OPEN


def brought_back(session, batch):
    """Scanned, looked at, on the shelf again."""
    for entry in batches.entries(session, batch):
        out(session, entry)
        ready(session, entry)
        back(session, entry)


@pytest.mark.parametrize("hours", [0, 1])
def test_a_paper_that_joins_the_dossier_after_it_came_back_is_for_the_next_batch(session, batch, shelved, clock, hours):
    brought_back(session, batch)
    clock.move(hours=hours)
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, shelved[0])]
    catalogue.save(session, shelved[0], [*rows, Row("认定表", "5", "2026-07-01", "2")], "anna")
    batches.deliver(session, batch, "vera")
    batches.accept(session, batch, "anna")

    assert [each.digit_status for each in shelved] == [DigitStatus.QUEUED, DigitStatus.ACCEPTED]
    assert list(checks["images_are_pages"](session)) == []


def test_a_paper_taken_out_after_it_was_scanned_holds_nothing_up(session, batch, shelved):
    for entry in batches.entries(session, batch):
        out(session, entry)
        scanned.fill(session, entry.dossier)
        back(session, entry)
    lost = catalogue.rows(session, shelved[0])[-1]
    states.move(session, lost, MaterialState.TRANSFERRED, Act("anna", None, "foreign"))

    assert defects.unchecked(session, shelved[0], Stage.FIRM) == 6
    assert defects.unchecked(session, shelved[1], Stage.FIRM) == 8


def test_a_dossier_is_in_no_other_batch_until_the_first_is_accepted(session, batch, shelved, anna):
    brought_back(session, batch)
    batches.deliver(session, batch, "vera")
    other = cases.open_case(session, "SM-2", "Scanning", "scanning", anna.name)

    third = prepared.shelved(session, 5, "罗成")
    assert refusals(session, other, shelved[0].dossier_no, third.dossier_no) == ["It is in another scanning batch."]


def test_a_batch_is_accepted_while_another_case_has_one_of_its_dossiers(session, batch, shelved, anna):
    brought_back(session, batch)
    batches.deliver(session, batch, "vera")
    dossiers.hold(session, shelved[0], cases.open_case(session, "ZC-1", "转出", "transfer-out", anna.name))
    batches.accept(session, batch, "anna")

    assert [each.digit_status for each in shelved] == [DigitStatus.ACCEPTED, DigitStatus.ACCEPTED]
