"""Who does it, on the pages: substitutes, delegation, the hand-over of a leaver, load, one's own day."""

import pytest

from tests.web import desk
from workflow import substitutes
from workflow.identity import User
from workflow.models import HandOver, Substitution, UserTask

pytestmark = pytest.mark.usefixtures("clock")


def english(office, *names):
    with office.database.transaction() as session:
        for name in names:
            session.get_one(User, name).language = "en"


def named(office, principal="anna", substitute="carl", days=3):
    with office.database.transaction() as session:
        who = session.get_one(User, principal)
        at = substitutes.now()
        end = at.replace(day=at.day + days)
        substitutes.grant(session, who, session.get_one(User, substitute), at, end, [], who)


def test_one_names_a_substitute_for_whole_days(office, signed_in):
    browser = signed_in("anna")
    page = browser.get("/substitutes").text
    assert "指定代理人" in page and 'name="principal"' not in page

    sent = {"substitute": "carl", "begins": "2026-07-02", "ends": "2026-07-03", "reason": "休假"}
    answer = browser.post("/substitutes", data=sent, follow_redirects=True)
    assert "卡尔" in answer.text
    with office.database.reading() as session:
        made = session.query(Substitution).one()
        assert (made.principal, made.granted_by, made.reason) == ("anna", "anna", "休假")
        assert made.begins_at.isoformat() == "2026-07-01T16:00:00+00:00"
        assert made.ends_at.isoformat() == "2026-07-03T16:00:00+00:00"


def test_what_is_wrong_stands_beside_its_field(signed_in):
    answer = signed_in("anna").post("/substitutes", data={"substitute": "anna", "begins": "2026-07-02", "ends": "x"})

    assert answer.status_code == 422
    assert "请选择日期" in answer.text
    answer = signed_in("anna").post(
        "/substitutes", data={"substitute": "anna", "begins": "2026-07-02", "ends": "2026-07-02"}
    )
    assert "不能做自己的代理人" in answer.text


def test_who_hands_out_work_names_one_for_others_and_ends_it(office, signed_in):
    browser = signed_in("dora")
    sent = {"principal": "anna", "substitute": "carl", "begins": "2026-07-01", "ends": "2026-07-03"}
    assert browser.post("/substitutes", data=sent).status_code == 303
    with office.database.reading() as session:
        made = session.query(Substitution).one()
        assert (made.principal, made.granted_by) == ("anna", "dora")

    assert browser.post(f"/substitutes/{made.id}/end").status_code == 303
    assert browser.post(f"/substitutes/{made.id}/end").status_code == 409
    assert browser.post("/substitutes/99/end").status_code == 404


def test_a_substitute_sees_takes_and_completes_for_the_principal(office, signed_in):
    (task_id,) = desk.put(office, claimed_by="anna")
    browser = signed_in("carl")
    assert browser.get(f"/tasks/{task_id}").status_code == 404

    named(office)
    inbox = browser.get("/inbox?view=groups").text
    assert "代 安娜" in inbox and f'id="task-{task_id}"' in inbox
    assert "您代理" in browser.get(f"/tasks/{task_id}").text
    browser.post(f"/tasks/{task_id}/claim", data={"for": "anna"})
    assert "代 安娜" in browser.get("/inbox?view=mine").text
    page = browser.get(f"/tasks/{task_id}").text
    assert 'id="on-behalf-of"' in page
    browser.post(f"/tasks/{task_id}/completion", data={"seen": "齐全", "request_key": "k" * 20})

    done = desk.stand(office, task_id)
    assert (done.completed_by, done.on_behalf_of) == ("carl", "anna")
    assert "卡尔 代 安娜 完成了" in signed_in("dora").get(f"/cases/{done.case_id}").text


def test_a_delegate_fills_in_and_the_delegator_finds_it(office, signed_in):
    (task_id,) = desk.put(office, claimed_by="anna")
    anna, carl = signed_in("anna"), signed_in("carl")
    assert 'id="delegate"' in anna.get(f"/tasks/{task_id}").text
    anna.post(f"/tasks/{task_id}/delegation", data={"to": "carl", "reason": "你熟悉"})
    assert "已委派给 卡尔" in anna.get(f"/tasks/{task_id}").text

    page = carl.get(f"/tasks/{task_id}").text
    assert "委派给您" in page and 'data-open-dialog="hand-over"' not in page
    answer = carl.post(f"/tasks/{task_id}/completion", data={"seen": "", "request_key": "k" * 20})
    assert answer.status_code == 422
    carl.post(f"/tasks/{task_id}/completion", data={"seen": "缺一页", "request_key": "k" * 20})

    task = desk.stand(office, task_id)
    assert (task.assignee, task.delegated_by, task.completed_by) == ("anna", None, None)
    assert "缺一页" in anna.get(f"/tasks/{task_id}").text
    anna.post(f"/tasks/{task_id}/completion", data={"seen": "缺一页", "request_key": "m" * 20})
    assert desk.stand(office, task_id).completed_by == "anna"


def test_the_delegator_takes_it_back(office, signed_in):
    (task_id,) = desk.put(office, claimed_by="anna")
    anna = signed_in("anna")
    assert anna.post(f"/tasks/{task_id}/delegation", data={"to": "nobody"}).status_code == 422
    anna.post(f"/tasks/{task_id}/delegation", data={"to": "carl"})

    assert anna.post(f"/tasks/{task_id}/return").headers["Location"].endswith(f"/tasks/{task_id}")
    assert desk.stand(office, task_id).assignee == "anna"


def test_switching_off_who_has_work_leads_to_its_hand_over(office, signed_in):
    task_id, other = desk.put(office, 2, claimed_by="anna")
    dora = signed_in("dora")
    answer = dora.post("/people/anna/activity", data={"active": "0"})
    assert answer.headers["Location"].endswith("/people/anna/leaving?off=1")
    page = dora.get(answer.headers["Location"]).text
    assert "手头的任务" in page and f'name="to:task:{task_id}"' in page

    sent = {"to:task": "bob", f"to:task:{other}": "carl", "reason": "离职", "off": "1"}
    dora.post("/people/anna/leaving", data=sent)
    with office.database.reading() as session:
        assert session.get_one(UserTask, task_id).assignee == "bob"
        assert session.get_one(UserTask, other).assignee == "carl"
        assert session.query(HandOver).one().reason == "离职"
        assert not session.get_one(User, "anna").active
    assert "没有等待" in dora.get("/people/anna/leaving").text


def test_the_preview_says_what_lands_where_and_nothing_is_done(office, signed_in):
    task_id, other = desk.put(office, 2, claimed_by="anna")
    sent = {"to:task": "bob", f"to:task:{other}": "carl"}
    dora = signed_in("dora")
    page = " ".join(dora.post("/people/anna/leaving/preview", data=sent).text.split())

    assert '<strong>鲍勃</strong> <span class="badge">手头的任务 1</span>' in page and "卡尔" in page
    assert [desk.stand(office, each).assignee for each in (task_id, other)] == ["anna", "anna"]
    assert "还没有选接手人" in dora.post("/people/anna/leaving/preview", data={}).text
    assert "这里没有“nobody”这个人" in dora.post("/people/anna/leaving/preview", data={"to:task": "nobody"}).text
    assert signed_in("bob").post("/people/anna/leaving/preview", data=sent).status_code == 403


def test_a_hand_over_without_a_reason_keeps_what_was_chosen(office, signed_in):
    desk.put(office, claimed_by="anna")
    answer = signed_in("dora").post("/people/anna/leaving", data={"to:task": "bob"})

    assert answer.status_code == 422
    assert "请说明原因" in answer.text
    assert '<option value="bob" selected>' in answer.text


def test_an_account_can_be_switched_off_anyway(office, signed_in):
    (task_id,) = desk.put(office, claimed_by="anna")
    signed_in("dora").post("/people/anna/activity", data={"active": "0", "anyway": "1"})

    with office.database.reading() as session:
        assert not session.get_one(User, "anna").active


def test_the_hand_over_is_closed_to_who_may_not(office, signed_in):
    assert signed_in("bob").get("/people/anna/leaving").status_code == 403


def test_the_head_of_a_person_is_set_on_their_page(office, signed_in):
    browser = signed_in("dora")
    assert "上级" in browser.get("/people/anna").text
    sent = {"display_name": "安娜", "groups": ["registry"], "head": "carl"}
    assert browser.post("/people/anna", data=sent).status_code == 303
    answer = browser.post("/people/carl", data={"display_name": "卡尔", "head": "anna"})

    assert answer.status_code == 422
    with office.database.reading() as session:
        assert session.get_one(User, "anna").head == "carl"


def test_a_head_sees_the_load_of_their_people_and_shares_it_out(office, signed_in):
    one, other = desk.put(office, 2, claimed_by="anna")
    with office.database.transaction() as session:
        session.get_one(User, "anna").head = session.get_one(User, "bob").head = "carl"
    assert signed_in("eve").get("/load").status_code == 403
    carl = signed_in("carl")
    page = carl.get("/load").text
    assert 'data-person="anna"' in page and f'data-task="{one}"' in page and 'data-person="dora"' not in page

    sent = {"person": "anna", "to": "bob", "reason": "均衡", "task": [str(one)]}
    assert carl.get(f"/tasks/{one}").status_code == 200
    answer = carl.post("/load/assignments", data=sent, follow_redirects=True)
    assert desk.stand(office, other).assignee == "anna"
    assert desk.stand(office, one).assignee == "bob", answer.text


def test_what_cannot_be_handed_over_says_why_and_the_rest_goes(office, signed_in):
    one, other = desk.put(office, 2, claimed_by="anna")
    dora = signed_in("dora")
    sent = {"person": "anna", "to": "carl", "task": [str(one), str(other)]}
    page = dora.post("/load/assignments", data=sent, follow_redirects=True).text

    assert page.count("未交出") == 2
    assert dora.post("/load/assignments", data={"person": "anna", "to": "bob"}).status_code == 422


def test_my_day_shows_what_i_did_what_waits_and_what_i_gave_away(office, signed_in):
    one, other, third = desk.put(office, 3, claimed_by="anna")
    anna = signed_in("anna")
    anna.post(f"/tasks/{one}/completion", data={"seen": "齐全", "request_key": "k" * 20})
    anna.post(f"/tasks/{other}/delegation", data={"to": "carl"})
    page = anna.get("/day").text

    parts = {
        name: page.split(f'id="{name}"')[1].split("</section>")[0] for name in ("done-today", "delegated", "promised")
    }
    assert f"/tasks/{one}" in parts["done-today"]
    assert f"/tasks/{other}" in parts["delegated"]
    assert f"/tasks/{third}" in parts["promised"]


@pytest.mark.parametrize("path", ["/day", "/load", "/substitutes", "/people/anna/leaving", "/people/anna"])
def test_the_pages_speak_english_too(office, signed_in, path):
    desk.put(office, claimed_by="anna")
    named(office)
    english(office, "dora")
    page = signed_in("dora").get(path)

    assert page.status_code == 200
    assert 'lang="en"' in page.text
