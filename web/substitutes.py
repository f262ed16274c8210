"""Substitutes: who does whose work, from when until when, and of what kind."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from web import asked
from web.i18n import _, name_of
from web.naming import parse_day
from web.reader import current_user
from workflow import definitions, substitutes
from workflow.errors import Invalid, NotFound, sentence
from workflow.identity import User
from workflow.models import Substitution

blueprint = Blueprint("substitutes", __name__, url_prefix="/substitutes")


@blueprint.get("")
def show() -> str:
    return _page({})


@blueprint.post("")
def grant() -> Any:
    """Name a substitute; whole days of the office, both ends meant."""
    user = current_user()
    form = request.form
    try:
        begins, ends = _moment("begins"), _moment("ends", timedelta(days=1))
        principal = _person("principal") if user.may(substitutes.GRANT) and form.get("principal") else user
        made = substitutes.grant(
            g.session,
            principal,
            _person("substitute"),
            begins,
            ends,
            form.getlist("kinds"),
            user,
            asked.text("reason", 500),
        )
    except Invalid as refused:
        return _page(refused.problems), 422
    other = g.session.get_one(User, made.substitute)
    flash(
        _("{substitute} stands in for {principal}.", substitute=other.display_name, principal=principal.display_name),
        "ok",
    )
    return redirect(url_for(".show"), 303)


@blueprint.post("/<int:substitution_id>/end")
def end(substitution_id: int) -> Any:
    found = g.session.get(Substitution, substitution_id)
    if found is None:
        raise NotFound
    substitutes.end(g.session, found, current_user(), asked.text("reason", 500))
    flash(_("It has ended. What is still open goes back."), "ok")
    return redirect(url_for(".show"), 303)


def _page(problems: Any) -> str:
    user = current_user()
    others = g.session.scalars(select(User).where(User.active).order_by(User.display_name, User.name))
    found = substitutes.live(g.session) if user.may(substitutes.GRANT) else substitutes.around(g.session, user)
    return render_template(
        "substitutes.html",
        substitutions=found,
        people=list(others),
        kinds=[(each.key, name_of(each)) for each in definitions.all_latest(g.session)],
        kind_name=_kind_name,
        problems=problems,
        today=current_app.office.today(),  # type: ignore[attr-defined]
    )


def _kind_name(kind: str) -> str:
    """A process, or a step of one, as people call it."""
    key, _slash, step = kind.partition(substitutes.STEP)
    definition = definitions.latest(g.session, key)
    activity = definitions.activities(g.session, definition).get(step) if step else None
    name = name_of(definition)
    return f"{name} · {activity['name'] or step}" if activity else name


def _person(field: str) -> User:
    found = g.session.get(User, asked.text(field))
    if found is None:
        raise Invalid({field: [sentence("Choose a person.")]})
    return found


def _moment(field: str, later: timedelta = timedelta()) -> datetime:
    """The beginning of a day on the office's clock, or so much later."""
    try:
        day = parse_day(asked.text(field))
    except NotFound:
        raise Invalid({f"{field}_at": [sentence("Choose a day.")]}) from None
    zone = current_app.office.settings.zone  # type: ignore[attr-defined]
    return datetime.combine(day, time(), zone) + later
