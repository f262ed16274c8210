"""Files are known by their content, kept once, and refused with a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict

from tests.forms.samples import context, drawn, form, load, problems, required, text
from workflow import office
from workflow.models import StoredFile

FILE = {"type": "filepicker", "key": "f", "label": "File"}
PHOTO = {**FILE, "properties": {"kind": "photo"}}
PDF = b"%PDF-1.7\n%%EOF"


def image(kind="PNG", size=(3, 3)):
    kept = io.BytesIO()
    Image.new("RGB", size, "red").save(kept, kind)
    return kept.getvalue()


def bomb():
    """A PNG of 20,000 × 20,000 pixels in a few bytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def files(*sent, key="f"):
    return MultiDict([(key, FileStorage(io.BytesIO(data), name)) for name, data in sent])


@pytest.fixture
def around(session, anna):
    return context(session, anna)


def test_a_file_is_kept_and_its_hash_is_the_answer(session, around):
    answer = load(form(FILE), f="", files=files(("介绍信.pdf", PDF)), around=around)["f"]
    row = session.get(StoredFile, answer["file"])
    assert answer == {"file": row.id, "name": "介绍信.pdf", "sha256": row.sha256}
    assert (row.media_type, row.size, row.stored_by) == ("application/pdf", len(PDF), "anna")
    assert office.of(session).files.path(row.sha256).read_bytes() == PDF


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.png", image(), "image/png"),
        ("a.jpg", image("JPEG"), "image/jpeg"),
        ("a.tif", image("TIFF"), "image/tiff"),
        ("list.xlsx", b"PK\x03\x04....", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter.docx", b"PK\x03\x04....", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("all.zip", b"PK\x03\x04....", "application/zip"),
        ("noname", PDF, "application/pdf"),
        ("photo.exe", image(), "image/png"),
    ],
)
def test_a_file_is_what_it_contains(session, around, name, data, media_type):
    answer = load(form(FILE), files=files((name, data)), around=around)["f"]
    assert session.get(StoredFile, answer["file"]).media_type == media_type


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"MZ\x90\x00", "“a.pdf” cannot be taken"),
        ("a.svg", b"<svg onload=alert(1)>", "cannot be taken"),
        ("a.html", b"<html>", "cannot be taken"),
        ("a.gif", b"GIF89a", "cannot be taken"),
        ("a.pdf", b"", "is empty"),
        ("a.png", b"\x89PNG\r\n\x1a\nrubbish", "is broken"),
        ("a.png", image()[:40], "is broken"),
        ("a.jpg", image("JPEG", (900, 900))[:-3000], "is broken"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 50, "is broken"),
        ("a.tif", b"II*\x00\xff\xff\xff\x7f", "is broken"),
        ("a.png", bomb(), "too many pixels"),
    ],
)
def test_what_is_not_taken_is_told(session, around, name, data, said):
    told = problems(form(FILE), files=files((name, data)), around=around)
    assert said in told["f"][0]
    assert session.query(StoredFile).count() == 0


def test_a_photo_is_an_image(around):
    assert load(form(PHOTO), files=files(("a.png", image())), around=around)["f"]["name"] == "a.png"
    assert "PNG, JPEG, TIFF" in problems(form(PHOTO), files=files(("a.pdf", PDF)), around=around)["f"][0]


def test_a_file_above_the_offices_limit_is_refused(session, around):
    limit = office.of(session).settings.upload_limit
    told = problems(form(FILE), files=files(("a.pdf", PDF + b" " * limit)), around=around)
    assert "too large: at most 20 MB" in told["f"][0]


def test_nothing_is_kept_when_something_else_is_wrong(session, around):
    made = form(FILE, required(text("x")))
    assert list(problems(made, x="", files=files(("a.pdf", PDF)), around=around)) == ["x"]
    assert session.query(StoredFile).count() == 0


def test_one_file_where_one_is_asked(around):
    two = files(("a.pdf", PDF), ("b.pdf", PDF))
    assert "at most 1" in problems(form(FILE), files=two, around=around)["f"][0]


def test_several_files_are_a_list(around):
    made = form({**FILE, "multiple": True})
    kept = load(made, files=files(("a.pdf", PDF), ("b.png", image())), around=around)["f"]
    assert [each["name"] for each in kept] == ["a.pdf", "b.png"]
    assert "at most 20" in problems(made, files=files(*[("a.pdf", PDF)] * 21), around=around)["f"][0]


def test_what_is_there_stays_unless_another_is_chosen(session, anna):
    there = {"file": 1, "name": "old.pdf", "sha256": "x"}
    around = context(session, anna, variables={"f": there})
    made = form(required(FILE))
    assert load(made, f="", around=around) == {"f": there}
    assert load(made, files=files(("new.pdf", PDF)), around=around)["f"]["name"] == "new.pdf"
    assert "old.pdf" in drawn(made, around=around).text_content()
    linked = context(session, anna, variables={"f": there}, files_url="/files", read_only=True)
    assert drawn(made, around=linked).xpath(".//a/@href") == ["/files/1"]


def test_a_file_cannot_be_claimed_by_its_number(around):
    assert load(form(FILE), f='{"file": 1}', around=around) == {"f": None}


def test_a_required_file_must_come(around):
    assert problems(form(required(FILE)), f="", files=files(("", b"")), around=around) == {
        "f": ["Please fill this in."]
    }


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\照片.pdf", "照片.pdf"),
        ("a\x00b\n.pdf", "a\ufffdb.pdf"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
        ("/", "file"),
    ],
)
def test_a_files_name_is_only_a_name(around, name, kept):
    assert load(form(FILE), files=files((name, PDF)), around=around)["f"]["name"] == kept


def test_files_in_rows_are_kept_in_their_rows(around):
    made = form({"type": "dynamiclist", "path": "r", "components": [PHOTO]})
    sent_files = MultiDict([("r.0.f", FileStorage(io.BytesIO(image()), "a.png"))])
    kept = load(made, ("r", "0"), files=sent_files, around=around)["r"]
    assert kept[0]["f"]["name"] == "a.png"


def test_no_file_is_kept_when_the_signature_is_wrong(session, anna):
    made = form(FILE, {"type": "textfield", "key": "s", "properties": {"kind": "signature"}})
    around = context(session, anna, check_password=lambda name, password: False)
    assert list(problems(made, ("s.password", "x"), files=files(("a.pdf", PDF)), around=around)) == ["s"]
    assert session.query(StoredFile).count() == 0
