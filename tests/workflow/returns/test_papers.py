"""Papers issued again after their case was sent back take the place of the old ones."""

from archive import documents
from tests.workflow.returns.desk import REDO, STRAIGHT, back, correction, step
from tests.workflow.world import begin, do, process
from workflow import returns, tasks

LINE = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"
FACTS = {"tracking_no": "1", "name": "李四", "sender": "学院", "why": "", "to": "", "count": 1}


def issue(session, instance):
    facts = {
        **FACTS,
        "sender_city": "",
        "received_on": "2026年7月1日",
        "channel": "EMS",
        "codes": [],
        "dossier_no": "1",
    }
    facts |= {"stored_on": "2026年7月1日", "missing": [], "missing_necessary": [], "missing_other": []}
    return documents.issue(session, instance.case, "receipt", facts, "eve")


def test_the_old_paper_keeps_its_number_and_is_marked(session, clock, anna, bob):
    instance = begin(session, process(session, LINE))
    do(session, instance, "a", anna)
    old = issue(session, instance)
    sender = tasks.claim(session, step(session, instance, "b"), bob)
    target = returns.targets(session, sender, bob)[0]
    said = [str(each) for each in returns.preview(session, sender, bob, target.key, REDO).said]
    assert any(each.startswith("1 documents issued since keep their numbers") for each in said)
    back(session, sender, bob, "a", REDO)
    clock.move(minutes=1)
    new = issue(session, instance)
    assert old.number != new.number
    assert (old.superseded_by, new.superseded_by) == (new.id, None)
    third = issue(session, instance)
    assert (old.superseded_by, new.superseded_by, third.superseded_by) == (new.id, None, None)


def test_a_correction_leaves_papers_alone(session, clock, anna, bob):
    instance = begin(session, process(session, LINE))
    do(session, instance, "a", anna)
    old = issue(session, instance)
    back(session, tasks.claim(session, step(session, instance, "b"), bob), bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {})
    issue(session, instance)
    assert old.superseded_by is None
