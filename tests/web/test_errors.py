"""Refusals and failures are sentences; nothing inside leaks."""

import sqlite3

import pytest
from flask import g, request
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from tests.web.conftest import QUICK, Browser
from web.app import create_app
from web.auth import public
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, TaskAlreadyClaimed, Unavailable, sentence
from workflow.identity import User
from workflow.office import open_office
from workflow.settings import from_environment

HIDDEN = "hunter2 /srv/secret SELECT"


def raising(error):
    @public
    def view():
        raise error

    return view


def make(app, error, path="/broken"):
    app.add_url_rule(path, path.strip("/"), raising(error), methods=["GET", "POST"])


CASES = [
    (NotFound(), 404, "没有您可以查看的内容"),
    (NotAllowed(), 403, "您无权"),
    (Conflict(), 409, "有人先"),
    (TaskAlreadyClaimed(task="拆封", assignee="王敏"), 409, "王敏"),
    (Invalid(), 422, "请更正"),
    (Unavailable(), 503, "暂时无法"),
    (StaleDataError("x"), 409, "有人先"),
    (IntegrityError("INSERT", {}, Exception(HIDDEN)), 409, "有人先"),
    (OperationalError("SELECT", {}, Exception(HIDDEN)), 503, "数据库"),
    (RuntimeError(HIDDEN), 500, "编号"),
]


@pytest.mark.parametrize(("error", "status", "said"), CASES)
def test_a_page_says_what_is_the_case(app, browser, error, status, said):
    make(app, error)
    answer = browser.get("/broken")
    assert answer.status_code == status
    assert said in answer.text and "<html" in answer.text
    assert "hunter2" not in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(("error", "status", "said"), CASES)
def test_htmx_gets_a_toast(app, browser, error, status, said):
    make(app, error)
    answer = browser.ask("/broken")
    assert answer.status_code == status
    assert said in answer.text and "<html" not in answer.text
    assert answer.headers["HX-Retarget"] == "#toasts" and answer.headers["HX-Reswap"] == "beforeend"
    assert "hunter2" not in answer.text


def test_programs_get_json(app, browser):
    make(app, NotFound())
    answer = browser.get("/broken", headers={"Accept": "application/json"})
    assert answer.json["status"] == 404 and answer.json["message"]


def test_the_reference_of_a_failure_stands_in_the_log(app, browser, caplog):
    make(app, RuntimeError(HIDDEN))
    page = browser.get("/broken").text
    [record] = [each for each in caplog.records if each.msg == "request_failed"]
    assert record.reference in page
    assert record.exc_info[1].args == (HIDDEN,)


def test_every_problem_of_a_bad_file_is_listed(app, browser):
    problems = {
        "第3行": [sentence("There is no account “{name}”.", name="x")],
        "": [sentence("Please give the person's name.")],
    }
    make(app, Invalid(problems))
    page = browser.get("/broken").text
    assert "第3行: 没有账号“x”" in page and "请填写姓名" in page


def test_what_is_typed_is_shown_as_text(app, browser):
    make(app, NotFound("There is no account “{name}”.", name="<img onerror=alert(1)>"))
    assert "&lt;img onerror" in browser.get("/broken").text


def test_raising_undoes_the_work_and_returning_keeps_it(app, signed_in, office):
    app.add_url_rule("/rename", view_func=rename, methods=["POST"])
    anna = signed_in("anna")
    assert anna.post("/rename", data={"to": "坏", "fail": "1"}).status_code == 409
    assert name_of_anna(office) == "安娜"
    assert anna.post("/rename", data={"to": "好"}).status_code == 200
    assert name_of_anna(office) == "好"


def rename():
    g.session.get_one(User, "anna").display_name = request.form["to"]
    g.session.flush()
    if "fail" in request.form:
        raise Conflict
    return "done"


def name_of_anna(office):
    with office.database.reading() as session:
        return session.get_one(User, "anna").display_name


def test_an_error_of_the_commit_is_a_conflict(app, signed_in):
    app.add_url_rule("/twice", view_func=twice, methods=["POST"])
    assert signed_in("anna").post("/twice").status_code == 409


def twice():
    g.session.add(User(name="bob", display_name="another bob", created_at=now()))
    return "flushed by the commit only"


def test_a_get_cannot_write(app, signed_in, office):
    app.add_url_rule("/sly", view_func=sly)
    signed_in("anna").get("/sly")
    assert name_of_anna(office) == "安娜"


def sly():
    g.session.get_one(User, "anna").display_name = "changed by a GET"
    g.session.flush()
    return "done"


def test_a_method_nobody_knows_here_is_405(signed_in):
    answer = signed_in("anna").delete("/profile")
    assert answer.status_code == 405
    assert "不支持" in answer.text


def test_an_address_with_nothing_behind_it_is_404(browser, signed_in):
    assert browser.get("/nothing").status_code == 404
    assert "朵拉" in signed_in("dora").get("/nothing").text


@pytest.fixture
def cut_off(tmp_path):
    """An application whose database answers nobody."""
    settings = from_environment(
        {"JUANLIU_DATA": str(tmp_path), "SECRET_KEY": "x" * 40, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    )
    app = create_app(office=open_office(settings), hasher=QUICK)
    app.test_client_class = Browser
    return app.test_client()


def test_a_database_out_of_reach_is_a_sentence(cut_off):
    answer = cut_off.sign_in("anna")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "数据库繁忙或无法连接" in answer.text


def test_a_database_out_of_reach_is_told_to_the_monitor(cut_off):
    answer = cut_off.get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")


def test_a_locked_database_is_asked_once_and_then_told_of(sqlite_office):
    """Each asking waits for the lock; a page that asks again while it says so would wait again."""
    office = sqlite_office
    app = create_app(office=office, hasher=QUICK)
    app.test_client_class = Browser
    anna = app.test_client()
    anna.sign_in("anna")
    token, asked = anna.token(), []
    other = sqlite3.connect(office.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)

    @event.listens_for(office.database.engine.pool, "checkout")
    def _watch(dbapi_connection, *_):
        dbapi_connection.execute("PRAGMA busy_timeout=20")
        dbapi_connection.set_trace_callback(asked.append)

    other.execute("BEGIN IMMEDIATE")
    answer = anna.post("/tasks/1/claim", headers={"X-CSRFToken": token}, csrf=False)
    other.close()

    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert asked.count("BEGIN IMMEDIATE") == 1
