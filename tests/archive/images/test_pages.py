"""Pages as images: one current image of each kind, the old ones kept, the accepted raw ones fixed for ever."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from archive.images import invariants, pages
from archive.images.demands import ImageKind
from archive.images.models import GONE, GUARDS, REWRITTEN, SETTLED, ImageFile
from archive.images.pages import Placed
from archive.materials import catalogue, states
from archive.materials.models import Material, MaterialState
from archive.materials.states import Act
from tests.archive.images import drawn, scanned
from tests.archive.images.scanned import PAGE
from workflow import cases, history, office
from workflow.errors import Conflict, Invalid
from workflow.models import StoredFile

RAW, OPTIMISED = ImageKind.RAW, ImageKind.OPTIMISED
LATER = datetime(2026, 7, 2, tzinfo=UTC)


@pytest.fixture
def dossier(session, clock):
    return scanned.dossier(session)


@pytest.fixture
def first(session, dossier):
    """The first material of the catalogue, of two pages."""
    return catalogue.rows(session, dossier)[0]


@pytest.fixture
def accepted(session, dossier):
    scanned.fill(session, dossier)
    pages.accept(session, dossier, "bob")
    return dossier


def attach(session, material, page=1, kind=RAW, content=PAGE, name="0001.jpg"):
    return pages.attach(session, Placed(material, page, kind), content, name, "anna")


def raw(session, dossier):
    return pages.of(session, catalogue.rows(session, dossier)[0], RAW)[0]


def said(session, check):
    return list(check(session))


def test_an_image_is_kept_as_it_was_read(session, first):
    image = attach(session, first)

    assert (image.format, image.dpi_x, image.depth, image.bytes) == ("JPEG", 300, 24, len(PAGE))
    assert (image.added_by, image.accepted_at, image.superseded_at) == ("anna", None, None)
    assert office.of(session).files.path(image.sha256).read_bytes() == PAGE
    assert session.get_one(StoredFile, image.file_id).sha256 == image.sha256


def test_what_is_no_image_is_refused_by_name_and_leaves_nothing(session, first):
    with pytest.raises(Invalid, match=r"0002\.jpg is not a JPEG"):
        attach(session, first, content=b"%PDF-1.4", name="0002.jpg")

    assert pages.of(session, first, RAW) == []


def test_a_page_has_one_current_image_of_each_kind(session, first):
    attach(session, first, kind=RAW)
    attach(session, first, kind=OPTIMISED)

    with pytest.raises(Conflict, match="Page 1 of 1-1 has an image already; replace that one"):
        attach(session, first, kind=RAW)


@pytest.mark.parametrize("page", [0, -1, 3, 99])
def test_a_page_the_catalogue_does_not_have_gets_no_image(session, first, page):
    with pytest.raises(Invalid, match=rf"9\.jpg: 1-1 has 2 pages in the catalogue; there is no page {page}\."):
        attach(session, first, page=page, name="9.jpg")


def test_a_material_that_is_out_of_the_dossier_gets_no_image(session, first):
    states.move(session, first, MaterialState.TO_PERSON, Act("anna", None, "his own diploma"))

    with pytest.raises(Conflict, match="no longer in the dossier"):
        attach(session, first)


def test_before_acceptance_another_image_takes_the_place_and_the_old_one_is_kept(session, first):
    old = attach(session, first)
    new = pages.replace(session, old, scanned.small(9), "again.jpg", "bob", "askew")

    assert pages.of(session, first, RAW) == [new]
    assert pages.earlier(session, new) == [old]
    assert (old.superseded_by, old.superseded_why) == ("bob", "askew")
    assert office.of(session).files.whole(old.sha256)


def test_an_image_is_replaced_once(session, first):
    old = attach(session, first)
    pages.replace(session, old, scanned.small(9), "again.jpg", "bob", "askew")

    with pytest.raises(Conflict, match=r"The image 0001\.jpg was replaced meanwhile"):
        pages.withdraw(session, old, "carl", "blurred")


def test_nothing_is_taken_away_without_a_reason(session, first):
    with pytest.raises(Invalid, match="Say why"):
        pages.withdraw(session, attach(session, first), "anna", "  ")


def test_a_bad_second_file_leaves_the_first_where_it_was(session, first):
    old = attach(session, first)

    with pytest.raises(Invalid):
        pages.replace(session, old, PAGE[:600], "again.jpg", "bob", "askew")
    assert pages.of(session, first, RAW) == [old]


def test_catalogue_and_both_sets_are_counted_page_by_page(session, dossier, first):
    attach(session, first, page=2, kind=RAW)
    attach(session, first, page=1, kind=OPTIMISED)
    counted = pages.counts(session, dossier)

    assert [(pages.number(each.material), each.pages) for each in counted] == [("1-1", 2), ("3-1", 1), ("4-1-1", 1)]
    assert (counted[0].raw, counted[0].optimised) == (1, 1)
    assert counted[0].missing == {RAW: (1,), OPTIMISED: (2,)}
    assert not any(each.agree for each in counted)


def test_a_page_the_catalogue_lost_is_counted_as_too_many(session, dossier, first):
    scanned.fill(session, dossier)
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
    catalogue.save(session, dossier, [rows[0].__class__(**{**vars(rows[0]), "pages": "1"}), *rows[1:]], "anna")

    assert pages.counts(session, dossier)[0].beyond == {RAW: (2,), OPTIMISED: (2,)}


def test_images_are_accepted_when_they_are_the_pages_of_the_catalogue(session, dossier, anna):
    case = cases.open_case(session, "SM-1", "Scanning", "scanning", anna.name)
    scanned.fill(session, dossier)

    assert pages.accept(session, dossier, "bob", case) == 8
    assert pages.accept(session, dossier, "bob", case) == 0
    assert all(each.agree for each in pages.counts(session, dossier))
    assert raw(session, dossier).accepted_by == "bob"
    assert "images_accepted" in [event.kind for event in history.timeline(session, case)]


@pytest.mark.parametrize("kinds", [(RAW,), (OPTIMISED,), ()])
def test_a_dossier_whose_images_are_not_its_pages_is_not_accepted(session, dossier, kinds):
    scanned.fill(session, dossier, kinds)
    counts = f"{2 * (RAW in kinds)} raw and {2 * (OPTIMISED in kinds)} optimised images"

    with pytest.raises(Conflict, match=f"1-1 has 2 pages in the catalogue, {counts}"):
        pages.accept(session, dossier, "bob")
    assert raw(session, dossier).accepted_at is None if RAW in kinds else True


def test_an_accepted_raw_image_is_not_replaced(session, accepted):
    with pytest.raises(Conflict, match="accepted and does not change any more"):
        pages.replace(session, raw(session, accepted), PAGE, "new.jpg", "bob", "better")


def test_an_accepted_optimised_image_may_still_be_made_better(session, accepted):
    material = catalogue.rows(session, accepted)[0]
    (old, _) = pages.of(session, material, OPTIMISED)

    assert pages.replace(session, old, scanned.small(7), "new.jpg", "bob", "straighter").accepted_at is None


CHANGES = {
    REWRITTEN: [{"sha256": "0" * 64}, {"file_id": 99}, {"page": 2}, {"kind": OPTIMISED}, {"name": "x"}, {"bytes": 1}],
    SETTLED: [{"superseded_at": LATER, "superseded_by": "x"}, {"accepted_by": "x"}, {"skew": 4.0}, {"blank": True}],
}
PLANTED = [(said, change) for said, changes in CHANGES.items() for change in changes]


@pytest.mark.parametrize(("refused", "change"), PLANTED, ids=[f"{next(iter(c))}" for _, c in PLANTED])
def test_the_database_itself_refuses_to_change_an_accepted_raw_image(session, accepted, refused, change):
    statement = update(ImageFile).where(ImageFile.id == raw(session, accepted).id).values(**change)

    with pytest.raises(DatabaseError, match=f"{REWRITTEN}|{SETTLED}" if refused is REWRITTEN else refused):
        session.execute(statement)


def test_the_database_refuses_to_rewrite_an_image_before_acceptance_too(session, first):
    image = attach(session, first)

    with pytest.raises(DatabaseError, match=REWRITTEN):
        session.execute(update(ImageFile).where(ImageFile.id == image.id).values(sha256="0" * 64))


def test_the_database_refuses_to_delete_an_image(session, first):
    image = attach(session, first)

    with pytest.raises(DatabaseError, match=GONE):
        session.execute(delete(ImageFile).where(ImageFile.id == image.id))


def unguard(session, *guards):
    for guard in guards:
        on = " ON image_files" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER {guard}{on}"))


def test_nothing_is_found_in_a_sound_office(session, accepted):
    assert said(session, invariants._unequal) == said(session, invariants._altered) == []


@pytest.mark.parametrize("guard", GUARDS)
def test_a_missing_trigger_is_found(session, clock, guard):
    unguard(session, guard)
    assert said(session, invariants._altered) == [
        f"The database would let page images be changed: the trigger {guard} is missing."
    ]


def test_a_changed_raw_image_is_found(session, accepted):
    image = raw(session, accepted)
    unguard(session, *GUARDS)
    session.execute(update(ImageFile).where(ImageFile.id == image.id).values(sha256="0" * 64))

    assert f"The raw image {image.id} is not the file that was read." in said(session, invariants._altered)


def test_a_raw_image_replaced_after_its_acceptance_is_found(session, accepted, clock):
    image = raw(session, accepted)
    unguard(session, *GUARDS)
    session.execute(update(ImageFile).where(ImageFile.id == image.id).values(superseded_at=LATER, superseded_by="x"))

    assert f"The raw image {image.id} was replaced after its acceptance." in said(session, invariants._altered)
    assert f"has 2 pages, but 1 {RAW} images up to page 2." in said(session, invariants._unequal)[0]


def test_accepted_images_that_are_not_the_pages_are_found(session, accepted):
    material = catalogue.rows(session, accepted)[0]
    session.execute(update(Material).where(Material.id == material.id).values(pages=3))

    assert said(session, invariants._unequal) == [
        f"Accepted material {material.id} has 3 pages, but 2 {kind} images up to page 2." for kind in ImageKind
    ]


def test_two_at_once_lay_one_image_on_a_page(office, clock):
    with office.database.transaction() as session:
        made = scanned.dossier(session)
        first = catalogue.rows(session, made)[0]
        attach(session, first)
    with office.database.transaction() as session, pytest.raises(Conflict, match="has an image already"):
        attach(session, session.get_one(Material, first.id))
    with office.database.reading() as session:
        assert len(pages.of(session, first, RAW)) == 1


def test_drawn_pages_differ():
    assert scanned.small(1) != scanned.small(2)
    assert drawn.saved(drawn.page(0)) != PAGE
