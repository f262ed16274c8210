"""Bulk with proof, through the pages: choose, check, begin, report, export, take back."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from tests.web import desk
from tests.workflow.world import work
from workflow import tasks
from workflow.identity import User
from workflow.models import UserTask


@pytest.fixture
def ids(office) -> list[int]:
    return desk.put(office, 4)


def by_bob(office, task_id: int) -> None:
    with office.database.transaction() as session:
        tasks.claim(session, session.get_one(UserTask, task_id), session.get_one(User, "bob"))


def sent(browser, office, **fields):
    """Ask for a run and have it checked; its address."""
    answer = browser.post("/bulk", data={"asked": "view=groups", **fields})
    assert answer.status_code == 303, answer.text
    work(office)
    return answer.location


def phase(page: str) -> str:
    return re.search(r'data-phase="(\w+)"', page)[1]


def test_all_that_match_are_checked_then_done_then_reported(office, ids, signed_in):
    by_bob(office, ids[0])
    anna = signed_in("anna")
    assert "批量办理 3 项任务" in anna.get("/bulk/new?view=groups").text
    run = sent(anna, office, act="complete", seen="封口完好")
    checked = anna.get(run).text
    assert phase(checked) == "ready" and "办理这 3 项" in checked

    assert anna.post(f"{run}/beginning").status_code == 303
    work(office)
    over = anna.get(run).text
    assert phase(over) == "over" and over.count("完成</span>") == 3
    with office.database.reading() as session:
        done = [session.get_one(UserTask, each).completed_by for each in ids]
    assert done == [None, "anna", "anna", "anna"]


def test_what_will_not_be_done_says_why_and_only_that_can_be_shown(office, ids, signed_in):
    anna = signed_in("anna")
    by_bob(office, ids[0])
    run = sent(anna, office, act="claim", asked="", task=ids)
    page = anna.get(f"{run}?only=will_not").text

    assert page.count("data-item") == 1 and "鲍勃" in page
    assert anna.get(f"{run}?only=nonsense").text.count("data-item") == 4


def test_the_form_is_checked_before_a_run_is_made(office, ids, signed_in):
    answer = signed_in("anna").post("/bulk", data={"asked": "view=groups", "act": "complete", "seen": "x" * 30})
    assert answer.status_code == 422 and answer.text.count("过长") == 2
    assert 'href="/bulk/1"' not in signed_in("anna").get("/bulk").text


def test_a_run_is_taken_back_with_a_reason(office, ids, signed_in):
    anna = signed_in("anna")
    run = sent(anna, office, act="claim")
    anna.post(f"{run}/beginning")
    work(office)
    assert anna.post(f"{run}/undoing", data={"reason": ""}).status_code == 422
    assert anna.post(f"{run}/undoing", data={"reason": "看错了"}).status_code == 303
    work(office)

    page = anna.get(run).text
    assert page.count("已撤回</span>") == 4
    with office.database.reading() as session:
        assert {session.get_one(UserTask, each).assignee for each in ids} == {None}


def test_the_report_can_be_taken_along_and_runs_nothing(office, signed_in):
    with office.database.transaction() as session:
        desk.deploy(session)
        for number, title in enumerate(("=1+1", "@x", "张三 · 1")):
            desk.begin(session, title, f"件{number}")
    anna = signed_in("anna")
    run = sent(anna, office, act="claim")
    anna.post(f"{run}/beginning")
    work(office)

    answer = anna.get(f"{run}/items.csv")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(lines) == 4 and [line[1] for line in lines[1:]] == ["'=1+1", "'@x", "张三 · 1"]
    assert {line[3] for line in lines[1:]} == {"完成"} and all(line[5] for line in lines[1:])
    sheet = load_workbook(io.BytesIO(anna.get(f"{run}/items.xlsx").data)).active
    assert [list(row) for row in sheet.values][1][:2] == lines[1][:2]


def test_nobody_sees_the_run_of_another(office, ids, signed_in):
    run = sent(signed_in("anna"), office, act="claim")
    bob = signed_in("bob")
    assert [bob.get(f"{run}{each}").status_code for each in ("", "/items.csv", "/items.xlsx")] == [404] * 3
    assert [bob.post(f"{run}/{each}").status_code for each in ("beginning", "undoing")] == [404] * 2


def test_sent_twice_it_is_one_run(office, ids, signed_in):
    anna = signed_in("anna")
    assert sent(anna, office, act="claim", request_key="k") == sent(anna, office, act="claim", request_key="k")


def test_handing_over_asks_to_whom(office, ids, signed_in):
    dora = signed_in("dora")
    assert dora.post("/bulk", data={"asked": "view=all", "act": "assign"}).status_code == 422
    run = sent(dora, office, asked="view=all", act="assign", to="bob", reason="病假")
    dora.post(f"{run}/beginning")
    work(office)
    with office.database.reading() as session:
        assert {session.get_one(UserTask, each).assignee for each in ids} == {"bob"}
    assert "鲍勃" in dora.get(run).text


def test_what_cannot_be_asked_is_refused_and_does_more_than_was_meant_to_nobody(office, ids, signed_in):
    anna = signed_in("anna")
    for asked in ("view=groups&process=gone", "view=groups&variable=gone&operator=is&value=1"):
        assert anna.get(f"/bulk/new?{asked}").status_code == 409
        assert anna.post("/bulk", data={"asked": asked, "act": "claim"}).status_code == 409
    assert anna.post("/bulk", data={"asked": "view=groups", "act": "dance"}).status_code == 422
    assert anna.post("/bulk", data={"asked": "view=done", "act": "claim"}).status_code in (409, 422)


def test_an_english_reader_reads_english(office, ids, signed_in):
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en"})
    run = sent(anna, office, act="claim")
    assert "will be done" in anna.get(run).text and "With 4 tasks" in anna.get("/bulk/new?view=groups").text
