"""The pages of sending back, taking back, withdrawing and reopening."""

import pytest
from sqlalchemy import select

from tests.web import desk
from workflow import cases, fsck, tasks
from workflow.identity import User
from workflow.models import Case, ProcessInstance, UserTask
from workflow.statuses import TaskKind, TaskStatus


@pytest.fixture
def deciding(office, clock):
    """anna has looked; bob holds the decision: its task id."""
    (look,) = desk.put(office, claimed_by="anna")
    with office.database.transaction() as session:
        task = session.get_one(UserTask, look)
        tasks.complete(session, task, session.get_one(User, "anna"), {"seen": "三页", "remark": "旧"})
        decide = desk.waiting(session, task.instance_id)[0]
        return tasks.claim(session, decide, session.get_one(User, "bob")).id


def key(office, task_id: int, activity: str = "look") -> str:
    return f"{desk.stand(office, task_id).instance_id}:{activity}"


def correction(office) -> UserTask:
    with office.database.reading() as session:
        found = session.scalars(select(UserTask.id).where(UserTask.kind == TaskKind.CORRECTION)).one()
    return desk.stand(office, found)


def sent(office, signed_in, task_id: int, mode: str, **more):
    data = {"to": key(office, task_id), "mode": mode, "reason": "页数不对", **more}
    return signed_in("bob").post(f"/tasks/{task_id}/returns", data=data)


def test_the_page_offers_the_earlier_steps_and_says_what_will_happen(office, signed_in, deciding):
    bob = signed_in("bob")
    page = bob.get(f"/tasks/{deciding}/returns/new").text
    assert "退回“决定”" in page and "查看" in page and "安娜" in page
    chosen = bob.ask(f"/tasks/{deciding}/returns/new", query_string={"to": key(office, deciding), "mode": "redo"}).text
    assert "流程从那里重新往下走" in chosen and "所见" in chosen
    assert "其他一切照旧" in bob.ask(f"/tasks/{deciding}/returns/new", query_string={"to": key(office, deciding)}).text


def test_straight_back_and_the_sender_sees_what_was_changed(office, signed_in, deciding):
    assert sent(office, signed_in, deciding, "straight", mark="seen").status_code == 303
    asked = correction(office)
    anna, bob = signed_in("anna"), signed_in("bob")
    page = anna.get(f"/tasks/{asked.id}").text
    assert "鲍勃请您修改" in page and "页数不对" in page and "请注意：所见" in page and 'value="三页"' in page
    assert "要等安娜改好“查看”" in bob.get(f"/tasks/{deciding}").text
    refused = bob.post(f"/tasks/{deciding}/completion", data={"opinion": "好", "outcome": "agree"})
    assert (refused.status_code, "要等安娜改好" in refused.text) == (409, True)
    assert anna.post(f"/tasks/{asked.id}/completion", data={"seen": "四页", "remark": "旧"}).status_code == 303
    page = bob.get(f"/tasks/{deciding}").text
    assert "您退回的内容已经改好" in page and "已改动：所见" in page
    assert "安娜修改了“查看”" in bob.get(f"/cases/{asked.case_id}").text


def test_the_sender_needs_it_no_longer(office, signed_in, deciding):
    sent(office, signed_in, deciding, "straight")
    bob = signed_in("bob")
    assert bob.post(f"/tasks/{correction(office).id}/recall", data={"reason": "看错了"}).status_code == 303
    assert "要等安娜" not in bob.get(f"/tasks/{deciding}").text


def test_redone_the_task_says_who_sent_it_back_and_the_story_is_folded(office, signed_in, deciding):
    assert sent(office, signed_in, deciding, "redo").status_code == 303
    task = desk.stand(office, deciding)
    with office.database.reading() as session:
        (fresh,) = desk.waiting(session, task.instance_id)
        fresh_id, assignee = fresh.id, fresh.assignee
    assert (task.status, assignee) == (TaskStatus.CANCELLED, "anna")
    page = signed_in("anna").get(f"/tasks/{fresh_id}").text
    assert "鲍勃退回了这一步" in page and "页数不对" in page and 'value="三页"' in page
    story = signed_in("bob").get(f"/cases/{task.case_id}").text
    assert "其后全部重走，第 2 轮开始" in story
    assert "第 1 轮：1 个环节后来重新办理" in story


@pytest.mark.parametrize(
    "data, status, said",
    [({"reason": ""}, 422, "请说明理由"), ({"to": ""}, 422, "请选择"), ({"to": "1:nowhere"}, 409, "已经不能退回")],
)
def test_what_is_wrong_is_said_and_nothing_is_done(office, signed_in, deciding, data, status, said):
    answer = signed_in("bob").post(
        f"/tasks/{deciding}/returns", data={"to": key(office, deciding), "mode": "redo", "reason": "页数不对", **data}
    )
    assert answer.status_code == status
    assert said in answer.text
    assert desk.stand(office, deciding).status is TaskStatus.OPEN


def test_somebody_else_s_task_is_not_sent_back(office, signed_in, deciding):
    assert 'id="returning"' not in signed_in("anna").get(f"/tasks/{deciding}/returns/new").text
    answer = signed_in("anna").post(
        f"/tasks/{deciding}/returns", data={"to": key(office, deciding), "mode": "redo", "reason": "x"}
    )
    assert answer.status_code == 403


def test_a_step_is_taken_back_from_its_page_and_the_list(office, signed_in, clock):
    (look,) = desk.put(office, claimed_by="anna")
    anna = signed_in("anna")
    done = anna.post(f"/tasks/{look}/completion", data={"seen": "三页"}, follow_redirects=True)
    assert f"/tasks/{look}/withdrawal" in done.text
    assert f"/tasks/{look}/withdrawal" in anna.get("/inbox?view=done").text
    assert "一切回到您办完之前的样子" in anna.get(f"/tasks/{look}/withdrawal").text
    assert anna.post(f"/tasks/{look}/withdrawal", data={"reason": ""}).status_code == 422
    answer = anna.post(f"/tasks/{look}/withdrawal", data={"reason": "按错了"}, follow_redirects=True)
    assert "撤回了这一步" in answer.text and 'value="三页"' in answer.text
    assert f"/tasks/{look}/withdrawal" not in anna.get("/inbox?view=done").text
    with office.database.reading() as session:
        assert fsck.run(session) == []


def test_what_somebody_acted_on_is_not_taken_back(office, signed_in, deciding):
    with office.database.reading() as session:
        look = session.scalars(select(UserTask.id).where(UserTask.completed_by == "anna")).one()
    anna = signed_in("anna")
    assert "鲍勃随后已经处理了“决定”" in anna.get(f"/tasks/{look}/withdrawal").text
    assert anna.post(f"/tasks/{look}/withdrawal", data={"reason": "x"}).status_code == 409


def test_a_case_is_withdrawn_by_who_began_it_and_reopened_by_those_entitled(office, signed_in, clock):
    with office.database.transaction() as session:
        task = desk.begin(session)
        session.get_one(Case, task.case_id).opened_by = "anna"
        cases.show_to(session, task.case_id, people=["anna"])
        case_id, instance_id = task.case_id, task.instance_id
    anna, dora = signed_in("anna"), signed_in("dora")
    assert f"/cases/{case_id}/withdrawal" in anna.get(f"/cases/{case_id}").text
    assert f"/cases/{case_id}/withdrawal" not in dora.get(f"/cases/{case_id}").text
    assert anna.get(f"/cases/{case_id}/withdrawal").status_code == 200
    assert anna.post(f"/cases/{case_id}/withdrawal", data={"reason": "不办了"}).status_code == 303
    assert dora.post(f"/cases/{case_id}/withdrawal", data={"reason": "x"}).status_code == 403
    assert f"/cases/{case_id}/reopening" not in anna.get(f"/cases/{case_id}").text
    assert "查看" in dora.get(f"/cases/{case_id}/reopening").text
    assert dora.post(f"/cases/{case_id}/reopening", data={"reason": "x"}).status_code == 422
    assert (
        anna.post(f"/cases/{case_id}/reopening", data={"reason": "x", "at": f"{instance_id}:look"}).status_code == 403
    )
    done = dora.post(
        f"/cases/{case_id}/reopening", data={"reason": "要办", "at": f"{instance_id}:look"}, follow_redirects=True
    )
    assert "重新打开了这件事，第 2 轮开始" in done.text
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, instance_id).ended_at is None
        assert fsck.run(session) == []


def test_where_nothing_comes_before_sending_back_is_greyed_and_says_why(office, signed_in):
    first = desk.put(office, claimed_by="anna")[0]
    page = signed_in("anna").get(f"/tasks/{first}").text

    assert f"/tasks/{first}/returns/new" not in page
    assert "“查看”之前没有可以退回的环节。" in page


def test_what_a_rule_keeps_from_one_is_not_offered_as_the_next(office, signed_in):
    first = desk.put(office, claimed_by="anna")[0]
    done = signed_in("anna").ask(f"/tasks/{first}/completion", "POST", data={"seen": "好", "request_key": "k"}).text

    assert "办结" in done
    assert "决定 →" not in done
