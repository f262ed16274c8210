from tests.web import desk
from workflow import tasks
from workflow.identity import User
from workflow.statuses import TaskStatus


def chosen(ids):
    return [("task", str(each)) for each in ids]


def form_of(ids, **answers):
    return {"task": [str(each) for each in ids], **answers}


def test_claiming_several_gives_each_its_result(office, clock, signed_in):
    free = desk.put(office, 2)
    with office.database.transaction() as session:
        taken = desk.begin(session, "李四", "件77")
        tasks.claim(session, taken, session.get_one(User, "bob"))

    answer = signed_in("anna").post("/inbox/claims", data=form_of([*free, taken.id, 9999]))

    assert answer.status_code == 200
    assert "已认领2项" in answer.text
    assert "2项未成功" in answer.text
    assert {desk.stand(office, each).assignee for each in free} == {"anna"}
    assert desk.stand(office, taken.id).assignee == "bob"


def test_claiming_nothing_is_a_sentence(office, clock, signed_in):
    answer = signed_in("anna").post("/inbox/claims", data={})

    assert answer.status_code == 422
    assert "请至少选择一项任务" in answer.text


def test_a_stranger_claims_nothing_in_bulk_and_learns_nothing(office, clock, signed_in):
    ids = desk.put(office, 2)

    answer = signed_in("carl").post("/inbox/claims", data=form_of(ids))

    assert "张三" not in answer.text
    assert {desk.stand(office, each).assignee for each in ids} == {None}


def test_the_shared_form_is_asked_once_for_the_same_step(office, clock, signed_in):
    ids = desk.put(office, 3)

    page = signed_in("anna").get("/inbox/completions/new", query_string=chosen(ids)).text

    assert page.count('name="seen"') == 1
    assert page.count('type="hidden" name="task"') == 3
    assert all(f"张三{number}" in page for number in range(3))


def test_what_all_agree_on_is_filled_in_and_what_differs_is_asked(office, clock, signed_in):
    with office.database.transaction() as session:
        ids = [desk.begin(session, f"张三{n}", f"件{n}", seen="完好", remark=f"第{n}件").id for n in range(2)]

    page = signed_in("anna").get("/inbox/completions/new", query_string=chosen(ids)).text

    assert 'value="完好"' in page
    assert "所选事项以下各项不同：备注。" in page
    assert "第0件" not in page
    assert "第1件" not in page


def test_the_token_of_the_list_s_form_leaves_the_address(office, clock, signed_in):
    ids = desk.put(office, 2)

    answer = signed_in("anna").get("/inbox/completions/new", query_string=[*chosen(ids), ("csrf_token", "secret")])

    assert answer.status_code == 303
    assert answer.location == f"/inbox/completions/new?task={ids[0]}&task={ids[1]}"


def test_another_step_is_left_out_with_the_reason(office, clock, signed_in):
    ids = desk.put(office, 2, claimed_by="anna")
    signed_in("anna").post(f"/tasks/{ids[0]}/completion", data={"seen": "好", "request_key": "k"})
    with office.database.reading() as session:
        decide = desk.waiting(session, desk.stand(office, ids[0]).instance_id)[0].id

    page = signed_in("dora").get("/inbox/completions/new", query_string=chosen([decide, ids[1]])).text

    assert page.count('type="hidden" name="task"') == 1
    assert "不办理" in page


def test_completing_several_applies_the_answers_to_each(office, clock, signed_in):
    ids = desk.put(office, 3)

    answer = signed_in("anna").post("/inbox/completions", data=form_of(ids, seen="完好", request_key="bulk"))

    assert "已办结3项" in answer.text
    assert {desk.stand(office, each).status for each in ids} == {TaskStatus.COMPLETED}


def test_a_wrong_shared_answer_changes_nothing(office, clock, signed_in):
    ids = desk.put(office, 2)

    answer = signed_in("anna").post("/inbox/completions", data=form_of(ids, seen="", request_key="bulk"))

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert {desk.stand(office, each).status for each in ids} == {TaskStatus.OPEN}


def test_sent_twice_each_is_done_once(office, clock, signed_in):
    ids = desk.put(office, 2)
    anna, data = signed_in("anna"), form_of(ids, seen="完好", request_key="bulk")

    anna.post("/inbox/completions", data=data)
    anna.post("/inbox/completions", data=data)

    with office.database.reading() as session:
        for each in ids:
            assert len(desk.waiting(session, desk.stand(office, each).instance_id)) == 1


def test_sent_twice_it_is_answered_twice_alike(office, clock, signed_in):
    ids = desk.put(office, 2)
    anna, data = signed_in("anna"), form_of(ids, seen="完好", request_key="bulk")

    once = anna.post("/inbox/completions", data=data)
    twice = anna.post("/inbox/completions", data=data)

    assert (once.status_code, twice.status_code) == (200, 200)
    assert "已办结2项" in once.text and "已办结2项" in twice.text


def test_sent_again_after_half_of_it_was_done_the_rest_is_done(office, clock, signed_in):
    ids = desk.put(office, 3)
    anna = signed_in("anna")
    anna.post("/inbox/completions", data=form_of(ids[:1], seen="完好", request_key="bulk"))

    answer = anna.post("/inbox/completions", data=form_of(ids, seen="完好", request_key="bulk"))

    assert "已办结3项" in answer.text
    assert {desk.stand(office, each).status for each in ids} == {TaskStatus.COMPLETED}


def test_the_key_of_a_bulk_request_with_other_answers_is_422(office, clock, signed_in):
    ids = desk.put(office, 2)
    anna = signed_in("anna")
    anna.post("/inbox/completions", data=form_of(ids, seen="完好", request_key="bulk"))

    assert anna.post("/inbox/completions", data=form_of(ids, seen="破损", request_key="bulk")).status_code == 422
