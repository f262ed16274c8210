"""What people said with their steps, read from the history; a hidden vote only when its signing has closed."""

from types import SimpleNamespace

from tests.workflow.world import REVIEW, begin, do, process
from workflow import history, rows
from workflow.around import opinions

VOTE = {"token": "t1", "opinion": "不妥", "outcome": "refuse", "answers": {"pages": 3}}


def event(kind="completed", token=None, **data):
    return SimpleNamespace(kind=kind, token_id=token, data=data)


def test_a_step_tells_its_opinion_and_one_without_stays_out():
    told = opinions.of([event(task=1, variables={"opinion": "同意"}), event(task=2, variables={"pages": 3})])
    assert told == {1: "同意"}


def test_a_hidden_vote_is_told_by_the_closing_and_not_before():
    vote = event(token="t1", task=7, hidden=True)
    assert opinions.of([vote]) == {}
    assert opinions.given(vote, {}) == {}
    assert opinions.of([vote, event("signing_closed", votes=[VOTE])]) == {7: "不妥"}


def test_what_a_vote_answered_beside_its_opinion_is_given_with_it():
    votes = opinions.told([event("signing_closed", votes=[VOTE])])
    given = opinions.given(event(token="t1", task=7, hidden=True), votes)
    assert given == {"pages": 3, "opinion": "不妥", "outcome": "refuse"}


def test_the_opinion_kept_with_the_event_goes_before_one_among_the_answers():
    told = event(task=1, answers={"opinion": "旧"}, opinion="新")
    assert opinions.of([told]) == {1: "新"}


def test_the_latest_of_a_case_are_asked_like_every_other_question(session, anna):
    instance = begin(session, process(session, REVIEW))
    task = do(session, instance, "open", anna, opinion="材料齐全")
    (told,) = rows.ask(session, opinions.LATEST(case_id=instance.case_id))

    assert opinions.of(told) == {task.id: "材料齐全"} == opinions.of(history.timeline(session, instance.case))
