"""What a browser never sends: refused with a sentence, the same on both databases."""

import io

import pytest
from flask import g
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from archive.packs.models import CourierList
from forms.kinds.uploads import own_name
from tests.people import PASSWORD
from tests.web import desk
from web.auth import public
from workflow.identity import User

NUL = "a\x00b"
CSV = "运单号,姓名,寄件单位\nXA123456789001CN,甲,某校\n".encode()


def test_no_nul_is_a_failure(office, clock, browser, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]

    assert browser.post("/login", data={"name": NUL, "password": PASSWORD}).status_code == 422
    anna = signed_in("anna")
    assert anna.post(f"/tasks/{task_id}/assignment", data={"to": NUL}).status_code == 422
    assert anna.post(f"/tasks/{task_id}/assignment", data={"to": "bob", "reason": NUL}).status_code == 303


@pytest.mark.parametrize("name", [NUL + ".csv", "../../etc/passwd.csv", "n" * 5000 + ".csv", "\u202egnp.csv"])
def test_a_list_of_any_name_is_taken_under_a_plain_one(office, clock, signed_in, name):
    sent = FileStorage(io.BytesIO(CSV), filename=name)

    answer = signed_in("dora").post("/packs/imports", data={"file": sent})

    assert answer.status_code == 303
    with office.database.reading() as session:
        kept = session.scalar(select(CourierList.name))
    assert kept.endswith(".csv")
    assert len(kept) <= 200
    assert not set(kept) & set("\x00/\u202e")


def test_a_files_own_name_has_no_folders_and_no_strange_signs():
    assert own_name("../../etc/passwd") == "passwd"
    assert own_name("C:\\temp\\扫描.png") == "扫描.png"
    assert own_name("a\x00\u202eb.png") == "a\ufffdb.png"
    assert own_name("n" * 5000 + ".png") == "n" * 196 + ".png"
    assert own_name(None) == own_name("/") == "file"


def test_a_value_no_column_holds_is_refused_not_failed(app, office, clock, signed_in):
    """The last wall, should a view forget to look: PostgreSQL takes no NUL, SQLite does."""
    view = public(lambda: str(g.session.scalar(select(User.name).where(User.name == NUL))))
    app.add_url_rule("/careless", view_func=view, endpoint="careless")

    answer = app.test_client().get("/careless")

    assert answer.status_code == (422 if office.database.url.startswith("postgresql") else 200)
