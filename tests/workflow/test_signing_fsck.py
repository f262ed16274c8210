"""Votes that do not agree with their tasks are found."""

from tests.workflow.signatures import add, begun, result, step, task_of, vote
from workflow import fsck
from workflow.models import AnswersAside, AskedSigner


def said(session):
    session.flush()
    return [problem.sentence for problem in fsck.run(session) if problem.check in ("votes", "signers")]


def test_a_vote_under_way_that_its_task_does_not_know_is_found(session, anna):
    instance = begun(session)
    vote(session, instance, anna).outcome = "refuse"
    assert any("anna voted “agree”" in each for each in said(session))


def test_a_hidden_vote_says_nothing_with_its_task_until_it_is_told(session, anna):
    instance = begun(session, signingHidden="yes")
    task = vote(session, instance, anna)
    assert said(session) == []
    task.outcome = "refuse"
    assert len(said(session)) == 1


def test_a_vote_by_another_is_found_when_all_is_over(session, anna):
    instance = begun(session, ("anna",))
    task = vote(session, instance, anna)
    assert result(session, instance) and said(session) == []
    task.completed_by = task.assignee = "bob"
    assert any("anna is said to have voted" in each for each in said(session))


def test_a_signer_s_task_of_another_step_is_found(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    asked = session.query(AskedSigner).one()
    asked.signer_task_id = task_of(session, instance, "anna").id
    assert "is no task for that" in said(session)[0]


def test_answers_that_wait_for_a_step_that_is_over_are_found(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    task = vote(session, instance, anna)
    vote(session, instance, bob)
    assert said(session) == []
    session.add(AnswersAside(task_id=task.id, user_name="anna", answers={}, set_aside_at=task.created_at))
    assert "wait for signers, but it is completed" in said(session)[0]
