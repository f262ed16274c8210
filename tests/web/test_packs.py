import io

import openpyxl
import pytest

from archive.packs import desk as packs
from tests.processes.receiving import Receiving
from tests.standing import standing
from workflow.identity import Group, User

HEAD = "运单号,姓名,身份证号,寄件单位,寄件城市,渠道"
ROWS = ("1012345678901,李明,11010519491231002X,云溪大学,云溪,EMS", "1012345678902,王芳,,云溪大学,云溪,EMS")


@pytest.fixture
def receiving(office, clock):
    """The receiving office; wang at the window may import lists and take in packs, and everyone can sign in."""
    made = standing(Receiving, office)
    with office.database.transaction() as session:
        session.get_one(Group, "window").permissions = ["dossiers.read", "packs.import", "packs.receive", "comments"]
        password_hash = session.get_one(User, "anna").password_hash
        for name in ("wang", "rosa", "remy", "stan"):
            session.get_one(User, name).password_hash = password_hash
    return made


def upload(*rows: str, name: str = "list.csv", head: str = HEAD) -> dict:
    return {"file": (io.BytesIO("\n".join([head, *rows]).encode()), name)}


def send(browser, path: str, **file):
    return browser.ask(path, "POST", data=upload(*file.pop("rows", ROWS), **file), content_type="multipart/form-data")


def test_a_list_is_looked_at_before_anything_is_kept(receiving, signed_in):
    wang = signed_in("wang")

    answer = send(wang, "/packs/imports/preview")

    assert answer.status_code == 200
    assert "李明" in answer.text
    assert "110105********002X" in answer.text
    assert "11010519491231002X" not in answer.text
    assert "导入2行" in answer.text
    assert "尚未导入清单" in wang.get("/packs/imports").text


def test_the_preview_names_the_rows_that_cannot_be_used(receiving, signed_in):
    answer = send(signed_in("wang"), "/packs/imports/preview", rows=(*ROWS, "1012345678901,赵六,,,,", ",钱七,,,,"))

    assert "行不能使用" in answer.text
    assert "导入2行" in answer.text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00\x01\x02", "甲,乙\n1,2".encode()])
def test_a_broken_list_is_a_sentence(receiving, signed_in, content):
    wang = signed_in("wang")

    for path in ("/packs/imports/preview", "/packs/imports"):
        sent = {"file": (io.BytesIO(content), "list.xlsx")}
        answer = wang.ask(path, "POST", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "notice bad" in answer.text


def test_choosing_no_file_is_a_sentence(receiving, signed_in):
    assert signed_in("wang").ask("/packs/imports", "POST", data={}).status_code == 422


def test_an_import_goes_to_its_progress_and_ends_with_every_row(receiving, signed_in):
    wang = signed_in("wang")

    answer = send(wang, "/packs/imports")
    running = wang.ask(answer.headers["HX-Redirect"])
    receiving.machine()
    done = wang.get(answer.headers["HX-Redirect"])

    assert 'hx-trigger="every 1s"' in running.text
    assert 'hx-trigger="every 1s"' not in done.text
    assert "1012345678901" in done.text
    assert "导入完成" in done.text


def test_the_same_file_twice_brings_nothing_new(receiving, signed_in):
    wang = signed_in("wang")
    send(wang, "/packs/imports")
    receiving.machine()

    second = send(wang, "/packs/imports").headers["HX-Redirect"]
    receiving.machine()
    page = wang.get(second).text

    assert "<strong>0</strong> 新来件" in page
    assert "没有新来件" in page


def test_the_result_is_a_workbook_without_formulas(receiving, signed_in):
    wang = signed_in("wang")
    target = send(wang, "/packs/imports", rows=("1012345678901,=1+1,,,,",)).headers["HX-Redirect"]
    receiving.machine()

    book = openpyxl.load_workbook(io.BytesIO(wang.get(f"{target}/result.xlsx").data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]

    assert cells[1][1:3] == ["1012345678901", "=1+1"]
    assert book.active.cell(2, 3).data_type == "s"


def test_a_plain_form_imports_and_redirects(receiving, signed_in):
    answer = signed_in("wang").post("/packs/imports", data=upload(*ROWS), content_type="multipart/form-data")

    assert answer.status_code == 303
    assert answer.location.startswith("/packs/imports/")


def test_only_who_may_import_sees_lists(receiving, signed_in):
    wang = signed_in("wang")
    target = send(wang, "/packs/imports").headers["HX-Redirect"]

    for name in ("stan", "carl"):
        other = signed_in(name)
        assert other.get("/packs/imports").status_code == 403
        assert other.get(target).status_code == 403
        assert other.get(f"{target}/result.xlsx").status_code == 403
        assert send(other, "/packs/imports").status_code == 403
    assert signed_in("wang").get("/packs/imports/999").status_code == 404


def test_the_register_narrows_by_status_code_and_text(receiving, signed_in):
    receiving.list_of(*ROWS)
    receiving.unlisted("1099999999901")
    stan = signed_in("stan")

    assert "1012345678901" in stan.get("/packs").text
    assert "1012345678901" not in stan.get("/packs?code=E14").text
    assert "1099999999901" in stan.get("/packs?code=E14").text
    assert "王芳" not in stan.get("/packs?text=李明").text
    assert "1012345678901" not in stan.get("/packs?status=stored").text
    assert "没有符合条件" in stan.get("/packs?text=%25").text
    assert stan.get("/packs?status=bogus&code=bogus").status_code == 200
    assert signed_in("carl").get("/packs").status_code == 403


def test_a_case_is_linked_only_for_those_who_may_see_it(receiving, signed_in):
    receiving.pack()

    assert "/cases/" in signed_in("wang").get("/packs").text
    assert 'href="/cases/' not in signed_in("stan").get("/packs").text.split("<tbody>")[1]


def test_a_pack_shows_its_cover_exceptions_and_moves(receiving, signed_in):
    receiving.unlisted("1099999999901")
    with receiving.database.reading() as session:
        pack_id = packs.by_tracking_no(session, "1099999999901").id

    page = signed_in("wang").get(f"/packs/{pack_id}").text

    assert "E14" in page
    assert "有件无单" in page
    assert signed_in("wang").get("/packs/999").status_code == 404
    assert signed_in("carl").get(f"/packs/{pack_id}").status_code == 403


def test_a_pack_without_a_list_starts_its_process(receiving, signed_in):
    facts = {"tracking_no": " １０９９ 9999 99902 ", "channel": "ems", "sender": "云溪大学", "name": "李明"}

    answer = signed_in("wang").post("/packs/unlisted", data=facts)
    receiving.machine()

    assert answer.status_code == 303
    assert receiving.status("1099999999902") == "expected"
    assert receiving.exceptions("1099999999902") == ["E14"]


def test_a_wrong_cover_is_refused_beside_its_fields_and_kept(receiving, signed_in):
    wang = signed_in("wang")
    facts = {"tracking_no": "x", "channel": "ems", "sender": "云溪大学", "name": "<i>李明</i>"}

    answer = wang.post("/packs/unlisted", data=facts)
    no_channel = wang.post("/packs/unlisted", data={**facts, "channel": "pigeon"})

    assert (answer.status_code, no_channel.status_code) == (422, 422)
    assert 'id="tracking_no-problem"' in answer.text
    assert "&lt;i&gt;李明" in answer.text


def test_the_same_unlisted_pack_twice_is_a_conflict(receiving, signed_in):
    facts = {"tracking_no": "1099999999903", "channel": "ems", "sender": "云溪大学"}
    wang = signed_in("wang")

    assert wang.post("/packs/unlisted", data=facts).status_code == 303
    again = wang.post("/packs/unlisted", data=facts)
    assert again.status_code == 409
    assert f'value="{facts["sender"]}"' in again.text  # what was typed is kept


def test_a_day_shows_figures_each_with_its_list(receiving, signed_in):
    tracking_no = receiving.pack()
    receiving.do(tracking_no, "sign_for", "wang")
    stan = signed_in("stan")

    page = stan.get("/days/2026-07-01").text

    assert "2026-07-01" in stan.get("/days").text
    assert tracking_no in page
    assert tracking_no in stan.get("/days/2026-07-01?place=open").text
    assert tracking_no not in stan.get("/days/2026-07-01?place=registered").text
    assert tracking_no not in stan.get("/days/2026-07-01?place=shelved").text
    assert stan.get("/days/2026-07-02").status_code == 404
    assert stan.get("/days/yesterday").status_code == 404
    assert signed_in("carl").get("/days").status_code == 403


def test_scanning_the_cover_opens_the_one_task_that_waits(receiving, signed_in):
    tracking_no = receiving.pack()

    answer = signed_in("wang").post("/scan", data={"code": tracking_no})

    assert answer.status_code == 303
    page = signed_in("wang").get(answer.location).text
    assert "签收" in page
    assert tracking_no in page
