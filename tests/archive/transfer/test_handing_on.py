"""Between two offices of one house the catalogue and the images go along with the paper; here they are shut."""

from datetime import date

import pytest
from sqlalchemy import select

from archive import dossiers, parameters
from archive.dossier_tables import Dossier
from archive.images import pages
from archive.images.models import ImageFile
from archive.materials import catalogue, states
from archive.materials.rows import Entry
from archive.materials.states import Act
from archive.reading import closing
from archive.reading.grant_tables import Grant, GrantStatus
from archive.statuses import DigitStatus, SortStatus
from archive.transfer import handing_on
from tests.archive.images import scanned
from tests.archive.reading import granted
from workflow import cases, fsck

SORTED = {"material_count": 4, "page_count": 5, "sort_status": SortStatus.SORTED, "digit_status": DigitStatus.ACCEPTED}
ACT = Act("anna", None, "from 云溪")


@pytest.fixture
def before(session, clock) -> Dossier:
    """Sorted, with a loose paper more, its images accepted."""
    made = scanned.dossier(session)
    scanned.fill(session, made)
    pages.accept(session, made, "dora")
    states.take_in(session, made, [Entry("", "来信", "2006", 1, "", False)], ACT)
    dossiers.update_facts(session, made, SORTED, "dora")
    return made


def next_record(session, before: Dossier) -> Dossier:
    made = dossiers.register(session, before.person, {}, "anna", keeper="YXGB")
    made.previous_id = before.id
    return made


def rows(session, dossier: Dossier) -> list[tuple]:
    return [(each.code, each.seq, each.name, each.formed, each.pages) for each in catalogue.rows(session, dossier)]


def images(session, dossier: Dossier) -> list[tuple]:
    found = [
        image
        for each in catalogue.rows(session, dossier)
        for kind in pages.ImageKind
        for image in _of(session, each, kind)
    ]
    return [(image.kind, image.page, image.sha256, image.accepted_by, image.accepted_at) for image in found]


def _of(session, material, kind) -> list[ImageFile]:
    return pages.of(session, material, kind)


def test_the_new_record_has_the_same_catalogue_and_the_same_images(session, before):
    fresh = next_record(session, before)

    handing_on.hand_on(session, before, fresh, ACT, whole=True)

    assert rows(session, fresh) == rows(session, before)
    assert len(rows(session, fresh)) == 4
    assert images(session, fresh) == images(session, before)
    assert (fresh.material_count, fresh.page_count) == (4, 5)
    assert (fresh.sort_status, fresh.digit_status) == (SortStatus.SORTED, DigitStatus.ACCEPTED)
    assert [str(each) for each in fsck.run(session) if each.check != "dossiers_in_one_place"] == []


def test_what_was_counted_otherwise_is_sorted_and_digitised_anew(session, before):
    fresh = next_record(session, before)

    handing_on.hand_on(session, before, fresh, ACT, whole=False)

    assert (fresh.sort_status, fresh.digit_status) == (SortStatus.QUEUED, DigitStatus.QUEUED)


def test_by_the_rule_of_the_office_the_images_stay(session, before):
    parameters.change(session, "transfer_inside", ["catalogue"], date(2026, 7, 1), "dora")
    fresh = next_record(session, before)

    handing_on.hand_on(session, before, fresh, ACT, whole=True)

    assert rows(session, fresh) == rows(session, before)
    assert images(session, fresh) == []
    assert fresh.digit_status is DigitStatus.QUEUED


def test_a_page_replaced_before_does_not_go_along(session, before):
    (image, *_) = pages.of(session, catalogue.rows(session, before)[0], pages.ImageKind.OPTIMISED)
    pages.replace(session, image, scanned.small(77), "0001.jpg", "anna", "摆正")
    fresh = next_record(session, before)

    handing_on.hand_on(
        session, before, fresh, Act("anna", cases.open_case(session, "调-1", "调入", "transfer-in", "anna")), True
    )

    laid = session.scalars(select(ImageFile).where(ImageFile.case_id.is_not(None))).all()
    assert len(laid) == 8
    assert all(each.superseded_at is None for each in laid)


def test_nobody_reads_on_the_screen_what_has_left(session, before):
    granted.grant(session, granted.request(session, before))

    closing.withdraw_all(session, before, "receipt of 〔2026〕转字0001号")

    found = session.get_one(Grant, 1)
    assert (found.status, found.why) == (GrantStatus.WITHDRAWN, "receipt of 〔2026〕转字0001号")
