"""Recusal: what a person declares of themselves, and what the security role confirms."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from archive import relations as archive_relations
from web.asked import text
from web.auth import needs
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from workflow import people
from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.separation import MANAGE, relations
from workflow.statuses import RelationKind, RelationStatus

blueprint = Blueprint("relations", __name__, url_prefix="/relations")
NAVIGATION = (Entry("Recusal", "relations.show", order=95),)
KIND_LABELS = {
    RelationKind.SELF: "myself",
    RelationKind.SPOUSE: "spouse",
    RelationKind.BLOOD: "relative by blood, up to three generations",
    RelationKind.IN_LAW: "close in-law",
    RelationKind.INTEREST: "another interest",
}
STATUS_LABELS = {
    RelationStatus.DECLARED: "declared",
    RelationStatus.CONFIRMED: "confirmed",
    RelationStatus.ENDED: "ended",
}


@blueprint.get("")
def show() -> Any:
    return _page({})


@blueprint.post("")
def declare() -> Any:
    """A declaration about oneself: to a colleague, or to a person by ID number."""
    try:
        kind = _kind()
        subject, name = _subject()
        relations.declare(g.session, current_user(), subject, name, kind, text("note", relations.LONGEST_NOTE))
    except Invalid as wrong:
        return _page(wrong.problems), 422
    flash(_("It is declared and counts from now on."), "ok")
    return redirect(url_for(".show"), 303)


@blueprint.post("/<int:relation_id>/answer")
@needs(MANAGE)
def answer(relation_id: int) -> Any:
    status = RelationStatus.CONFIRMED if request.form.get("answer") == "confirm" else RelationStatus.ENDED
    relations.answer(g.session, relations.find(g.session, relation_id), current_user(), status)
    flash(_("Saved."), "ok")
    return redirect(url_for(".show"), 303)


def _kind() -> RelationKind:
    if text("kind") not in list(RelationKind):
        raise Invalid({"kind": [sentence("Choose how you are related.")]})
    return RelationKind(text("kind"))


def _subject() -> tuple[str, str]:
    colleague, name, id_no = text("colleague", 60), text("name", 100), text("id_no", 40)
    if colleague:
        found = people.find(g.session, colleague)
        return relations.USER + found.name, found.display_name
    if not name:
        raise Invalid({"name": [sentence("Choose a colleague, or give the person's name and ID number.")]})
    return archive_relations.subject(g.session, id_no), archive_relations.shown(name, id_no)


def _page(problems: Any) -> str:
    user = current_user()
    colleagues = g.session.scalars(select(User).where(User.active, User.name != user.name).order_by(User.display_name))
    return render_template(
        "relations.html",
        problems=problems,
        own=relations.of(g.session, user),
        everyones=relations.everyones(g.session) if user.may(MANAGE) else [],
        colleagues=list(colleagues),
        kinds={kind: _(label) for kind, label in KIND_LABELS.items()},
        statuses={status: _(label) for status, label in STATUS_LABELS.items()},
    )
