"""Names given in Chinese stand in English inside the sentences an English reader reads."""

import pytest

from tests.web import desk
from workflow import tasks
from workflow.identity import User


@pytest.fixture
def task_id(office) -> int:
    with office.database.transaction() as session:
        session.get_one(User, "carl").language = "en"
        session.get_one(User, "dora").language = "en"
    return desk.put(office, claimed_by="anna")[0]


def test_a_step_and_a_group_are_named_in_english_where_they_have_such_a_name(task_id, signed_in):
    page = signed_in("dora").get(f"/tasks/{task_id}/why").text

    assert "“Look at it” is for Registry, and you are not among them." in page
    assert "Can make you a member of Registry" in page
    assert "查看" not in page


def test_a_refusal_is_said_so_too_though_its_transaction_is_over(task_id, office, signed_in):
    with office.database.transaction() as session:
        session.get_one(User, "bob").language = "en"
    answer = signed_in("bob").post(f"/tasks/{task_id}/claim")

    assert answer.status_code == 409
    assert "“Look at it” is already claimed" in answer.text


def test_what_people_wrote_stays_as_it_was_written(task_id, office, signed_in):
    with office.database.transaction() as session:
        task = session.get_one(desk.UserTask, task_id)
        tasks.assign(session, task, session.get_one(User, "anna"), session.get_one(User, "bob"), "查看")

    assert "查看" in signed_in("dora").get(f"/cases/{desk.stand(office, task_id).case_id}").text


def test_a_chinese_reader_reads_the_names_as_drawn(task_id, signed_in):
    assert "查看" in signed_in("bob").get(f"/tasks/{task_id}/why").text


def test_names_in_a_list_are_said_one_by_one(office, signed_in):
    with office.database.transaction() as session:
        session.get_one(User, "bob").language = "en"
        look = desk.begin(session)
        anna, bob = session.get_one(User, "anna"), session.get_one(User, "bob")
        tasks.complete(session, tasks.claim(session, look, anna), anna, {"seen": "x"})
        decide = tasks.claim(session, desk.waiting(session, look.instance_id)[0], bob).id
    browser = signed_in("bob")
    key = browser.get(f"/tasks/{decide}/returns/new").text.split('name="to" value="')[1].split('"')[0]
    page = browser.get(f"/tasks/{decide}/returns/new", query_string={"to": key, "mode": "redo"}).text

    assert "Done again: Look at it." in page
