"""Where the dossiers of a list are (the borrowing register's look), for any list that shows dossiers: one question for
all of them, and only of those the reader sees."""

from collections.abc import Iterable

from flask import Blueprint, g
from sqlalchemy import select

from archive import sight
from archive.dossier_tables import Dossier
from archive.reading import register
from archive.reading.register import Standing
from archive.scans import normalise
from web.reader import current_user
from workflow.models import Case, CaseKey

blueprint = Blueprint("whereabouts", __name__)


def standings_of(dossiers: Iterable[Dossier | None]) -> dict[int, Standing]:
    """By id where each is, of those the reader sees; what is None in the list is passed over."""
    session, user = g.session, current_user()
    listed = {each.id: each for each in dossiers if each is not None}
    if not listed or not user.may(sight.READ):
        return {}
    if sight.is_limited(user):
        seen = select(Dossier.id).where(Dossier.id.in_(listed), sight.seen_by(session, user))
        listed = {each: listed[each] for each in session.scalars(seen)}
    return register.standings(session, listed.values(), user)


def dossiers_of(cases: Iterable[Case]) -> dict[int, list[Dossier]]:
    """case id → the dossiers the case goes by (its keys), of those the reader sees."""
    session, user = g.session, current_user()
    ids = [each.id for each in cases]
    if not ids or not user.may(sight.READ):
        return {}
    asked = select(CaseKey.case_id, CaseKey.key).where(CaseKey.case_id.in_(ids)).order_by(CaseKey.case_id, CaseKey.key)
    named = [(case_id, normalise(key)) for case_id, key in session.execute(asked)]
    found = select(Dossier).where(Dossier.dossier_no.in_({number for _, number in named}))
    found = found.where(sight.seen_by(session, user))
    by_no = {each.dossier_no: each for each in session.scalars(found)}
    told: dict[int, list[Dossier]] = {}
    for case_id, number in named:
        if number in by_no:
            told.setdefault(case_id, []).append(by_no[number])
    return told


blueprint.app_context_processor(lambda: {"standings_of": standings_of, "dossiers_of": dossiers_of})
