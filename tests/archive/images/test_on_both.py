"""A batch on its whole way, once on each database: planned, counted out, delivered as a package and as a scan, checked,
counted back, accepted."""

import io

import pypdfium2
import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive import dossiers, storage
from archive.dossier_tables import Dossier
from archive.images import defects, misfits, pages, parcels, rounds, separators, slips
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.images.parcel_tables import FolderStatus, Parcel
from archive.materials import catalogue
from archive.scanning import batches, desk
from archive.scanning.batches import Quantity, Terms
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.statuses import DigitStatus
from tests.archive.images import drawn, parcelled, scanned
from workflow import cases
from workflow.registry import checks

SIZE = (420, 594)


@pytest.fixture
def out(office, clock) -> tuple[int, list[int]]:
    """A batch with its two dossiers handed out: (batch, dossiers)."""
    with office.database.transaction() as session:
        storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=6))
        made = [scanned.dossier(session, 1, "单雄信"), scanned.dossier(session, 3, "秦琼")]
        for each in made:
            dossiers.update_facts(session, each, {"sort_status": "sorted", "volumes": 1}, "anna")
            storage.shelve(session, each, storage.free_positions(session)[0].code, "stan")
        case = cases.open_case(session, "SM-1", "Scanning", "scanning", "anna")
        batch, _ = batches.plan(session, case, Terms("x", unit_price=35), [each.dossier_no for each in made], "anna")
        for entry in batches.entries(session, batch):
            desk.hand_out(session, entry, entry.dossier.dossier_no, 4, 1, "赵扫描", "stan")
        return batch.id, [each.id for each in made]


def scan_of(session, dossier) -> bytes:
    """All pages of the dossier behind their slips, as a scanner's PDF."""
    printed = pypdfium2.PdfDocument(slips.sheets(session, [dossier]))
    images = []
    for number, material in enumerate(catalogue.rows(session, dossier)):
        images.append(printed[number].render(scale=1).to_pil().convert("RGB").resize(SIZE))
        images += [drawn.page(5, SIZE, 7 * number + page) for page in range(material.pages)]
    file = io.BytesIO()
    images[0].save(file, "PDF", save_all=True, append_images=images[1:] + [drawn.page(0, SIZE)], resolution=300)
    return file.getvalue()


def deliver_files(office, batch_id, ids) -> list[FolderStatus]:
    """The first dossier comes as a package, the second from a scanner; what became of each folder and slip."""
    with office.database.transaction() as session:
        first, second = (session.get_one(Dossier, each) for each in ids)
        case = session.get_one(ScanBatch, batch_id).case
        package = parcels.begin(session, io.BytesIO(parcelled.of(session, first)), "a.zip", "vera", case)
        scan = separators.begin(session, io.BytesIO(scan_of(session, second)), "b.pdf", "vera", case)
    parcelled.run(office)
    with office.database.reading() as session:
        both = [session.get_one(Parcel, each.id) for each in (package, scan)]
        assert not misfits.waiting(session)
        return [folder.status for parcel in both for folder in parcels.folders(session, parcel)]


def test_a_batch_goes_its_whole_way(office, out):
    batch_id, ids = out
    assert deliver_files(office, batch_id, ids) == [FolderStatus.ACCEPTED] * 4
    with office.database.transaction() as session:
        batch = session.get_one(ScanBatch, batch_id)
        for entry in batches.entries(session, batch):
            defects.examine(session, entry.dossier, batch.case)
            for leaf in rounds.leaves(session, entry.dossier, Stage.FIRM):
                rounds.look(session, leaf, Stage.FIRM, "vera", batch.case)
            assert batches.lacking(session, entry) == []
            home = storage.home(session, entry.dossier)
            desk.take_back(session, entry, entry.dossier.dossier_no, home, 4, "stan")
        assert batches.deliver(session, batch, "vera") == Quantity(2, 8, 280)
        batches.accept(session, batch, "anna")
        assert batch.status is BatchStatus.ACCEPTED
    with office.database.reading() as session:
        assert session.get_one(Dossier, ids[0]).digit_status is DigitStatus.ACCEPTED
        names = ("images_are_pages", "images_as_read", "scanning_out", "custody_paths", "dossier_status_paths")
        assert [said for name in names for said in checks[name](session)] == []


def test_a_defect_is_found_listed_and_gone_with_another_image(office, out):
    _, (first, _) = out
    with office.database.transaction() as session:
        dossier = session.get_one(Dossier, first)
        scanned.fill(session, dossier)
        material = catalogue.rows(session, dossier)[0]
        defects.mark(session, Placed(material, 1, ImageKind.RAW), Defect.UNREADABLE, "vera")
        assert [each.codes for each in defects.rescans(session, dossier)] == [(Defect.UNREADABLE,)]
        assert defects.unchecked(session, dossier, Stage.FIRM) == 8
        pages.replace(
            session, pages.of(session, material, ImageKind.RAW)[0], scanned.small(9), "n.jpg", "vera", "again"
        )
        assert defects.rescans(session, dossier) == []


def test_the_database_keeps_a_dossier_in_one_running_batch_and_its_pages_whole(office, out):
    batch_id, (first, _) = out
    with office.database.transaction() as session:
        entry = batches.entries(session, session.get_one(ScanBatch, batch_id))[0]
        half = update(ScanDossier).where(ScanDossier.id == entry.id).values(status=ScanStatus.BACK, pages_back=3)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(half)
        other = ScanBatch(
            number="SM2026-0099", case_id=cases.open_case(session, "SM-2", "x", "scanning", "anna").id, firm="y",
            unit="page", unit_price=0, profile={}, planned_at=entry.out_at, planned_by="anna",
        )  # fmt: skip
        session.add(other)
        session.flush()
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(ScanDossier(batch_id=other.id, dossier_id=first))
            session.flush()
