"""Pages around a task: the bell, copies and receipts, urging, supervision, questions, lists, dates, phrases."""

import io

import pytest

from tests.web import desk
from workflow.around import copies, notices
from workflow.identity import Group, User
from workflow.models import UserTask
from workflow.separation import MANAGE

SOON = "2026-07-03T17:30"


@pytest.fixture
def office(sqlite_office):
    """Pages say the same of either database; tests/workflow/around asks both."""
    return sqlite_office


@pytest.fixture
def anna(office, clock, signed_in):
    """anna has the first task (1) of the desk's case 1."""
    desk.put(office, claimed_by="anna")
    return signed_in("anna")


def told(office, name):
    with office.database.reading() as session:
        return [each.kind for each in notices.of(session, session.get_one(User, name))]


@pytest.mark.parametrize(
    "path",
    [
        "/notices",
        "/copies",
        "/copies?unread=1",
        "/follow-ups",
        "/supervisions",
        "/supervisions?closed=1",
        "/profile/phrases",
    ],
)
@pytest.mark.parametrize("name", ["anna", "dora"])
def test_the_pages_open_for_everybody(anna, signed_in, path, name):
    assert signed_in(name).get(path).status_code == 200


def test_a_task_shows_what_can_be_done_around_it(anna):
    page = anna.get("/tasks/1").text

    for words in ("问同事", "停止计时", "稍后再看", "添加一项", "常用意见"):
        assert words in page


def test_the_bell_counts_what_is_not_read(anna, office, signed_in):
    dora, bob = signed_in("dora"), signed_in("bob")
    assert dora.ask("/tasks/1/urges", "POST", data={"said": "请尽快"}).status_code == 200
    page = anna.get("/notices").text
    assert "请尽快" in page
    assert "通知，1 条未读" in page
    answer = anna.post("/notices/1/reading")

    assert (answer.status_code, answer.location) == (303, "/tasks/1")
    assert "条未读" not in anna.get("/notices").text
    assert bob.post("/notices/1/reading").status_code == 404
    assert anna.post("/notices/readings").status_code == 303


def test_an_urge_is_shown_and_the_next_one_is_a_sentence(anna, signed_in):
    dora = signed_in("dora")
    dora.ask("/tasks/1/urges", "POST")
    again = dora.ask("/tasks/1/urges", "POST")

    assert again.status_code == 409
    assert "已由朵拉催办" in again.text
    assert "已催办 1 次" in anna.get("/tasks/1").text


def test_who_may_not_urge_is_told_why(anna, signed_in):
    answer = signed_in("bob").ask("/tasks/1/urges", "POST")

    assert answer.status_code == 403
    assert "只有" in answer.text


def test_a_colleague_is_asked_and_answers_on_the_page(anna, office, signed_in):
    sent = {"to": "bob", "question": "有几页？", "due_at": SOON, "awaited": "1"}
    assert "有几页？" in anna.ask("/tasks/1/questions", "POST", data=sent).text
    bob = signed_in("bob")
    page = bob.get("/tasks/2").text
    assert "有几页？" in page
    assert 'name="answer"' in page
    done = bob.ask("/tasks/2/completion", "POST", data={"answer": "12 页", "request_key": "k"})

    assert done.status_code == 200
    assert "12 页" in anna.get("/tasks/1").text
    assert told(office, "anna") == ["replied"]
    assert "有几页？" in anna.get("/cases/1").text


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("questions", {"to": "bob", "question": ""}, "请写明要问的内容"),
        ("questions", {"to": "", "question": "?"}, "请选择要问的人"),
        ("questions", {"to": "bob", "question": "?", "due_at": "soon"}, "需要日期和时间"),
        ("follow-up", {"at": "2026-06-01T08:00"}, "这个时间已经过去"),
        ("follow-up", {"at": "2026-13-01"}, "需要日期和时间"),
        ("checklist", {"text": " "}, "每项为 1 至 200 个字"),
        ("pause", {"reason": " "}, "请写明在等"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_it_and_nothing_is_done(anna, path, data, said):
    answer = anna.ask(f"/tasks/1/{path}", "POST", data=data)

    assert answer.status_code == 422
    assert said in answer.text


def test_a_plain_browser_comes_back_to_the_task(anna):
    answer = anna.post("/tasks/1/checklist", data={"text": "打电话"})

    assert (answer.status_code, answer.location) == (303, "/tasks/1#around")
    wrong = anna.post("/tasks/1/checklist", data={"text": ""})
    assert wrong.status_code == 422
    assert "<html" in wrong.text


def test_a_list_is_ticked_off_on_the_page(anna):
    anna.ask("/tasks/1/checklist", "POST", data={"text": "打电话", "required": "1"})
    refused = anna.ask("/tasks/1/completion", "POST", data={"seen": "x", "request_key": "k1"})
    assert refused.status_code == 409
    assert "打电话" in refused.text
    assert 'aria-pressed="true"' in anna.ask("/tasks/1/checklist/1", "POST", data={"done": "1"}).text
    assert 'aria-pressed="true"' not in anna.ask("/tasks/1/checklist/1", "POST").text
    assert "打电话" not in anna.ask("/tasks/1/checklist/1", "POST", data={"remove": "1"}).text


def test_a_task_put_off_is_out_of_the_inbox_and_on_its_own_page(anna):
    assert "张三0" in anna.get("/inbox?view=mine").text
    anna.ask("/tasks/1/follow-up", "POST", data={"at": SOON, "hidden": "1", "note": "等电话"})

    assert "张三0" not in anna.get("/inbox?view=mine").text
    assert "等电话" in anna.get("/follow-ups").text
    anna.post("/tasks/1/follow-up")
    assert "张三0" in anna.get("/inbox?view=mine").text


def test_a_clock_is_stopped_and_goes_on(anna):
    stopped = anna.ask("/tasks/1/pause", "POST", data={"reason": "等原单位回函"}).text
    assert "等原单位回函" in stopped
    assert "计时已停止" in stopped

    assert "计时已停止" not in anna.ask("/tasks/1/resumption", "POST").text


def test_a_head_moves_a_due_date_and_sets_a_priority(anna, office, signed_in):
    dora = signed_in("dora")
    moved = dora.ask("/tasks/1/due", "POST", data={"due_at": SOON, "reason": "对方请假"})
    assert moved.status_code == 200
    assert dora.ask("/tasks/1/priority", "POST", data={"priority": "120", "reason": "急"}).status_code == 200
    assert dora.ask("/tasks/1/priority", "POST", data={"priority": "-1"}).status_code == 422
    assert anna.ask("/tasks/1/priority", "POST", data={"priority": "120"}).status_code == 403

    assert desk.stand(office, 1).urgency == 120


def test_a_case_is_supervised_and_answered(anna, signed_in):
    dora = signed_in("dora")
    sent = {"note": "为何还没办？", "answer_by": SOON}
    assert dora.post("/cases/1/supervisions", data=sent).status_code == 303
    assert dora.post("/cases/1/supervisions", data={"note": "", "answer_by": SOON}).status_code == 422
    assert "为何还没办？" in anna.get("/tasks/1").text
    assert anna.post("/supervisions/1/answer", data={"answer": "今天办完"}).status_code == 303
    assert "今天办完" in dora.get("/supervisions").text
    assert dora.post("/supervisions/1/closing").status_code == 303

    assert "今天办完" not in dora.get("/supervisions").text
    assert "今天办完" in dora.get("/supervisions?closed=1").text
    assert signed_in("bob").post("/supervisions/1/closing").status_code in (403, 409)
    assert dora.ask("/tasks/1/supervisions", "POST", data=sent).status_code == 200


def test_a_copy_is_sent_read_and_receipted(anna, office, signed_in):
    assert anna.post("/cases/1/copies", data={"people": ["carl"], "reason": "请知悉"}).status_code == 303
    carl = signed_in("carl")
    assert "请知悉" in carl.get("/copies").text
    assert "我已阅" in carl.get("/copies/1").text
    assert carl.get("/cases/1").status_code == 404
    assert carl.post("/copies/1/reading").status_code == 303

    assert "已阅" in anna.get("/cases/1").text
    with office.database.reading() as session:
        assert copies.unread(session, session.get_one(User, "carl")) == 0
    assert anna.get("/copies/1").status_code == 404
    assert anna.post("/cases/1/copies", data={}).status_code == 422
    assert carl.post("/cases/1/copies", data={"people": ["bob"]}).status_code == 404


def test_a_copy_shows_nothing_that_happened_later(anna, office, signed_in):
    anna.post("/cases/1/copies", data={"people": ["carl"]})
    anna.ask("/tasks/1/completion", "POST", data={"seen": "后来的事", "request_key": "k2"})
    anna.post("/cases/1/copies", data={"people": ["carl"]})
    carl = signed_in("carl")

    assert "后来的事" not in carl.get("/copies/1").text
    assert "后来的事" in carl.get("/copies/2").text


def test_my_phrases_are_offered_where_an_opinion_is_asked(anna):
    assert "请按规定办理。" in anna.get("/tasks/1").text
    assert anna.post("/profile/phrases", data={"phrases": "照准。\n\n照准。\n缓办。"}).status_code == 303
    page = anna.get("/tasks/1").text
    assert 'data-insert="缓办。" data-number="2"' in page
    assert "请按规定办理。" not in page

    assert anna.post("/profile/phrases", data={"phrases": "x" * 201}).status_code == 422
    anna.post("/profile/phrases", data={"phrases": " "})
    assert "请按规定办理。" in anna.get("/tasks/1").text


def test_who_does_not_see_the_task_does_nothing_around_it(anna, office, signed_in):
    carl = signed_in("carl")
    for path in (
        "urges",
        "supervisions",
        "follow-up",
        "pause",
        "resumption",
        "due",
        "priority",
        "checklist",
        "questions",
    ):
        assert carl.ask(f"/tasks/1/{path}", "POST").status_code == 404
    with office.database.reading() as session:
        assert session.query(UserTask).count() == 1


def test_the_case_shows_the_path_ahead_with_its_people(anna):
    page = anna.get("/cases/1").text

    assert "后续路径" in page
    assert "决定" in page


def test_a_question_of_another_task_is_not_taken_back_here(anna, office):
    anna.ask("/tasks/1/questions", "POST", data={"to": "bob", "question": "有几页？"})

    assert anna.ask("/tasks/1/questions/1/withdrawal", "POST").status_code == 404
    assert "已撤回" in anna.ask("/tasks/1/questions/2/withdrawal", "POST").text


def test_a_task_shows_what_hangs_on_its_case_and_the_form_can_be_had(anna, office):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
    sent = {"file": (io.BytesIO(b"%PDF-1.7\n%%EOF"), "函.pdf")}
    anna.post("/cases/1/attachments", data=sent, content_type="multipart/form-data")
    anna.post("/cases/1/comments", data={"body": "请看 @鲍勃"})
    page = anna.get("/tasks/1").text
    paper = anna.get("/cases/1/approval.docx")

    assert "函.pdf" in page
    assert "请看 @鲍勃" in page
    assert paper.status_code == 200
    assert paper.data.startswith(b"PK")
    assert told(office, "bob") == ["mentioned"]
    assert "安娜提到了您" in anna.get("/notices").text or told(office, "anna") == []


def test_who_may_not_see_a_case_is_not_mentioned_in_it(anna, office):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
    answer = anna.ask("/cases/1/comments", "POST", data={"body": "@卡尔 看看"})

    assert answer.status_code == 422
    assert "卡尔无权查看该事项" in answer.text
    assert "@卡尔 看看" in answer.text


def test_the_house_offers_phrases_in_the_readers_language(anna):
    anna.post("/language", data={"language": "en"})
    page = anna.get("/tasks/1").text

    assert "Proceed by the rules." in page
    assert "请按规定办理" not in page


def test_the_clocks_of_a_case_are_stopped_on_its_page(anna):
    assert anna.post("/cases/1/pauses", data={"reason": "等原单位回函"}).status_code == 303
    assert "等原单位回函" in anna.get("/tasks/1").text
    assert anna.post("/cases/1/pauses", data={"reason": "x"}).status_code == 422
    assert anna.post("/cases/1/pauses", data={"resume": "1"}).status_code == 303
    assert "计时已停止" not in anna.get("/tasks/1").text


def test_a_comment_is_written_on_the_task_and_stands_beside_it(anna, office, signed_in):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]
    page = signed_in("anna").ask("/tasks/1/comments", "POST", data={"body": "@鲍勃 封条破了\r\n已拍照"}).text

    assert "封条破了\n已拍照" in page
    assert 'hx-swap-oob="outerHTML:#matter-said"' in page
    assert told(office, "bob") == ["mentioned"]
    wrong = signed_in("anna").ask("/tasks/1/comments", "POST", data={"body": " "})
    assert wrong.status_code == 422
    assert "problem" in wrong.text


def test_who_may_not_write_comments_is_not_asked_for_one(anna):
    assert "/tasks/1/comments" not in anna.get("/tasks/1").text
    assert anna.ask("/tasks/1/comments", "POST", data={"body": "好"}).status_code == 403


def test_one_press_puts_a_task_off_to_a_morning_or_to_monday(anna):
    page = anna.get("/tasks/1").text
    for at in ("2026-07-02T09:00:00", "2026-07-04T09:00:00", "2026-07-06T09:00:00"):  # from Wednesday on
        assert f'name="soon" value="{at}"' in page

    put_off = anna.ask("/tasks/1/follow-up", "POST", data={"soon": "2026-07-06T09:00:00", "at": "", "hidden": "1"}).text
    assert "2026-07-06 09:00" in put_off
    assert "张三0" in anna.get("/day").text.split('id="follow-ups"')[1].split("</section>")[0]


def test_a_case_shows_its_clocks_to_whom_they_are(anna, signed_in):
    assert "/cases/1/pauses" in anna.get("/cases/1").text
    assert "/cases/1/pauses" not in signed_in("bob").get("/cases/1").text
    anna.post("/cases/1/pauses", data={"reason": "等回函"})
    page = anna.get("/cases/1").text
    assert 'name="resume"' in page
    assert 'id="case-pause"' not in page


def test_a_legal_hold_is_recorded_on_the_page_of_the_case_and_agreed_to_by_another(anna, office, signed_in):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = [MANAGE]
    assert 'id="hold-issuer"' in anna.get("/cases/1").text
    wrong = anna.post("/cases/1/holds", data={"issuer": "", "number": "7号", "dated": "昨天"})
    assert wrong.status_code == 422 and wrong.text.count('role="alert"') == 2 and 'value="7号"' in wrong.text
    document = {"issuer": "区纪委", "number": "纪〔2026〕7号", "dated": "2026-06-30"}
    assert anna.post("/cases/1/holds", data=document).status_code == 303
    assert "计时已停止" not in anna.get("/tasks/1").text
    assert anna.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code != 303
    bob = signed_in("bob")
    assert "依法中止事项计时" in bob.get("/policies").text
    assert bob.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 303
    page = anna.get("/cases/1").text
    assert "依法中止 区纪委 纪〔2026〕7号（2026-06-30）" in page and "鲍勃 同意" in page
    assert "计时已停止" in anna.get("/tasks/1").text
    anna.post("/cases/1/pauses", data={"resume": "1"})
    assert "解除（" in anna.get("/cases/1").text and "计时已停止" not in anna.get("/tasks/1").text
