"""A package of images is taken folder by folder: each whole, or refused by name, whatever is in the others."""

import io
import json
import stat
import struct
import zipfile
from itertools import pairwise

import pytest
from sqlalchemy import select

from archive import dossiers, persons
from archive.dossier_tables import Dossier
from archive.images import containers, manifests, pages, parcels
from archive.images.demands import ImageKind
from archive.images.layout import CATALOGUE, MANIFEST
from archive.images.parcel_tables import FolderStatus, PageStatus, Parcel, ParcelPage, ParcelStatus
from archive.materials import catalogue
from tests.archive.cards import id_no
from tests.archive.images import drawn, parcelled, scanned
from workflow import cases, jobs
from workflow.errors import Invalid, NotFound
from workflow.identity import Group
from workflow.kept_sentences import spoken
from workflow.models import Job

FIRST = "raw/1/01/0001.jpg"


def enter_two(office):
    with office.database.transaction() as session:
        return scanned.dossier(session, 1, "单雄信"), scanned.dossier(session, 3, "秦琼")


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/images/test_on_both.py goes the whole way on both."""
    return sqlite_office


@pytest.fixture
def two(office, clock):
    """Two dossiers with catalogues, committed."""
    return enter_two(office)


@pytest.fixture
def pair(sqlite_office, clock):
    """The same on one database: what is only read in files is the same on both."""
    return enter_two(sqlite_office)


def packed(office, two, spoil=lambda files: None) -> bytes:
    with office.database.reading() as session:
        return parcelled.of(session, *(session.get_one(Dossier, each.id) for each in two), spoil=spoil)


def outcome(office, parcel):
    """(status, reasons) of each folder."""
    with office.database.reading() as session:
        found = parcels.folders(session, session.get_one(Parcel, parcel.id))
        return [(each.status, [str(spoken(said)) for said in each.reasons]) for each in found]


def whole(office, parcel):
    with office.database.reading() as session:
        found = session.get_one(Parcel, parcel.id)
        return found.status, [str(spoken(said)) for said in found.reasons]


def images(office, dossier):
    with office.database.reading() as session:
        return sum(each.raw + each.optimised for each in pages.counts(session, session.get_one(Dossier, dossier.id)))


def test_a_whole_package_is_taken_in_page_by_page(office, two):
    parcel = parcelled.taken_in(office, packed(office, two))

    assert outcome(office, parcel) == [(FolderStatus.ACCEPTED, [])] * 2
    assert whole(office, parcel) == (ParcelStatus.DONE, [])
    with office.database.reading() as session:
        told = parcels.progress(session, session.get_one(Parcel, parcel.id))
        assert (told.pages, told.percent, told.by_status) == (16, 100, {PageStatus.ATTACHED: 16})
        for each in two:
            assert all(counted.agree for counted in pages.counts(session, session.get_one(Dossier, each.id)))


def test_nothing_is_taken_before_the_job_has_run_and_no_id_number_is_kept_open(office, two):
    with office.database.transaction() as session:
        parcel = parcels.begin(session, io.BytesIO(packed(office, two)), "batch.zip", "anna")
        told = parcels.progress(session, parcel)
        assert (told.pages, told.percent) == (0, 0)
    parcelled.run(office)
    with office.database.reading() as session:
        found = parcels.folders(session, session.get_one(Parcel, parcel.id))
        assert [each.called for each in found] == ["110105********001" + id_no(1)[-1] + "_单雄信", found[1].called]
        assert not any(id_no(1).encode() in each.place_sealed for each in found)


def test_when_reading_is_slow_a_transaction_takes_one_page_and_lets_others_write(office, two, monkeypatch):
    monkeypatch.setattr(parcels, "SECONDS", 0)
    with office.database.transaction() as session:
        kept = office.files.put(io.BytesIO(packed(office, two)))  # before the transaction, as an upload does
        parcel = parcels.begin(session, kept, "batch.zip", "anna")
    turns = []
    while jobs.sweep(office.database):
        with office.database.reading() as session:
            turns.append(parcels.progress(session, session.get_one(Parcel, parcel.id)).waiting)

    assert [before - after for before, after in pairwise(turns) if before != after] == [1] * 16
    with office.database.reading() as session:
        assert {each.status for each in parcels.folders(session, session.get_one(Parcel, parcel.id))} == {
            FolderStatus.ACCEPTED
        }


def lose(path):
    return lambda files: files.pop(path)


def move(path, to):
    return lambda files: files.update({to: files.pop(path)})


def add(path, content=b"x"):
    return lambda files: files.update({path: content})


CATALOGUE_LIES = b'<dossier name="\xe5\x8d\x95\xe9\x9b\x84\xe4\xbf\xa1"><material code="1" seq="1" name="x" formed="" pages="2"/></dossier>'
SPOILT = {
    "a missing page": (lose(FIRST), "raw/1/01/0001.jpg is missing."),
    "a page missing in the other set": (lose("opt/3/01/0001.jpg"), "opt/3/01/0001.jpg is missing."),
    "a gap": (move("raw/1/01/0002.jpg", "raw/1/01/0003.jpg"), "1-1 has 2 pages in our catalogue; there is no page 3."),
    "a doubled page": (add("raw/1/01/1.jpeg", scanned.PAGE), "raw/1/01/0001.jpg and raw/1/01/1.jpeg are the same page."),
    "a case clash": (add("RAW/1/01/0001.JPG"), "raw/1/01/0001.jpg and RAW/1/01/0001.JPG are the same page."),
    "an unknown class": (add("raw/11/01/0001.jpg"), "raw/11/01/0001.jpg: there is no such class of materials."),
    "a heading": (add("raw/4/01/0001.jpg"), "raw/4/01/0001.jpg: there is no such class of materials."),
    "a material not in the catalogue": (add("raw/2/01/0001.jpg"), "Our catalogue has no 2-1."),
    "a third set": (add("pdf/1/01/0001.jpg"), "pdf/1/01/0001.jpg: the sets are called raw and opt."),
    "a number in words": (add("raw/1/one/0001.jpg"), "raw/1/one/0001.jpg: the number of a material is written 01, 02 …"),
    "page nought": (add("raw/1/01/0000.jpg"), "raw/1/01/0000.jpg: a page is written 0001.jpg, 0002.jpg …"),
    "another file": (add("raw/1/01/notes.docx"), "raw/1/01/notes.docx: a page is written 0001.jpg, 0002.jpg …"),
    "a stray": (add("readme.txt"), "readme.txt does not stand where a page stands (raw/4-1/03/0001.jpg)."),
    "no catalogue": (lose(CATALOGUE), "catalog.xml is missing."),
    "another catalogue": (add(CATALOGUE, CATALOGUE_LIES), "1-1 in catalog.xml: Name of the material is “x”, in our catalogue “干部履历表”."),
    "a catalogue with a declaration": (add(CATALOGUE, b"<!DOCTYPE a><a/>"), "The file has a DOCTYPE or entities"),
    "an image that is none": (add(FIRST, b"%PDF-1.7"), "raw/1/01/0001.jpg is not a JPEG, PNG or TIFF image."),
    "an image cut off": (add(FIRST, scanned.PAGE[:900]), "The image raw/1/01/0001.jpg is cut off or damaged."),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_folder_is_refused_by_name_and_the_other_one_is_taken(sqlite_office, pair, spoilt):
    spoil, said = SPOILT[spoilt]
    parcel = parcelled.taken_in(sqlite_office, packed(sqlite_office, pair, spoil))
    (first, second) = outcome(sqlite_office, parcel)

    assert first[0] is FolderStatus.REJECTED
    assert any(said in reason for reason in first[1]), first[1]
    assert second == (FolderStatus.ACCEPTED, [])
    assert (images(sqlite_office, pair[0]), images(sqlite_office, pair[1])) == (0, 8)


def after_manifest(office, two, change) -> bytes:
    """A package whose first folder is changed after its manifest was written."""
    with office.database.reading() as session:
        folders = {}
        for number, each in enumerate(two):
            found = session.get_one(Dossier, each.id)
            files = parcelled.sealed(parcelled.files_of(session, found))
            folders[parcelled.folder_of(session, found)] = files
            if not number:
                change(files)
        return parcelled.package(folders)


LATER = {
    "an image changed": (add(FIRST, parcelled.page(7)), "raw/1/01/0001.jpg is not the file the manifest names."),
    "a file more": (add("opt/1/01/0009.jpg"), "opt/1/01/0009.jpg is not in the manifest."),
    "a file less": (lose(FIRST), "The manifest names raw/1/01/0001.jpg, which is not there."),
    "no manifest": (lose(MANIFEST), "manifest.sm3 is missing."),
    "a manifest of nothing": (add(MANIFEST, b"x y z"), "Line 1 of the manifest is not a hash and a path."),
    "the catalogue changed": (lambda f: f.update({CATALOGUE: f[CATALOGUE] + b"\n"}), "catalog.xml is not the file the"),
}


@pytest.mark.parametrize("changed", LATER)
def test_what_is_not_as_the_manifest_says_is_refused(sqlite_office, pair, changed):
    change, said = LATER[changed]
    (first, second) = outcome(
        sqlite_office, parcelled.taken_in(sqlite_office, after_manifest(sqlite_office, pair, change))
    )

    assert first[0] is FolderStatus.REJECTED
    assert any(said in reason for reason in first[1]), first[1]
    assert second == (FolderStatus.ACCEPTED, [])


def renamed(office, two, name):
    with office.database.reading() as session:
        one, other = (session.get_one(Dossier, each.id) for each in two)
        files = {name: parcelled.sealed(parcelled.files_of(session, one))}
        return parcelled.package({**files, parcelled.folder_of(session, other): parcelled.sealed(parcelled.files_of(session, other))})  # fmt: skip


WRONG = {
    f"{id_no(1)}_王伯当": "The name of the folder is not the name of the person with this ID number.",
    f"{id_no(5)}_单雄信": "Nobody with this ID number is known here.",
    "110105200405120000_单雄信": "Nobody with this ID number is known here.",
}


@pytest.mark.parametrize("name", WRONG)
def test_the_folder_of_a_wrong_person_is_refused(sqlite_office, clock, name):
    office = sqlite_office
    made = enter_two(office)
    (first, second) = outcome(office, parcelled.taken_in(office, renamed(office, made, name)))

    assert first == (FolderStatus.REJECTED, [WRONG[name]])
    assert second[0] is FolderStatus.ACCEPTED


def test_two_folders_of_one_person_are_both_refused(office, two):
    with office.database.reading() as session:
        one = session.get_one(Dossier, two[0].id)
        files = parcelled.sealed(parcelled.files_of(session, one))
        named = parcelled.folder_of(session, one)
    content = parcelled.package({named: files, named + " ": files})

    assert {each[0] for each in outcome(office, parcelled.taken_in(office, content))} == {FolderStatus.REJECTED}


@pytest.mark.parametrize("reads", [True, False])
def test_a_dossier_held_for_another_case_is_not_touched_and_named_to_who_sees_it_only(office, two, anna, reads):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"] if reads else []
        case = cases.open_case(session, "JY-1", "Lent", "lending", anna.name)
        dossiers.hold(session, session.get_one(Dossier, two[0].id), case)
    (first, second) = outcome(office, parcelled.taken_in(office, packed(office, two)))

    known, unknown = (
        f"Dossier {two[0].dossier_no} is not handed out for this.",
        "Nobody with this ID number is known here.",
    )
    assert first == (FolderStatus.REJECTED, [known if reads else unknown])
    assert second[0] is FolderStatus.ACCEPTED


def hostile(name: str, content: bytes = b"x", mode: int = 0, packed: int = 0, beside: bytes = b"") -> bytes:
    """The package `beside` with one more member of this name."""
    out = io.BytesIO(beside)
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.compress_type = mode << 16, packed
        archive.writestr(entry, content)
    return out.getvalue()


BOMB = bytes(30 * 1024**2)
MEMBERS = {
    "out of the package": ("{outer}/../../../etc/passwd", {}, "leads out of the package."),
    "absolute": ("/etc/passwd", {}, "leads out of the package."),
    "another system's": ("{outer}/raw\\1\\01\\0009.jpg", {}, "has signs in its name that no file should have."),
    "a drive": ("C:/windows/x.jpg", {}, "has signs in its name that no file should have."),
    "a control sign": ("{outer}/raw/1/01/\x0700.jpg", {}, "has signs in its name that no file should have."),
    "a link": ("{outer}/raw/1/01/0009.jpg", {"mode": stat.S_IFLNK | 0o777}, "is a link or device, not a file."),
    "a bomb": ("{outer}/raw/1/01/0009.jpg", {"content": BOMB, "packed": 8}, "unpacks to far more than a page needs"),
    "odd packing": ("{outer}/raw/1/01/0009.jpg", {"packed": zipfile.ZIP_LZMA}, "is packed in a way that is not read here"),
    "nobody's": ("readme.txt", {}, "readme.txt belongs to no person's folder."),
}  # fmt: skip


@pytest.mark.parametrize("member", MEMBERS)
def test_a_hostile_member_is_refused_by_name_and_the_rest_is_taken(sqlite_office, clock, tmp_path, member):
    office = sqlite_office
    made = enter_two(office)
    name, options, said = MEMBERS[member]
    content = hostile(name.format(outer=f"{parcelled.BATCH}/{id_no(1)}_单雄信"), beside=packed(office, made), **options)
    parcel = parcelled.taken_in(office, content)
    (first, second) = outcome(office, parcel)
    spoken_of = first[1] + whole(office, parcel)[1]

    assert any(said in reason for reason in spoken_of), spoken_of
    assert second == (FolderStatus.ACCEPTED, [])
    assert (first[0] is FolderStatus.REJECTED) is ("{outer}" in name)
    assert id_no(1) not in json.dumps(spoken_of)


def test_what_systems_leave_behind_is_passed_over(office, two):
    content = packed(office, two)
    for name in ("__MACOSX/._x", f"{parcelled.BATCH}/.DS_Store", f"{parcelled.BATCH}/{id_no(1)}_单雄信/raw/Thumbs.db"):
        content = hostile(name, beside=content)

    assert outcome(office, parcelled.taken_in(office, content)) == [(FolderStatus.ACCEPTED, [])] * 2


def test_a_package_without_an_outer_folder_is_read_as_well(office, two):
    with office.database.reading() as session:
        found = session.get_one(Dossier, two[0].id)
        files = {parcelled.folder_of(session, found): parcelled.sealed(parcelled.files_of(session, found))}

    assert outcome(office, parcelled.taken_in(office, parcelled.package(files, outer=""))) == [
        (FolderStatus.ACCEPTED, [])
    ]


def overlapping() -> bytes:
    """A zip whose second name points into the first one's bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/1_x/raw/1/01/0001.jpg", b"x" * 500)
        archive.writestr("a/1_x/raw/1/01/0002.jpg", b"y" * 500)
    content = bytearray(out.getvalue())
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 10)
    return bytes(content)


def swollen() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"a/{id_no(1)}_x/raw/1/01/{number:04d}.jpg", BOMB)
    return out.getvalue()


WHOLE = {
    "no zip": (b"%PDF-1.7 nothing", "batch.zip is damaged or is not a zip file"),
    "half a zip": (hostile("a/b.txt")[:-30], "batch.zip is damaged or is not a zip file"),
    "an empty zip": (parcelled.package({}), "The package batch.zip holds no person's folder."),
    "bytes used twice": (overlapping(), "batch.zip unpacks to far more than it holds"),
    "a bomb as a whole": (swollen(), "batch.zip unpacks to far more than it holds"),
}


@pytest.mark.parametrize("broken", WHOLE)
def test_what_is_no_package_is_refused_as_a_whole(sqlite_office, clock, broken):
    content, said = WHOLE[broken]
    status, reasons = whole(sqlite_office, parcelled.taken_in(sqlite_office, content))

    assert status is ParcelStatus.REFUSED
    assert said in reasons[0]


def test_an_empty_file_is_refused_at_once(session, clock):
    with pytest.raises(Invalid, match=r"The file batch\.zip is empty"):
        parcels.begin(session, io.BytesIO(b""), "batch.zip", "anna")


def test_the_same_package_twice_changes_nothing(office, two):
    content = packed(office, two)
    parcelled.taken_in(office, content)
    again = parcelled.taken_in(office, content)

    with office.database.reading() as session:
        told = parcels.progress(session, session.get_one(Parcel, again.id))
    assert told.by_status == {PageStatus.UNCHANGED: 16}


def test_after_a_rescan_a_part_brings_some_pages_and_the_old_ones_are_kept(office, two):
    parcelled.taken_in(office, packed(office, two))
    with office.database.reading() as session:
        found = session.get_one(Dossier, two[0].id)
        paper = {CATALOGUE: manifests.catalogue(found.person, catalogue.rows(session, found))}
        named = parcelled.folder_of(session, found)
    part = parcelled.package({named: parcelled.sealed({**paper, FIRST: parcelled.page(77)})})
    parcel = parcelled.taken_in(office, part, part=True)

    assert outcome(office, parcel) == [(FolderStatus.ACCEPTED, [])]
    with office.database.reading() as session:
        first = catalogue.rows(session, session.get_one(Dossier, two[0].id))[0]
        new = pages.of(session, first, ImageKind.RAW)[0]
        (old,) = pages.earlier(session, new)
        assert (old.superseded_by, new.sha256 != old.sha256) == ("anna", True)


def test_accepted_raw_images_stay_and_the_folder_is_refused(office, two):
    parcelled.taken_in(office, packed(office, two))
    with office.database.transaction() as session:
        pages.accept(session, session.get_one(Dossier, two[0].id), "bob")
    parcel = parcelled.taken_in(office, packed(office, two, add(FIRST, parcelled.page(78))))
    (first, second) = outcome(office, parcel)

    assert first == (FolderStatus.REJECTED, [f"The raw image {FIRST} is accepted and does not change any more."])
    assert second == (FolderStatus.ACCEPTED, [])
    with office.database.reading() as session:
        left = parcels.results(session, session.get_one(Parcel, parcel.id), PageStatus.READ)
        assert len(left) == 8  # read and whole, but not taken


def test_a_folder_on_the_disk_of_the_house_is_read_like_a_zip(office, two):
    parcel_folder = office.settings.data / "parcels" / "drive-1"
    with office.database.reading() as session:
        found = session.get_one(Dossier, two[0].id)
        for path, content in parcelled.sealed(parcelled.files_of(session, found)).items():
            drawn.written(parcel_folder, content, f"{parcelled.BATCH}/{parcelled.folder_of(session, found)}/{path}")
    (parcel_folder / parcelled.BATCH / "link").symlink_to("/etc/passwd")
    with office.database.transaction() as session:
        parcel = parcels.begin_folder(session, "drive-1", "anna")
    parcelled.run(office)

    assert outcome(office, parcel) == [(FolderStatus.ACCEPTED, [])]
    assert whole(office, parcel)[1] == [f"{parcelled.BATCH}/link is a link or device, not a file."]


@pytest.mark.parametrize("folder", ["../..", "/etc", "nothing", ""])
def test_only_folders_among_the_parcels_are_read(session, clock, folder):
    with pytest.raises(Invalid, match="no folder"):
        parcels.begin_folder(session, folder, "anna")


def test_a_broken_off_import_goes_on_where_it_was(office, two):
    with office.database.transaction() as session:
        parcel = parcels.begin(session, io.BytesIO(packed(office, two)), "batch.zip", "anna")
    with office.database.reading() as session:
        job = session.get_one(Job, parcel.job_id).id
    jobs.perform(office.database, job)
    jobs.perform(office.database, job)
    with office.database.reading() as session:
        read = select(ParcelPage.status).where(ParcelPage.parcel_id == parcel.id)
        assert set(session.scalars(read)) == {PageStatus.ATTACHED, PageStatus.WAITING}
    parcelled.run(office)

    assert outcome(office, parcel) == [(FolderStatus.ACCEPTED, [])] * 2


def test_a_parcel_nobody_sent_is_not_found(session):
    with pytest.raises(NotFound):
        parcels.find(session, 99)


def test_names_of_a_chinese_windows_are_read():
    entry = zipfile.ZipInfo()
    entry.orig_filename = "张伟/一.jpg".encode("gb18030").decode("cp437")
    entry.flag_bits = 0

    assert containers._named(entry) == "张伟/一.jpg"


def test_persons_known_are_those_of_the_tests(office, two):
    with office.database.reading() as session:
        assert persons.by_id_no(session, id_no(1)).name == "单雄信"
