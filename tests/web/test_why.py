"""The panel and page "why", and flask cases why."""

import json

import pytest

from tests.web import desk
from workflow import tasks
from workflow.identity import Group, User
from workflow.models import UserTask


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


@pytest.fixture
def task_id(office, clock):
    with office.database.transaction() as session:
        return desk.begin(session).id


def test_a_task_tells_who_may_and_that_i_may(signed_in, task_id):
    page = signed_in("anna").get(f"/tasks/{task_id}/why").text
    assert "您可以办理。" in page
    assert "安娜、鲍勃" in page and "档案室" in page


def test_a_colleague_is_told_in_the_words_of_the_refusal_and_who_could_change_it(signed_in, office, task_id):
    with office.database.transaction() as session:
        tasks.claim(session, session.get_one(UserTask, task_id), session.get_one(User, "anna"))
    browser = signed_in("bob")
    panel = browser.ask(f"/tasks/{task_id}/why").text
    refused = browser.post(f"/tasks/{task_id}/claim").text
    said = "已由安娜领取"
    assert said in panel or "安娜" in panel
    assert "安娜" in refused
    assert "朵拉" in panel, "who hands out work"
    assert "<html" not in panel


def test_the_task_page_greys_what_may_not_be_done_and_opens_why(signed_in, office, task_id):
    with office.database.transaction() as session:
        tasks.claim(session, session.get_one(UserTask, task_id), session.get_one(User, "anna"))
    page = signed_in("bob").get(f"/tasks/{task_id}").text
    assert 'aria-disabled="true" aria-describedby="why-not"' in page
    assert f'hx-get="/tasks/{task_id}/why"' in page


def test_a_case_tells_what_it_waits_for_and_what_may_be_done_by_whom(signed_in, office, task_id):
    with office.database.reading() as session:
        case_id = session.get_one(UserTask, task_id).case_id
    browser = signed_in("anna")
    assert f'hx-get="/cases/{case_id}/why"' in browser.get(f"/cases/{case_id}").text
    page = browser.get(f"/cases/{case_id}/why").text
    assert "等人领取" in page and "查看" in page
    assert "朵拉" in page and "您无权" in page
    english = browser.get(f"/cases/{case_id}/why", headers={"Accept-Language": "en"})
    assert english.status_code == 200


def test_why_is_told_only_to_who_may_see_it(signed_in, task_id):
    assert signed_in("carl").get(f"/tasks/{task_id}/why").status_code == 404


def test_a_task_that_has_ended_says_so(signed_in, office, task_id):
    with office.database.transaction() as session:
        task, anna = session.get_one(UserTask, task_id), session.get_one(User, "anna")
        tasks.complete(session, tasks.claim(session, task, anna), anna, {"seen": "好"})
    assert "已经结束" in signed_in("anna").get(f"/tasks/{task_id}/why").text


def test_the_command_tells_it_as_json_and_in_words(app, office, task_id):
    runner = app.test_cli_runner()
    told = json.loads(runner.invoke(args=["cases", "why", "件1234", "--json"]).output)
    (waiting,) = told["waiting"]
    assert (waiting["kind"], waiting["people"], waiting["task"]) == ("task", ["anna", "bob"], task_id)
    assert waiting["said"] == "“查看” waits for somebody to claim it: 安娜、鲍勃"
    assert waiting["since"].startswith("2026-07-01")
    assert "waits for somebody" in runner.invoke(args=["cases", "why", str(told["case"])]).output


def test_the_command_says_when_there_is_no_such_case(app, office):
    asked = app.test_cli_runner().invoke(args=["cases", "why", "nothing"])
    assert (asked.exit_code, "There is no case “nothing”" in asked.output + asked.stderr) == (1, True)


def test_who_may_do_some_things_to_a_process_sees_the_others_greyed_with_the_reason(signed_in, office, task_id):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["instances.suspend"]
        case_id = session.get_one(UserTask, task_id).case_id
    page = signed_in("anna").get(f"/cases/{case_id}").text
    assert f"/cases/{case_id}/processes/1/suspensions" in page
    assert f"/cases/{case_id}/processes/1/cancellations" not in page
    assert 'popovertarget="no-end-1"' in page and "您无权进行此操作。" in page
