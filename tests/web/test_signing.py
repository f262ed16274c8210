"""The board of a signing on the task's page; adding and taking out signers; nothing of hidden votes anywhere."""

import pytest
from sqlalchemy import select

from tests.web import desk
from tests.workflow.world import begin, process
from workflow.models import UserTask
from workflow.statuses import TaskStatus

SIGNED = (
    "start s\nuser sign name=会签 each=people item=who assignee=${who} formKey=desk-decide MORE\nend e\ns -> sign -> e"
)
FORM = {"desk-decide.form": desk.form(
    desk.field("opinion", "意见", "Opinion"), desk.button("同意", "Agree", "agree"), desk.button("反对", "Refuse", "refuse"),
)}  # fmt: skip
STEP = "start s\nuser check assignee=anna\nend e\ns -> check -> e"


@pytest.fixture
def office(sqlite_office):
    """Pages look the same on either database."""
    return sqlite_office


def gathered(office, people=("anna", "bob"), more="", **properties) -> dict[str, int]:
    """A signing under way: task ids by person."""
    with office.database.transaction() as session:
        drawing, words = SIGNED.replace("MORE", more), {"signing": "all", **properties}
        definition = desk.definitions.deploy(session, desk.drawn(drawing, "p", sign=words), FORM, "eve")
        return _open(session, begin(session, definition, people=list(people)).id)


def stepped(office) -> int:
    with office.database.transaction() as session:
        return _open(session, begin(session, process(session, STEP)).id)["anna"]


def tasks_now(office, task_id: int) -> dict[str, int]:
    with office.database.reading() as session:
        return _open(session, session.get_one(UserTask, task_id).instance_id)


def _open(session, instance_id: int) -> dict[str, int]:
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.status == TaskStatus.OPEN)
    return {task.assignee: task.id for task in session.scalars(query)}


def vote(client, task_id: int, outcome: str, opinion: str = "", key: str = "k"):
    return client.ask(
        f"/tasks/{task_id}/completion", "POST", data={"outcome": outcome, "opinion": opinion, "request_key": key}
    )


def test_the_board_says_who_has_signed_and_who_is_missing(office, clock, signed_in):
    tasks = gathered(office, signing="vote", signingShare=">1/2", signingQuorum="2")
    anna, bob = signed_in("anna"), signed_in("bob")

    assert "有 2 人签" not in anna.get(f"/tasks/{tasks['anna']}").text
    vote(anna, tasks["anna"], "agree", "材料齐全")
    page = bob.get(f"/tasks/{tasks['bob']}").text

    for said in (
        "票签",
        "2 人中已签 1 人",
        "超过 1/2",
        "法定人数：2",
        "未达到",
        "材料齐全",
        "赞成 1，反对 0，弃权 0",
        "待签",
    ):
        assert said in page, said


def test_the_result_stays_on_the_page_when_it_is_over(office, clock, signed_in):
    tasks = gathered(office)
    vote(signed_in("anna"), tasks["anna"], "agree")
    page = vote(signed_in("bob"), tasks["bob"], "refuse", "不妥").text

    assert "结果：未通过" in page and "不妥" in page


def test_hidden_votes_are_on_no_page_of_anybody_else(office, clock, signed_in):
    tasks = gathered(office, signingHidden="true")
    anna = signed_in("anna")
    vote(anna, tasks["anna"], "refuse", "暗中的话")

    pages = [
        "/inbox?view=done",
        "/inbox?view=others",
        f"/tasks/{tasks['anna']}",
        f"/tasks/{tasks['bob']}",
        "/cases",
        "/cases/1",
    ]
    for name in ("bob", "dora", "eve"):
        reader = signed_in(name)
        for path in pages:
            text = reader.get(path).text
            assert "暗中的话" not in text and "反对</span>" not in text and "“refuse”" not in text, (name, path)
    assert "2 人中已签 1 人" in signed_in("bob").get(f"/tasks/{tasks['bob']}").text
    assert "暗中的话" in anna.get(f"/tasks/{tasks['anna']}").text


def test_hidden_votes_are_told_to_everybody_at_the_end(office, clock, signed_in):
    tasks = gathered(office, signingHidden="true")
    vote(signed_in("anna"), tasks["anna"], "refuse", "明说的话")
    page = vote(signed_in("bob"), tasks["bob"], "agree").text

    assert "明说的话" in page and "结果：未通过" in page


def test_a_signer_is_added_and_taken_out(office, clock, signed_in):
    tasks = gathered(office)
    anna, path = signed_in("anna"), f"/tasks/{tasks['anna']}"

    answer = anna.post(f"{path}/signers", data={"to": "carl", "where": "beside", "reason": "熟悉情况"})
    assert answer.status_code == 303 and "carl" in tasks_now(office, tasks["anna"])
    page = anna.get(path).text
    assert "卡尔" in page and "熟悉情况" in page and f"{path}/signers/carl/removal" in page

    assert anna.post(f"{path}/signers/carl/removal", data={"reason": "出差"}).status_code == 303
    assert "carl" not in tasks_now(office, tasks["anna"])


def test_who_asked_another_before_reads_that_they_wait(office, clock, signed_in):
    tasks = gathered(office)
    anna, path = signed_in("anna"), f"/tasks/{tasks['anna']}"
    anna.post(f"{path}/signers", data={"to": "carl", "where": "before", "reason": "先看"})

    assert "要等先请的卡尔签署后才能办" in anna.get(path).text
    assert vote(anna, tasks["anna"], "agree").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "nobody", "where": "beside", "reason": "x"},
        {"to": "carl", "where": "behind", "reason": "x"},
        {"to": "carl", "where": "beside", "reason": " "},
        {"to": "carl", "where": "beside", "reason": "x", "weight": "heavy"},
        {"to": "anna", "where": "beside", "reason": "x"},
    ],
)
def test_what_is_wrong_is_refused_and_nothing_changes(office, clock, signed_in, wrong):
    tasks = gathered(office)
    answer = signed_in("anna").ask(f"/tasks/{tasks['anna']}/signers", "POST", data=wrong)

    assert answer.status_code in (409, 422)
    assert set(tasks_now(office, tasks["anna"])) == {"anna", "bob"}


def test_a_stranger_finds_nothing_and_a_colleague_may_not(office, clock, signed_in):
    tasks = gathered(office)
    more = {"to": "eve", "where": "beside", "reason": "x"}

    assert signed_in("carl").ask(f"/tasks/{tasks['anna']}/signers", "POST", data=more).status_code == 404
    assert signed_in("bob").ask(f"/tasks/{tasks['anna']}/signers", "POST", data=more).status_code == 403
    assert 'id="add-signer"' not in signed_in("bob").get(f"/tasks/{tasks['anna']}").text


def test_a_plain_step_waits_for_who_was_asked_after_and_may_be_taken_back(office, clock, signed_in):
    task = stepped(office)
    anna, path = signed_in("anna"), f"/tasks/{task}"
    anna.post(f"{path}/signers", data={"to": "bob", "where": "after", "reason": "复核"})

    page = anna.ask(f"{path}/completion", "POST", data={"request_key": "one"}).text
    assert "您已于" in page and 'id="task-form"' not in page
    assert anna.post(f"{path}/taking-back").status_code == 303
    assert 'id="task-form"' in anna.get(path).text


def test_who_was_asked_to_sign_agrees_or_refuses_with_words(office, clock, signed_in):
    task = stepped(office)
    anna, bob = signed_in("anna"), signed_in("bob")
    anna.post(f"/tasks/{task}/signers", data={"to": "bob", "where": "beside", "reason": "复核"})
    theirs = tasks_now(office, task)["bob"]

    page = bob.get(f"/tasks/{theirs}").text
    assert "不同意" in page and "复核" in page
    assert vote(bob, theirs, "refuse").status_code == 422
    assert vote(bob, theirs, "refuse", "日期不对").status_code == 200
    assert "日期不对" in anna.get(f"/tasks/{task}").text


def test_the_story_of_the_case_tells_of_signers(office, clock, signed_in):
    tasks = gathered(office, people=("anna",))
    anna = signed_in("anna")
    anna.post(f"/tasks/{tasks['anna']}/signers", data={"to": "bob", "where": "after", "reason": "复核一遍"})
    vote(anna, tasks["anna"], "agree")
    vote(signed_in("bob"), tasks_now(office, tasks["anna"])["bob"], "agree", key="two")

    with office.database.reading() as session:
        case_id = session.get_one(UserTask, tasks["anna"]).case_id
    story = anna.get(f"/cases/{case_id}").text
    assert "安娜请鲍勃加签“会签”" in story and "复核一遍" in story and "“会签”会签结束：通过" in story


def test_the_board_speaks_english_too(office, clock, signed_in):
    tasks = gathered(office, signing="any")
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en"})
    page = anna.get(f"/tasks/{tasks['anna']}").text
    assert "One agreement is enough" in page and "0 of 2 have signed" in page
