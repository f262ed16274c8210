"""Images of packages and scans are decoded while no transaction is open; what was decoded in vain harms nothing."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from archive.dossier_tables import Dossier
from archive.images import brought, pages, parcels, readings, separators
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.images.parcel_tables import FolderStatus, PageStatus, Parcel, ParcelPage, ParcelStatus
from archive.materials import catalogue
from tests.archive.images import parcelled, scanned
from tests.archive.images.test_on_both import scan_of
from workflow import jobs
from workflow.errors import Invalid
from workflow.models import Job, StoredFile
from workflow.registry import Work


@pytest.fixture
def dossier(office, clock):
    with office.database.transaction() as session:
        return scanned.dossier(session)


def package(session, dossier) -> Parcel:
    return parcels.begin(session, io.BytesIO(parcelled.of(session, dossier)), "a.zip", "vera")


def scan(session, dossier) -> Parcel:
    return separators.begin(session, io.BytesIO(scan_of(session, dossier)), "b.pdf", "vera")


def delivered(office, dossier, deliver) -> Parcel:
    with office.database.transaction() as session:
        return deliver(session, session.get_one(Dossier, dossier.id))


def images(office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ImageFile))


@pytest.fixture
def looking(office, monkeypatch):
    """Which questions about images were asked, each with how many connections to the database were in use."""
    asked: list[tuple[str, int]] = []
    ask = readings.reader.call

    def call(question, *arguments):
        asked.append((question, office.database.engine.pool.checkedout()))
        return ask(question, *arguments)

    monkeypatch.setattr(readings.reader, "call", call)
    return asked


@pytest.mark.parametrize(("deliver", "questions"), [(package, {"examine"}), (scan, {"page", "examine", "optimised"})])
def test_no_transaction_is_open_while_images_are_decoded(office, dossier, looking, deliver, questions):
    delivered(office, dossier, deliver)
    parcelled.run(office)

    assert {question for question, _ in looking} == questions
    assert {connections for _, connections in looking} == {0}
    assert images(office) == 2 * 4


@pytest.mark.parametrize(("deliver", "ahead"), [(package, parcels.look_ahead), (scan, separators.cut_ahead)])
def test_a_worker_killed_when_all_was_prepared_loses_and_doubles_nothing(office, dossier, deliver, ahead):
    """At every turn of the job a first worker prepares and is gone before its transaction begins."""
    parcel = delivered(office, dossier, deliver)
    work = Work(0, {}, {"parcel_id": parcel.id}, None, None)
    turns = 0
    while waiting(office):
        ahead(office.database, work)
        turns += jobs.sweep(office.database)

    assert turns > 2 and images(office) == 2 * 4
    with office.database.reading() as session:
        found = session.get_one(Parcel, parcel.id)
        assert found.status is ParcelStatus.DONE
        assert {each.status for each in parcels.folders(session, found)} == {FolderStatus.ACCEPTED}
        numbers = [each.number for each in parcels.results(session, found)]
        assert numbers == list(range(1, len(numbers) + 1))


def waiting(office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job).where(Job.done_at.is_(None)))


def test_pages_prepared_a_second_time_are_not_written_down_twice(office, dossier):
    """A late worker's pages, cut before another had written down the same ones."""
    parcel = delivered(office, dossier, scan)
    work = Work(0, {}, {"parcel_id": parcel.id}, None, None)
    late = separators.cut_ahead(office.database, work)
    for _twice in range(2):
        with office.database.transaction() as session:
            separators.cut_portion(session, replace(work, prepared=late[:3]))
    with office.database.reading() as session:
        assert session.scalars(select(ParcelPage.number).order_by(ParcelPage.number)).all() == [1, 2, 3]


def test_a_package_lost_from_the_disk_meanwhile_is_refused_by_name(office, dossier):
    parcel = delivered(office, dossier, package)
    jobs.sweep(office.database)  # its folders are known
    with office.database.reading() as session:
        office.files.path(session.get_one(Parcel, parcel.id).file.sha256).write_bytes(b"no zip")
    parcelled.run(office)
    with office.database.reading() as session:
        found = session.get_one(Parcel, parcel.id)
        assert found.status is ParcelStatus.REFUSED and "a.zip" in str(found.reasons)
    assert images(office) == 0


def test_an_image_for_reading_that_cannot_be_made_leaves_its_slip_to_a_person(office, dossier, monkeypatch):
    def refuse(path, name, kilobytes):
        raise Invalid(message="The image {name} takes too much time or memory to open.", name=name)

    monkeypatch.setattr(readings, "optimised", refuse)
    parcel = delivered(office, dossier, scan)
    parcelled.run(office)
    with office.database.reading() as session:
        queued = parcels.results(session, session.get_one(Parcel, parcel.id), PageStatus.QUEUED)
        assert len(queued) == 4 and all("takes too much time" in str(each.reason) for each in queued)
    assert images(office) == 0


def test_a_better_image_for_reading_takes_the_place_of_the_one_before(office, dossier):
    with office.database.transaction() as session:
        material = catalogue.rows(session, session.get_one(Dossier, dossier.id))[0]
        raw = pages.attach(session, pages.Placed(material, 1, ImageKind.RAW), scanned.small(3), "r.jpg", "vera")
        for kilobytes in (300, 2):
            made = brought.optimised(office.files, raw.sha256, raw.name, kilobytes)
            pages.lay_optimised(session, raw, made, "vera")
        assert [each.bytes for each in pages.of(session, material, ImageKind.OPTIMISED)] == [made.reading.bytes]


def test_bytes_that_are_no_image_get_no_row(office, clock):
    with pytest.raises(Invalid, match=r"x\.jpg"):
        brought.keep(office.files, io.BytesIO(b"no image"), "x.jpg")
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 0
