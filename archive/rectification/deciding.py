"""Another compares what was written with the evidence, a leader decides what says who the person is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import id_numbers, persons, vault
from archive.answers import need, text
from archive.rectification import looking
from archive.rectification.models import Rectification
from archive.rectification.work import ID_NO, fact, rectification_of
from archive.refusals import wrong
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion


@on_completion("corrections.check", anew=True)
def check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Agreed, given back or refused. A new ID number is typed from the evidence a second time, unseen; raises Invalid
    beside `id_no_again` when the two are not the same, or it is somebody's. Who decides reads whom the checker sees."""
    rectification = rectification_of(session, task)
    if answers.get("check_result") != "agree":
        return {"check_note": need(answers, "check_note", "Say why."), "id_no_again": None}
    _require_same_number(session, rectification, text(answers, "id_no_again"))
    facts = looking.facts_of(session, rectification)
    looking.refuse_taken(session, rectification, facts, user, "id_no_again")
    doubles = looking.doubles(session, rectification, facts, user)
    rectification.checked_by = user.name
    session.flush()  # a constraint speaks here, not at the commit
    told = {"check_note": text(answers, "check_note"), "id_no_again": None, "checked_by": user.name}
    return told | {"double_rows": doubles}


@on_completion("corrections.decide", anew=True)
def decide(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A leader agrees, gives it back or refuses; raises Invalid beside `decision` when the number is somebody's."""
    rectification = rectification_of(session, task)
    if answers.get("decision") != "agree":
        return {"check_note": need(answers, "check_note", "Say why.")}
    looking.refuse_taken(session, rectification, looking.facts_of(session, rectification), user, "decision")
    rectification.decided_by = user.name
    session.flush()  # a constraint speaks here, not at the commit
    return {"check_note": text(answers, "check_note"), "decided_by": user.name}


def _require_same_number(session: Session, rectification: Rectification, again: str) -> None:
    written = fact(rectification, ID_NO)
    if written is None or written.new_sealed is None:
        return
    number = id_numbers.check_kind(rectification.person.id_kind, again, "id_no_again")
    if number != vault.open_(session, written.new_sealed, persons.ID_PURPOSE):
        raise wrong("id_no_again", "This is not the ID number that was written. Compare with the evidence.")
