import pytest
from sqlalchemy import event

from tests.web import desk
from workflow import tasks
from workflow.identity import User
from workflow.models import Variable
from workflow.statuses import TaskStatus

ANSWER = {"seen": "封口完好", "request_key": "one"}


def test_a_stranger_finds_no_task(office, clock, signed_in):
    task_id = desk.put(office)[0]
    carl = signed_in("carl")

    assert carl.get(f"/tasks/{task_id}").status_code == 404
    assert carl.post(f"/tasks/{task_id}/claim").status_code == 404
    assert carl.delete(f"/tasks/{task_id}/claim").status_code == 404
    assert carl.put(f"/tasks/{task_id}/draft", data=ANSWER).status_code == 404
    assert carl.post(f"/tasks/{task_id}/completion", data=ANSWER).status_code == 404
    assert carl.post(f"/tasks/{task_id}/assignment", data={"to": "carl"}).status_code == 404
    assert carl.get(f"/tasks/{task_id}/next").status_code == 404
    assert carl.get("/tasks/999999").status_code == 404


def test_a_plain_form_claims_and_opens(office, clock, signed_in):
    task_id = desk.put(office)[0]

    answer = signed_in("anna").post(f"/tasks/{task_id}/claim")

    assert (answer.status_code, answer.location) == (303, f"/tasks/{task_id}")
    assert desk.stand(office, task_id).assignee == "anna"


def test_a_task_s_page_asks_once_who_is_in_the_office_whom_one_could_delegate_to_ask_or_tell(office, clock, signed_in):
    task_id, asked = desk.put(office, claimed_by="anna")[0], []
    anna, note = signed_in("anna"), lambda *given: asked.append(" ".join(given[2].split()))
    with office.database.reading() as session:
        engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    page = anna.get(f"/tasks/{task_id}").text
    event.remove(engine, "before_cursor_execute", note)

    assert 'id="delegate-to"' in page
    everybody = [said for said in asked if "FROM users" in said and said.endswith("BY users.display_name, users.name")]
    assert len([said for said in everybody if "memberships" not in said.partition("WHERE")[2]]) == 1


def test_claiming_from_the_inbox_says_so_and_tells_the_list(office, clock, signed_in):
    task_id = desk.put(office)[0]

    answer = signed_in("anna").ask(f"/tasks/{task_id}/claim", "POST")

    assert answer.headers["HX-Trigger"] == "inbox-changed"
    assert answer.headers["HX-Retarget"] == "#toasts"


def test_who_comes_second_is_told_who_has_it(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="bob")[0]

    answer = signed_in("anna").ask(f"/tasks/{task_id}/claim", "POST")

    assert answer.status_code == 409
    assert desk.stand(office, task_id).assignee == "bob"


def test_a_released_task_is_free_again(office, clock, signed_in):
    one, other = desk.put(office, 2, claimed_by="anna")
    anna = signed_in("anna")

    assert anna.ask(f"/tasks/{one}/claim", "DELETE").status_code == 200
    assert anna.post(f"/tasks/{other}/release").status_code == 303
    assert desk.stand(office, one).assignee is None
    assert desk.stand(office, other).assignee is None


def test_an_unclaimed_task_offers_to_claim_and_shows_no_empty_fields(office, clock, signed_in):
    task_id = desk.put(office)[0]

    page = signed_in("anna").get(f"/tasks/{task_id}").text

    assert "认领并办理" in page
    assert 'name="seen"' not in page
    assert "所见" not in page


def test_a_task_of_another_says_why_not(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="bob")[0]

    page = signed_in("anna").get(f"/tasks/{task_id}").text

    assert 'id="why-not"' in page
    assert '<form id="task-form"' not in page


def test_my_task_shows_its_form_with_a_key_of_its_own(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]

    page = signed_in("anna").get(f"/tasks/{task_id}").text

    assert 'name="seen"' in page
    assert 'name="request_key"' in page
    assert "张三0" in page


def test_a_good_answer_completes_and_offers_what_comes_next(office, clock, signed_in):
    first, other = desk.put(office, 2, claimed_by="anna")

    answer = signed_in("anna").ask(f"/tasks/{first}/completion", "POST", data=ANSWER)

    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "inbox-changed"
    assert f"/tasks/{other}" in answer.text
    assert "张三1" in answer.text
    assert desk.stand(office, first).status is TaskStatus.COMPLETED


def test_without_scripts_completing_leads_back_to_the_task(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    answer = anna.post(f"/tasks/{task_id}/completion", data=ANSWER)

    assert (answer.status_code, answer.location) == (303, f"/tasks/{task_id}")
    assert "办结" in anna.get(answer.location).text


def test_a_wrong_answer_is_422_beside_its_field_and_keeps_what_was_typed(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna, typed = signed_in("anna"), {"seen": "", "remark": "还没看清", "request_key": "one"}

    piece = anna.ask(f"/tasks/{task_id}/completion", "POST", data=typed)
    page = anna.post(f"/tasks/{task_id}/completion", data=typed)

    assert (piece.status_code, page.status_code) == (422, 422)
    assert 'aria-invalid="true"' in piece.text
    assert "还没看清" in piece.text
    assert 'value="one"' in piece.text
    assert "<html" in page.text
    assert desk.stand(office, task_id).status is TaskStatus.OPEN


def test_the_same_request_twice_is_done_once_and_answered_twice(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    once = anna.ask(f"/tasks/{task_id}/completion", "POST", data=ANSWER)
    twice = anna.ask(f"/tasks/{task_id}/completion", "POST", data=ANSWER)

    assert (once.status_code, twice.status_code) == (200, 200)
    with office.database.reading() as session:
        assert len(desk.waiting(session, desk.stand(office, task_id).instance_id)) == 1


@pytest.mark.parametrize("again", [{"seen": "封口破损"}, {"seen": "封口完好", "remark": "补一句"}, {"seen": ""}])
def test_the_same_key_with_other_answers_is_422_and_the_first_ones_stand(office, clock, signed_in, again):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")
    anna.ask(f"/tasks/{task_id}/completion", "POST", data=ANSWER)

    answer = anna.ask(f"/tasks/{task_id}/completion", "POST", data={**again, "request_key": ANSWER["request_key"]})

    assert answer.status_code == 422
    assert "先前已用另一份内容提交" in answer.text
    with office.database.reading() as session:
        instance = desk.stand(office, task_id).instance_id
        assert session.get_one(Variable, (instance, "seen")).value == "封口完好"


def test_completing_what_is_over_is_409_with_how_it_stands(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="bob")[0]
    signed_in("bob").post(f"/tasks/{task_id}/completion", data=ANSWER)

    answer = signed_in("anna").ask(f"/tasks/{task_id}/completion", "POST", data={"seen": "别的", "request_key": "two"})

    assert answer.status_code == 409
    assert "鲍勃" in answer.text


def test_a_task_that_is_not_mine_cannot_be_completed(office, clock, signed_in):
    task_id = desk.put(office)[0]

    answer = signed_in("anna").ask(f"/tasks/{task_id}/completion", "POST", data=ANSWER)

    assert answer.status_code == 403
    assert desk.stand(office, task_id).status is TaskStatus.OPEN


def test_a_draft_is_kept_and_shown_again(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    note = anna.ask(f"/tasks/{task_id}/draft", "PUT", data={"seen": "写到一半"})

    assert "09:00" in note.text
    assert "写到一半" in anna.get(f"/tasks/{task_id}").text


def test_a_form_that_must_look_different_draws_itself_anew(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]

    answer = signed_in("anna").ask(f"/tasks/{task_id}/draft?fields=1", "PUT", data={"seen": "写到一半"})

    assert 'id="form-fields"' in answer.text
    assert "写到一半" in answer.text


def test_a_task_is_handed_over_to_a_colleague(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    dialog = anna.get(f"/tasks/{task_id}").text.split('id="hand-over"')[1].split("</dialog>")[0]
    answer = anna.post(f"/tasks/{task_id}/assignment", data={"to": "bob"})

    assert '<option value="bob">鲍勃</option>' in dialog
    assert '<option value="carl">' not in dialog
    assert answer.status_code == 303
    assert desk.stand(office, task_id).assignee == "bob"


def test_a_task_is_not_handed_to_somebody_who_may_not_do_it(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    assert anna.post(f"/tasks/{task_id}/assignment", data={"to": "carl"}).status_code == 403
    assert anna.post(f"/tasks/{task_id}/assignment", data={"to": "nobody"}).status_code == 422
    assert desk.stand(office, task_id).assignee == "anna"


def test_the_next_step_of_the_same_case_is_offered_first(office, clock, signed_in):
    """dora may do everything, but looked herself; so the decision is offered to bob, not to anna who looked."""
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")
    anna.post(f"/tasks/{task_id}/completion", data=ANSWER)
    with office.database.reading() as session:
        decide = desk.waiting(session, desk.stand(office, task_id).instance_id)[0].id

    assert "决定" in signed_in("bob").get(f"/tasks/{decide}").text
    assert signed_in("bob").post(f"/tasks/{decide}/claim").status_code == 303
    refused = anna.ask(f"/tasks/{decide}/claim", "POST")
    assert refused.status_code in (403, 409)


def test_a_button_says_how_it_ends(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    signed_in("anna").post(f"/tasks/{task_id}/completion", data=ANSWER)
    with office.database.transaction() as session:
        decide = desk.waiting(session, desk.stand(office, task_id).instance_id)[0]
        tasks.claim(session, decide, session.get_one(User, "bob"))

    answer = signed_in("bob").ask(
        f"/tasks/{decide.id}/completion", "POST", data={"outcome": "back", "request_key": "x"}
    )

    assert answer.status_code == 200
    assert "退回" in answer.text
    assert desk.stand(office, decide.id).outcome == "back"
