"""A scanner's file is cut by routing slips; blank pages are left out; what cannot be told for sure waits for a person."""

import io

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from archive import dossiers
from archive.dossier_tables import Dossier
from archive.images import measures, misfits, pages, parcels, pictures, readings, separators, slips
from archive.images.demands import ImageKind
from archive.images.parcel_tables import FolderStatus, PageStatus, Parcel, ParcelPage, ParcelStatus
from archive.materials import catalogue
from tests.archive.images import drawn, parcelled, scanned
from workflow import cases
from workflow import office as offices
from workflow.errors import Conflict, Invalid
from workflow.identity import Group
from workflow.kept_sentences import spoken

S = PageStatus
SIZE = (420, 594)


def sheet(seed: int) -> Image.Image:
    return drawn.page(5, SIZE, seed)


BLANK = drawn.page(0, SIZE)


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/images/test_on_both.py goes the whole way on both."""
    return sqlite_office


@pytest.fixture
def dossier(office, clock):
    with office.database.transaction() as session:
        return scanned.dossier(session)


@pytest.fixture
def slip(office, dossier):
    """The slips of the dossier as they come out of the scanner, a little askew, by place in the catalogue."""
    with office.database.reading() as session:
        printed = pypdfium2.PdfDocument(slips.sheets(session, [session.get_one(Dossier, dossier.id)]))
    images = [drawn.turned(page.render(scale=1).to_pil().convert("RGB").resize(SIZE), 1.5) for page in printed]
    return lambda place: images[place]


def pdf(*images: Image.Image) -> bytes:
    out = io.BytesIO()
    first, *others = [image.copy() for image in images]
    first.save(out, "PDF", save_all=True, append_images=others, resolution=50)
    return out.getvalue()


def tiff(*images: Image.Image) -> bytes:
    out = io.BytesIO()
    first, *others = [image.copy() for image in images]
    first.save(out, "TIFF", save_all=True, append_images=others, dpi=(50, 50))
    return out.getvalue()


def cut(office, content: bytes, case=None) -> Parcel:
    with office.database.transaction() as session:
        parcel = separators.begin(session, io.BytesIO(content), "scan.pdf", "anna", case)
    parcelled.run(office)
    with office.database.reading() as session:
        return session.get_one(Parcel, parcel.id)


def told(office, parcel):
    """(status, reason) of each page of the scan."""
    with office.database.reading() as session:
        found = parcels.results(session, session.get_one(Parcel, parcel.id))
        return [(page.status, str(spoken(page.reason)) if page.reason else "") for page in found]


def statuses(office, parcel):
    return [status for status, _ in told(office, parcel)]


def counted(office, dossier):
    with office.database.reading() as session:
        return [(each.raw, each.optimised) for each in pages.counts(session, session.get_one(Dossier, dossier.id))]


@pytest.mark.parametrize("packed", [pdf, tiff])
def test_a_scan_is_cut_by_its_slips_and_the_images_for_reading_are_made(office, dossier, slip, packed):
    content = packed(slip(0), sheet(1), BLANK, sheet(2), slip(1), sheet(3), slip(2), sheet(4))
    parcel = cut(office, content)

    assert statuses(office, parcel) == [
        S.SLIP, S.ATTACHED, S.DROPPED, S.ATTACHED, S.SLIP, S.ATTACHED, S.SLIP, S.ATTACHED,
    ]  # fmt: skip
    assert told(office, parcel)[2][1] == "Page 3 is blank and was left out."
    assert counted(office, dossier) == [(2, 2), (1, 1), (1, 1)]
    with office.database.reading() as session:
        found = session.get_one(Parcel, parcel.id)
        assert {each.status for each in parcels.folders(session, found)} == {FolderStatus.ACCEPTED}
        assert parcels.progress(session, found).percent == 100
        assert found.status is ParcelStatus.DONE


def test_the_raw_image_is_the_very_file_the_scanner_made(tmp_path):
    stored = drawn.saved(sheet(3))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(SIZE[0], SIZE[1]))
    canvas.drawImage(ImageReader(io.BytesIO(stored)), 0, 0, *SIZE)
    canvas.save()
    fed = readings.fed(drawn.written(tmp_path, out.getvalue(), "one.pdf"), "one.pdf", 1)

    assert (fed.content == stored, fed.drawn, fed.pages, fed.dpi) == (True, False, 1, 72)


def test_pages_before_the_first_slip_wait_for_a_person(office, dossier, slip):
    parcel = cut(office, pdf(sheet(8), slip(1), sheet(3)))

    assert told(office, parcel)[0] == (S.QUEUED, "There is no routing slip before this page.")
    assert counted(office, dossier) == [(0, 0), (1, 1), (0, 0)]


@pytest.mark.parametrize("sheets", [(1,), (1, 2, 3), ()])
def test_a_material_with_more_or_fewer_pages_than_its_catalogue_says_waits_as_a_whole(office, dossier, slip, sheets):
    parcel = cut(office, pdf(slip(0), *(sheet(each) for each in sheets), slip(1), sheet(4)))
    said = f"{dossier.dossier_no} 1-1: {len(sheets)} pages were scanned, the catalogue says 2."

    assert told(office, parcel)[1 : 1 + len(sheets)] == [(S.QUEUED, said)] * len(sheets)
    assert counted(office, dossier) == [(0, 0), (1, 1), (0, 0)]


def test_a_slip_that_comes_twice_is_not_believed_the_second_time(office, dossier, slip):
    parcel = cut(office, pdf(slip(1), sheet(3), slip(1), sheet(4)))

    assert told(office, parcel)[3] == (S.QUEUED, f"The routing slip of {dossier.dossier_no} 3-1 comes twice.")
    assert counted(office, dossier)[1] == (1, 1)


@pytest.mark.parametrize("reads", [True, False])
def test_a_slip_of_a_dossier_not_handed_out_leaves_its_pages_waiting(office, dossier, slip, anna, reads):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"] if reads else []
        case = cases.open_case(session, "JY-1", "Lent", "lending", anna.name)
        dossiers.hold(session, session.get_one(Dossier, dossier.id), case)
    parcel = cut(office, pdf(slip(1), sheet(3)))

    known = f"Dossier {dossier.dossier_no} is not handed out for this."
    unknown = f"The routing slip of {dossier.dossier_no} is of no material known here."
    assert told(office, parcel)[1] == (S.QUEUED, known if reads else unknown)


@pytest.mark.parametrize("codes", [["JLS1:YX202699999:1"], ["JLS1:YX202600001:999"]])
def test_a_slip_of_nothing_known_leaves_its_pages_waiting(session, clock, codes):
    scanned.dossier(session)
    _, said = separators._material(session, Parcel(case_id=None), slips.read(codes))

    assert "is of no material known here" in str(said)


@pytest.mark.parametrize("codes", [[], ["https://example.cn"], ["JLS1:"], ["JLS1:YX1:x"], ["JLS2:YX1:1"]])
def test_other_codes_on_a_page_make_no_slip_of_it(codes):
    assert slips.read(codes) is None


def test_a_waiting_page_is_laid_by_hand(office, dossier, slip):
    cut(office, pdf(slip(0), sheet(1), sheet(2), sheet(3)))
    with office.database.transaction() as session:
        first, second, third = misfits.waiting(session)
        material = catalogue.rows(session, session.get_one(Dossier, dossier.id))[0]
        misfits.lay(session, first, material, 1, "bob")
        misfits.lay(session, third, material, 2, "bob")
        misfits.leave_out(session, second, "bob", "scanned twice")
        with pytest.raises(Conflict, match="was decided on meanwhile"):
            misfits.lay(session, second, material, 2, "carl")

    assert counted(office, dossier)[0] == (2, 2)
    with office.database.reading() as session:
        assert misfits.waiting(session) == []
        assert pages.of(session, material, ImageKind.RAW)[0].added_by == "bob"
        said = spoken(session.get_one(ParcelPage, second.id).reason)
        assert str(said) == "Left out by bob: scanned twice"


def test_a_waiting_page_is_not_laid_where_there_is_none_or_left_out_without_a_reason(office, dossier, slip):
    cut(office, pdf(sheet(1)))
    with office.database.transaction() as session:
        (page,) = misfits.waiting(session)
        material = catalogue.rows(session, session.get_one(Dossier, dossier.id))[0]
        with pytest.raises(Invalid, match="there is no page 9"), session.begin_nested():
            misfits.lay(session, page, material, 9, "bob")
        with pytest.raises(Invalid, match="Say why"):
            misfits.leave_out(session, page, "bob", " ")
        assert [each.id for each in misfits.waiting(session)] == [page.id]


FILES = {
    "no scan": (b"PK\x03\x04", "scan.pdf is neither a PDF nor a TIFF"),
    "an image": (scanned.PAGE, "scan.pdf is neither a PDF nor a TIFF"),
}


@pytest.mark.parametrize("kind", FILES)
def test_another_kind_of_file_is_refused_at_once(session, kind):
    content, said = FILES[kind]
    with pytest.raises(Invalid, match=said):
        separators.begin(session, io.BytesIO(content), "scan.pdf", "anna")


@pytest.mark.parametrize("content", [b"%PDF-1.7 and then nothing", b"II*\0\xff\xff\xff\xff", b"MM\0*" + bytes(90)])
def test_a_damaged_scan_is_refused_as_a_whole(sqlite_office, clock, content):
    parcel = cut(sqlite_office, content)

    assert parcel.status is ParcelStatus.REFUSED
    assert "scan.pdf" in str(spoken(parcel.reasons[0]))


def test_what_is_drawn_on_a_page_becomes_an_image_of_it(tmp_path):
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "Handed over by Zhang Wei")
    canvas.showPage()
    canvas.save()
    fed = readings.fed(drawn.written(tmp_path, out.getvalue(), "a.pdf"), "a.pdf", 1)

    assert (fed.pages, fed.dpi, fed.drawn) == (1, 300, True)
    assert not pictures.seen(drawn.written(tmp_path, fed.content), "a").blank


def test_the_image_for_reading_is_straight_small_and_without_black_borders(tmp_path):
    pictures.prepare()
    raw = drawn.bordered(drawn.turned(drawn.page(), 4), 30)
    path = drawn.written(tmp_path, drawn.saved(raw, quality=98))
    made = drawn.written(tmp_path, readings.optimised(path, "0001.jpg", 60), "opt.jpg")
    seen = pictures.seen(made, "opt.jpg")

    assert abs(seen.skew) <= 0.3
    assert (seen.border, seen.dpi_x, seen.depth) == (0, 300, 24)
    assert made.stat().st_size <= 60 * 1024 < path.stat().st_size


@pytest.mark.parametrize(
    "image", [drawn.page(0), drawn.noise(), drawn.page().convert("L"), drawn.page().convert("CMYK")]
)
def test_any_raw_image_gets_one_for_reading(tmp_path, image):
    made = readings.optimised(drawn.written(tmp_path, drawn.saved(image)), "0001.jpg", 500)
    assert pictures.seen(drawn.written(tmp_path, made, "opt.jpg"), "opt.jpg").depth == 24


def test_slips_are_read_back_and_say_in_words_what_follows(session, clock):
    made = scanned.dossier(session)
    printed = pypdfium2.PdfDocument(slips.sheets(session, [made]))
    path = drawn.written(offices.of(session).settings.data, slips.sheets(session, [made]), "slips.pdf")
    materials = catalogue.rows(session, made)

    for number, material in enumerate(materials, 1):
        assert readings.fed(path, "slips.pdf", number).codes == (slips.code(made, material),)
        text = printed[number - 1].get_textpage().get_text_bounded()
        assert all(each in text for each in (made.dossier_no, "单雄信", pages.number(material), f"{material.pages} 页"))


def test_there_are_no_slips_of_nothing(session):
    with pytest.raises(Invalid, match="nothing to print"):
        slips.sheets(session, [])


def test_borders_of_a_white_page_are_none():
    assert measures.borders(pictures.np.full((200, 100), 255, "uint8")) == measures.Borders(0, 0, 0, 0)
