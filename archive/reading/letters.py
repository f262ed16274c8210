"""The letter of introduction: for each person it names it serves once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reading.models import LetterUse, ReadingRequest
from archive.refusals import wrong
from archive.scans import normalise

LONGEST = 80


def take(session: Session, request: ReadingRequest, number: str, persons: int) -> None:
    """Write the use of the unit's letter `number` down for this request's dossier; the same again is the same use.

    `persons`: how many people the letter names; what was said at its first use holds. Raises Invalid beside
    `letter_no` when it has served already.
    """
    written = normalise(number)[:LONGEST]
    mine = session.get(LetterUse, request.case_id)
    if mine is not None and (mine.unit, mine.number) == (request.unit, written):
        return
    if mine is not None:
        session.delete(mine)
        session.flush()  # the new one takes its place
    asked = select(LetterUse).where(LetterUse.unit == request.unit, LetterUse.number == written)
    uses = list(session.scalars(asked.order_by(LetterUse.use)))
    named = uses[0].persons if uses else persons
    if len(uses) >= named or request.dossier_id in {each.dossier_id for each in uses}:
        template = "Letter {number} of {unit} was used already; a letter serves once."
        raise wrong("letter_no", template, number=written, unit=request.unit)
    use = min(set(range(1, named + 1)) - {each.use for each in uses})
    told = {"unit": request.unit, "number": written, "dossier_id": request.dossier_id, "persons": named}
    session.add(LetterUse(case_id=request.case_id, use=use, **told))
