"""What is said about a case and hung on it: as long and as large as allowed, kept once, refused with a sentence."""

import io

import pytest
from PIL import Image

from tests.web import desk
from workflow import comments
from workflow.identity import Group
from workflow.models import Attachment, Comment

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def anna(office, clock, signed_in):
    """anna may speak in the desk's one case, number 1."""
    desk.put(office)
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
    return signed_in("anna")


def kept(office, what) -> int:
    with office.database.reading() as session:
        return session.query(what).count()


def hang(browser, name: str, content: bytes):
    sent = {"file": (io.BytesIO(content), name)}
    return browser.ask("/cases/1/attachments", "POST", data=sent, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("x" * comments.LONGEST, 200),
        ("x" * (comments.LONGEST + 1), 422),
        ("  \r\n ", 422),
        ("\x00", 422),
        ("<b>&amp;", 200),
    ],
)
def test_a_comment_is_some_words_and_not_a_book(anna, office, body, status):
    answer = anna.ask("/cases/1/comments", "POST", data={"body": body})

    assert answer.status_code == status
    assert kept(office, Comment) == (status == 200)


@pytest.mark.parametrize(
    ("name", "content"),
    [("空.pdf", b""), ("page.html", b"<html>"), ("run.exe", b"MZ\x90"), ("picture.svg", b"<svg/>"), ("", PDF)],
)
def test_what_is_no_document_is_not_hung_on_a_case(anna, office, name, content):
    assert hang(anna, name, content).status_code == 422
    assert kept(office, Attachment) == 0


@pytest.mark.parametrize("name", ["清单.pdf", "../../清单.pdf", "C:\\x\\清单.pdf"])
def test_a_document_is_hung_under_its_own_name(anna, office, name):
    answer = hang(anna, name, PDF)

    assert answer.status_code == 200
    assert "清单.pdf" in answer.text
    assert "../" not in answer.text
    assert kept(office, Attachment) == 1


@pytest.mark.parametrize("path", ["/cases/1/comments", "/cases/1/attachments", "/cases/9/comments"])
def test_who_does_not_see_the_case_says_nothing_in_it(anna, office, signed_in, path):
    assert signed_in("carl").ask(path, "POST", data={"body": "hello"}).status_code == 404
    assert kept(office, Comment) == kept(office, Attachment) == 0


def test_what_hangs_on_a_case_is_read_from_the_task_without_a_download(anna, office):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    assert hang(anna, "意见.pdf", PDF).status_code == 200
    assert hang(anna, "封口.png", picture.getvalue()).status_code == 200
    page = anna.get("/tasks/1").text
    assert 'href="/files/1/reading">阅读' in page and 'src="/files/2/picture"' in page

    read = anna.get("/files/1/reading")
    assert read.data == PDF and read.mimetype == "application/pdf"
    assert read.headers["Content-Disposition"] == "inline" and "script" not in read.headers["Content-Security-Policy"]
    assert anna.get("/files/2/reading").status_code == 404
    assert anna.get("/files/1/picture").status_code == 404
